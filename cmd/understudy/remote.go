package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/catalog"
)

// remote is where a running sandbox is.
type remote struct {
	At string `default:"http://127.0.0.1:7800" placeholder:"URL" variable:"UNDERSTUDY_URL" help:"Where the sandbox is."`
}

func (r remote) client() (*sandbox.Client, error) {
	if err := checkAddress("--at", r.At); err != nil {
		return nil, err
	}
	return sandbox.New(r.At, nil), nil
}

func checkAddress(flag, address string) error {
	at, err := url.Parse(address)
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return fmt.Errorf("%s %q: want an address such as http://127.0.0.1:7800", flag, address)
	}
	return nil
}

// told sorts what a sandbox says: a refusal is a mistake of whoever asked,
// anything else means that no sandbox answers.
func (r remote) told(doing string, err error) error {
	var refused *sandbox.Problem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) && refused.Status < 500:
		text := refused.Detail
		if len(refused.Allowed) > 0 && !strings.Contains(text, "allowed here") {
			text += "; allowed: " + strings.Join(refused.Allowed, ", ")
		}
		return fmt.Errorf("%s: %s", doing, text)
	}
	if _, stranger := errors.AsType[*tls.CertificateVerificationError](err); stranger {
		return fmt.Errorf("%s: %s shows a certificate that nobody here trusts (%w); a sandbox with --tls says at its start where its own is: export SSL_CERT_FILE=.../%s", doing, r.At, err, fileCA)
	}
	return inconclusive(fmt.Errorf("%s: no sandbox answers at %s (%w); start one with 'understudy serve', or say where it is with --at", doing, r.At, err))
}

// place is a world of a running sandbox.
type place struct {
	remote
	World string `default:"default" placeholder:"NAME" help:"Which world."`
}

func (w place) world() (*sandbox.World, error) {
	c, err := w.client()
	if err != nil {
		return nil, err
	}
	return c.World(w.World), nil
}

// flags repeats the flags that lead to the world, for a command to be copied.
func (w place) flags() string {
	text := ""
	if w.World != mocks.DefaultWorld {
		text += " --world " + w.World
	}
	return text
}

type wait struct {
	remote
	For time.Duration `default:"30s" placeholder:"DURATION" help:"How long at most."`
}

// Help shows how it is used.
func (wait) Help() string {
	return "Example:\n\n    understudy serve --addr 127.0.0.1:7801 &\n    understudy wait --at http://127.0.0.1:7801 --for 10s"
}

// Run returns once the sandbox answers.
func (w *wait) Run(ctx context.Context, p *program) error {
	c, err := w.client()
	if err != nil {
		return fmt.Errorf("wait: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, w.For)
	defer cancel()
	if err := w.told("wait", c.Wait(ctx)); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "ready: %s\n", w.At)
	return nil
}

type env struct {
	place
	Slug string `arg:"" help:"Which insurer."`
}

// Help shows how it is used.
func (env) Help() string {
	return "The credentials are published and open nothing but sandboxes. The sandbox need not run yet.\n\n" +
		"Example:\n\n    eval \"$(understudy env allianz --world my-test)\""
}

// Run prints a line for each variable.
func (e *env) Run(p *program) error {
	if err := checkAddress("--at", e.At); err != nil {
		return fmt.Errorf("env: %w", err)
	}
	insurer, err := insurerOf(e.Slug)
	if err != nil {
		return fmt.Errorf("env: %w", err)
	}
	if insurer.Export == nil {
		return fmt.Errorf("env: a client of %s reads no environment", e.Slug)
	}
	if err := mocks.CheckWorldName(e.World); err != nil {
		return fmt.Errorf("env: %w", err)
	}
	for _, pair := range insurer.Export(sandbox.New(e.At, nil).World(e.World).URL(e.Slug)) {
		fmt.Fprintf(p.out, "export %s=%s\n", pair[0], quoted(pair[1]))
	}
	return nil
}

func insurerOf(slug string) (mocks.Insurer, error) {
	known := map[string]mocks.Insurer{}
	for _, insurer := range catalog.All() {
		known[insurer.Slug] = insurer
	}
	insurer, ok := known[slug]
	if !ok {
		return insurer, fmt.Errorf("no insurer %q; there are: %s", slug, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
	return insurer, nil
}

// quoted is a word that a shell reads as it is.
func quoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
