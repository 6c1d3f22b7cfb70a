package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"

	"github.com/understudy-sandbox/understudy/mocks"
)

// announce tells who plays where, and last that the sandbox listens: what waits
// for a line of the log waits for that one.
func (s *serve) announce(p *program, sandbox *mocks.Sandbox, l listeners) error {
	for _, listener := range []net.Listener{l.main, l.mtls, l.admin} {
		if listener != nil && !loopback(listener) {
			fmt.Fprintf(p.errors, "warning: %s can be reached from other machines; nothing here is secret, and whoever reaches it may use it. "+
				"The control API answers only a Host that is loopback or that of --public-url\n", listener.Addr())
		}
	}
	if s.LogFormat == "json" {
		return s.announceJSON(p.out, sandbox, l)
	}
	s.announceText(p, sandbox, l)
	return nil
}

func (s *serve) announceText(p *program, sandbox *mocks.Sandbox, l listeners) {
	c := p.coloursFor(p.out)
	fmt.Fprintf(p.out, "understudy %s. Nothing here is real, and no insurer named here runs it.\n\n", built().version)
	insurers := table{head: []string{"insurer", "base URL", "test credentials"}}
	for _, insurer := range sandbox.Insurers() {
		insurers.rows = append(insurers.rows, []string{insurer.Title, s.base(l, insurer.Slug), credentials(insurer.Credentials)})
	}
	insurers.text(p.out, c, widthOf(p.out))
	for _, insurer := range sandbox.Insurers() {
		if insurer.Curl != nil {
			fmt.Fprintf(p.out, "\n%s\n", c.dim(insurer.Curl(s.base(l, insurer.Slug))))
		}
	}
	for _, armed := range s.armed(sandbox) {
		fmt.Fprintf(p.out, "\nplaying %s: %s\n", c.bold(armed[0]), armed[1])
	}
	fmt.Fprintln(p.out)
	if l.admin != nil {
		fmt.Fprintf(p.out, "control API on %s/__admin/\n", address(l.admin))
	}
	if l.folder != "" {
		fmt.Fprintf(p.out, "certificates in %s: %s to trust, %s and %s for a client\n", l.folder, fileCA, fileClient, fileClientKey)
		fmt.Fprintf(p.out, "client certificates asked for on %s\n", address(l.mtls))
		fmt.Fprintf(p.out, "the other commands trust it by: export SSL_CERT_FILE=%s\n", filepath.Join(l.folder, fileCA))
	}
	fmt.Fprintf(p.out, "listening on %s\n", address(l.main))
}

// announceJSON says the same as lines of JSON.
func (s *serve) announceJSON(w io.Writer, sandbox *mocks.Sandbox, l listeners) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, insurer := range sandbox.Insurers() {
		row := map[string]any{"msg": "insurer", "slug": insurer.Slug, "title": insurer.Title, "url": s.base(l, insurer.Slug), "credentials": insurer.Credentials}
		if insurer.Curl != nil {
			row["curl"] = insurer.Curl(s.base(l, insurer.Slug))
		}
		if err := encoder.Encode(row); err != nil {
			return err
		}
	}
	for _, armed := range s.armed(sandbox) {
		if err := encoder.Encode(map[string]any{"msg": "playing", "scenario": armed[0], "teaches": armed[1]}); err != nil {
			return err
		}
	}
	listening := map[string]any{"msg": "listening on " + address(l.main), "url": address(l.main)}
	if l.folder != "" {
		listening["certificates"], listening["mtls"] = l.folder, address(l.mtls)
	}
	if l.admin != nil {
		listening["control"] = address(l.admin) + "/__admin/"
	}
	return encoder.Encode(listening)
}

// base is the address that a client of an insurer is given.
func (s *serve) base(l listeners, slug string) string {
	root := strings.TrimSuffix(s.PublicURL, "/")
	if root == "" {
		root = address(l.main)
	}
	return root + "/" + slug
}

// armed are the scenarios of a fresh world with what they teach.
func (s *serve) armed(sandbox *mocks.Sandbox) [][2]string {
	fresh, err := sandbox.World(mocks.DefaultWorld)
	if err != nil {
		return nil
	}
	var all [][2]string
	for _, insurer := range sandbox.Insurers() {
		if scenario := fresh.Scenarios()[insurer.Slug]; scenario != nil {
			all = append(all, [2]string{scenario.ID(), scenario.Teaches})
		}
	}
	return all
}

// address is where a caller on this machine finds a listener.
func address(l net.Listener) string {
	scheme := "http://"
	if _, ok := l.(secured); ok {
		scheme = "https://"
	}
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return scheme + l.Addr().String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + net.JoinHostPort(host, port)
}

func loopback(l net.Listener) bool {
	at, ok := l.Addr().(*net.TCPAddr)
	return ok && at.IP.IsLoopback()
}

// credentials are those that are texts: a key fills a screen, and is asked for by
// programs, at /__admin/insurers.
func credentials(published map[string]any) string {
	texts := map[string]string{}
	for name, value := range published {
		if text, ok := value.(string); ok {
			texts[name] = text
		}
	}
	return pairs(texts, " ")
}
