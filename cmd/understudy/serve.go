package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/lmittmann/tint"
	"golang.org/x/sync/errgroup"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/catalog"
	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/control"
)

type serve struct {
	Addr      string            `default:"127.0.0.1:7800" placeholder:"HOST:PORT" help:"Listen here; port 0 picks a free one."`
	PortFile  string            `placeholder:"FILE" help:"Write the port here once it answers; the file goes when the sandbox does."`
	PublicURL string            `name:"public-url" placeholder:"URL" help:"What addresses in answers start with; default: the caller's Host."`
	AdminAddr string            `placeholder:"HOST:PORT" help:"Give the control API a listener of its own."`
	Seed      uint64            `default:"1" help:"What the data of every fresh world grows from."`
	Clock     moment            `default:"now" placeholder:"now|TIME" help:"Where the clock of every fresh world starts; a time (RFC 3339) freezes it."`
	Scenario  []string          `sep:"none" placeholder:"SLUG/NAME|FILE" help:"Arm a scenario in every fresh world; repeatable, one per insurer."`
	TLS       bool              `name:"tls" help:"Serve HTTPS, by a certificate authority made for this run."`
	TLSDir    string            `name:"tls-dir" placeholder:"FOLDER" help:"Write the authority's certificate, and a client's with its key, here; default: a folder that goes with the sandbox."`
	MTLSAddr  string            `name:"mtls-addr" placeholder:"HOST:PORT" help:"Ask for client certificates here; default: the port after --addr's."`
	Auth      string            `enum:"lenient,strict" default:"lenient" help:"strict demands credentials where sources leave it open (${enum})."`
	Set       map[string]string `mapsep:"," placeholder:"SLUG.KEY=VALUE" help:"Choose between documented behaviours; repeatable."`
	Strict    bool              `help:"An answer that breaks its contract becomes a 500."`
	Stealth   bool              `help:"Add no headers of our own."`
	CORS      string            `name:"cors" enum:"on,off" default:"on" help:"Let browsers call from other origins (${enum})."`
	DeliverTo []string          `placeholder:"HOST|RANGE|*" help:"Let webhooks go here too, besides loopback and private addresses; repeatable."`
	MaxWorlds int               `default:"10000" help:"How many worlds may exist at once."`
	LogFormat string            `enum:"text,json" default:"text" help:"A line per request as ${enum}."`
	Config    string            `file:"none" placeholder:"FILE" help:"Read these flags from a YAML file; default: understudy.yaml where it is."`
}

// Help shows how it is used.
func (serve) Help() string {
	return "Flags beat the environment, the environment beats the file, the file beats the defaults. " +
		"The file has the flags' names as keys.\n\n" +
		"Examples:\n\n    understudy serve\n    understudy serve --addr 127.0.0.1:0 --port-file port --clock 2026-03-02T09:00:00+07:00\n" +
		"    understudy serve --scenario allianz/gateway-timeout --set allianz.envelope=errors"
}

// BeforeResolve reads the file, so that its values stand behind flags and
// environment.
func (s *serve) BeforeResolve(ctx *kong.Context, p *program) error {
	name := p.getenv("UNDERSTUDY_CONFIG")
	flags := ctx.Selected().Flags
	for _, flag := range flags {
		if given, ok := ctx.FlagValue(flag).(string); ok && flag.Name == "config" && given != "" {
			name = given
		}
	}
	values, err := readFile(name, flags)
	if err != nil {
		return err
	}
	ctx.AddResolver(file{environment{p.getenv}, values})
	return nil
}

// moment is where a clock begins.
type moment struct{ clock.Clock }

// UnmarshalText reads "now" or a time as RFC 3339 writes it.
func (s *moment) UnmarshalText(text []byte) error {
	if string(text) == "now" {
		s.Clock = clock.Clock{}
		return nil
	}
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("%q is neither now nor a time like 2026-03-02T09:00:00+07:00", text)
	}
	s.Clock = clock.Frozen(at)
	return nil
}

