package mocks

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// bases are where the caller finds the insurer.
func (f *face) bases(r *http.Request, w *World) (base, mtls string) {
	path := BaseOf("", w.Name, f.carrier.Slug)
	s := f.carrier.sandbox
	if port := s.options.Ports.MTLS; port != 0 {
		host := r.Host
		if public, err := url.Parse(s.options.PublicURL); err == nil && public.Host != "" {
			host = public.Host
		}
		mtls = "https://" + withPort(host, port) + path
	}
	return s.Root(r) + path, mtls
}

// BaseOf is where an insurer stands in a world, below the address of a sandbox.
func BaseOf(root, world, slug string) string {
	if world != DefaultWorld {
		root += "/w/" + world
	}
	return root + "/" + slug
}

// Root is the address at which a caller finds the sandbox, without a trailing
// slash: the public URL, or the caller's own Host. Of two listeners it is the one
// that browsers use, whichever the caller came by.
func (s *Sandbox) Root(r *http.Request) string {
	host := r.Host
	if _, port, err := net.SplitHostPort(host); err == nil && port == strconv.Itoa(s.options.Ports.MTLS) {
		host = withPort(host, s.options.Ports.Main)
	}
	switch {
	case s.options.PublicURL != "":
		return s.options.PublicURL
	case r.TLS != nil:
		return "https://" + host
	default:
		return "http://" + host
	}
}

func withPort(host string, port int) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if port == httpsPort {
		if strings.Contains(host, ":") {
			return "[" + host + "]"
		}
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}

const httpsPort = 443 // which addresses leave out