// Run plays until the context ends.
func (s *serve) Run(ctx context.Context, p *program) error {
	if p.getenv("GOGC") == "" {
		// The live heap is a few megabytes, so the default would collect hundreds of
		// times a second under load, and often while the documents are read.
		debug.SetGCPercent(400)
	}
	options, err := s.options()
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	listeners, err := s.listen()
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	defer listeners.close()
	remove, err := s.secure(&listeners)
	defer remove()
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	if s.TLS {
		options.Ports = mocks.Ports{Main: portOf(listeners.main), MTLS: portOf(listeners.mtls)}
	}

	trail := newTrail(p.out, s.LogFormat, p.coloursFor(p.out))
	defer trail.close()
	options.Watch, options.Log = trail.watch, p.log(s.LogFormat)
	about := control.Options{Version: built().version, Log: options.Log}
	if s.AdminAddr != "" {
		about.Root = address(listeners.main)
	}
	admin := control.New(about)
	if s.AdminAddr == "" {
		options.Control = admin
	}
	sandbox, err := mocks.New(options)
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	trail.learn(sandbox)
	if s.PortFile != "" {
		remove, err := writePort(s.PortFile, listeners.main)
		if err != nil {
			return fmt.Errorf("serve: write the port file: %w", err)
		}
		defer remove()
	}
	if err := s.announce(p, sandbox, listeners); err != nil {
		return fmt.Errorf("serve: %w", err)
	}

	group, ctx := errgroup.WithContext(ctx)
	// What hangs ends first, so that the servers can.
	defer context.AfterFunc(ctx, func() { _ = sandbox.Close() })()
	group.Go(func() error { return sandbox.Run(ctx) })
	group.Go(func() error { return answer(ctx, listeners.main, sandbox, options.Log) })
	if listeners.mtls != nil {
		group.Go(func() error { return answer(ctx, listeners.mtls, sandbox, options.Log) })
	}
	if listeners.admin != nil {
		group.Go(func() error { return answer(ctx, listeners.admin, admin(sandbox), options.Log) })
	}
	return group.Wait()
}

// options says what the flags mean to a sandbox.
func (s *serve) options() (mocks.Options, error) {
	o := mocks.Options{
		Insurers: catalog.All(), Seed: s.Seed, Clock: s.Clock.Clock, Settings: map[string]string{},
		PublicURL: strings.TrimSuffix(s.PublicURL, "/"), Strict: s.Strict, Stealth: s.Stealth, NoCORS: s.CORS == "off", MaxWorlds: s.MaxWorlds, DeliverTo: s.DeliverTo,
	}
	if !s.TLS && s.TLSDir+s.MTLSAddr != "" {
		return o, errors.New("--tls-dir and --mtls-addr say nothing without --tls")
	}
	if s.MaxWorlds < 1 {
		return o, fmt.Errorf("--max-worlds %d: want 1 at least", s.MaxWorlds)
	}
	if address, err := url.Parse(s.PublicURL); s.PublicURL != "" && (err != nil || address.Host == "" || !strings.HasPrefix(address.Scheme, "http")) {
		return o, fmt.Errorf("--public-url %q: want an address such as https://sandbox.example.com", s.PublicURL)
	}
	for _, insurer := range o.Insurers {
		for _, setting := range insurer.Settings {
			if setting.Key == insurer.Slug+".auth" {
				o.Settings[setting.Key] = s.Auth
			}
		}
	}
	maps.Copy(o.Settings, s.Set)
	for _, name := range s.Scenario {
		scenario, err := loadScenario(name)
		if err != nil {
			return o, err
		}
		o.Scenarios = append(o.Scenarios, scenario)
	}
	return o, nil
}

// listeners are the ports of a run; those that were not asked for are nil.
type listeners struct {
	main, mtls, admin net.Listener
	folder            string // of the certificates; empty without TLS
}

func (l listeners) close() {
	for _, one := range []net.Listener{l.main, l.mtls, l.admin} {
		if one != nil {
			_ = one.Close()
		}
	}
}

// listen takes the ports before anything is built, so that a taken one is told
// at once.
func (s *serve) listen() (listeners, error) {
	var l listeners
	var err error
	if l.main, err = listenOn("--addr", s.Addr); err != nil {
		return l, err
	}
	if s.TLS {
		var at string
		if at, err = s.mtlsAddr(); err == nil {
			l.mtls, err = listenOn("--mtls-addr", at)
		}
	}
	if err == nil && s.AdminAddr != "" {
		l.admin, err = listenOn("--admin-addr", s.AdminAddr)
	}
	if err != nil {
		l.close()
	}
	return l, err
}

func listenOn(flag, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken by another program; stop that one, or let the system pick a free port: %s 127.0.0.1:0", address, flag)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s (%w); try %s 127.0.0.1:0", address, err, flag)
	}
	return l, nil
}

// grace is how long running calls may take to end once the sandbox stops.
const grace = 5 * time.Second

// answer serves until the context ends. There is no write timeout: a scenario may
// hang for as long as a caller waits.
func answer(ctx context.Context, l net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	stopped := make(chan error, 1)
	defer context.AfterFunc(ctx, func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		err := server.Shutdown(ending)
		if err != nil {
			err = server.Close()
		}
		stopped <- err
	})()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	}
	return <-stopped
}

// writePort puts the port where others look for it, whole or not at all.
func writePort(name string, l net.Listener) (remove func(), err error) {
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, err
	}
	temporary, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintln(temporary, port)
	err = errors.Join(err, temporary.Chmod(0o644), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), name)
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(temporary.Name()))
	}
	return func() { _ = os.Remove(name) }, nil
}

// log is where the sandbox tells of its own troubles.
func (p *program) log(format string) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(p.errors, nil))
	}
	return slog.New(tint.NewTextHandler(p.errors, &tint.Options{TimeFormat: time.TimeOnly, NoColor: !bool(p.coloursFor(p.errors))}))
}
