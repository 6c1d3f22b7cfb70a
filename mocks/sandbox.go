package mocks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/store"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// Options say what a sandbox plays and how its worlds begin.
type Options struct {
	Insurers []Insurer
	Store    store.Store  // nil: in memory
	Log      *slog.Logger // nil: silent

	Seed      uint64                // of every fresh world; 0: 1
	Clock     clock.Clock           // of every fresh world; zero: running, now
	Settings  map[string]string     // of every fresh world
	Scenarios []*scenarios.Scenario // armed in every fresh world, one per insurer

	PublicURL string        // what addresses in answers begin with; empty: the caller's Host
	Ports     Ports         // where the listeners of a sandbox with TLS stand; zero: one listener
	Strict    bool          // an answer that breaks its contract becomes a 500
	Stealth   bool          // add no headers of our own
	NoCORS    bool          // do not let browsers call from other origins
	MaxWorlds int           // 0: 10,000
	IdleAfter time.Duration // a world that nobody called for so long, in real time, is dropped; 0: 24 hours

	// DeliverTo are the hosts and addresses, "hooks.example.com" or "203.0.113.0/24",
	// that webhooks go to besides loopback and private addresses; "*" lets all in.
	DeliverTo []string

	// Watch is told of every answered call. It must not block.
	Watch func(world string, e *Entry)
	// Control answers below /__admin/; nil: nothing does.
	Control func(*Sandbox) http.Handler
}

// Ports are those of a sandbox with two listeners: a browser on a consent page is
// never asked for a certificate, a client on the other one is.
type Ports struct{ Main, MTLS int }

// Sandbox is all insurers in all worlds: an [http.Handler].
type Sandbox struct {
	options  Options
	store    store.Store
	log      *slog.Logger
	carriers []*carrier
	settings map[string]Setting
	start    sandboxStart
	control  http.Handler
	landing  landing
	// knowledge is what a scenario may speak of, by insurer.
	knowledge map[string]scenarios.Knowledge

	mu     sync.RWMutex
	worlds map[string]*World
	made   atomic.Uint64 // numbers the worlds, so that none gets the rows of one before it
	budget journalBudget
	woken  chan struct{}
	post   *post
	closed context.Context //nolint:containedctx // the lifetime of the sandbox, not of a call
	close  context.CancelFunc
}

// sandboxStart is how a fresh world begins.
type sandboxStart struct {
	seed      uint64
	clock     clock.Clock
	settings  map[string]string
	scenarios []*scenarios.Scenario
}

// DefaultWorld is the world of a path without "/w/".
const DefaultWorld = "default"

const (
	defaultMaxWorlds = 10_000
	defaultIdleAfter = 24 * time.Hour
)

// New builds a sandbox, or says which document and table do not match. Its jobs
// run once [Sandbox.Run] does.
func New(o Options) (*Sandbox, error) {
	s := &Sandbox{
		options: o, store: o.Store, log: o.Log,
		settings: map[string]Setting{}, worlds: map[string]*World{}, knowledge: map[string]scenarios.Knowledge{},
		woken: make(chan struct{}, 1),
	}
	s.closed, s.close = context.WithCancel(context.Background())
	var err error
	if s.post, err = newPost(o.DeliverTo); err != nil {
		return nil, fmt.Errorf("mocks: %w", err)
	}
	if s.store == nil {
		s.store = store.NewMemory()
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.options.PublicURL = strings.TrimRight(o.PublicURL, "/")
	if s.options.MaxWorlds == 0 {
		s.options.MaxWorlds = defaultMaxWorlds
	}
	if s.options.IdleAfter == 0 {
		s.options.IdleAfter = defaultIdleAfter
	}
	for _, insurer := range o.Insurers {
		go func() { _, _ = contracts.For(insurer.Slug) }() // compiled side by side; whoever needs it first waits for it
	}
	for _, insurer := range o.Insurers {
		if s.carrier(insurer.Slug) != nil {
			return nil, fmt.Errorf("mocks: %s: the insurer is there twice", insurer.Slug)
		}
		c, err := newCarrier(s, insurer)
		if err != nil {
			return nil, fmt.Errorf("mocks: %s: %w", insurer.Slug, err)
		}
		s.carriers = append(s.carriers, c)
		s.knowledge[c.Slug] = c.knows()
		for _, setting := range insurer.Settings {
			s.settings[setting.Key] = setting
		}
	}
	if err := s.setStart(); err != nil {
		return nil, fmt.Errorf("mocks: %w", err)
	}
	s.landing = newLanding(s)
	if o.Control != nil {
		s.control = o.Control(s)
	}
	_, err = s.Make(context.Background(), DefaultWorld)
	return s, err
}

func (s *Sandbox) setStart() error {
	s.start = sandboxStart{seed: max(s.options.Seed, 1), clock: s.options.Clock, settings: s.options.Settings}
	if err := s.CheckSettings(s.options.Settings); err != nil {
		return err
	}
	armed := map[string]string{}
	for _, scenario := range s.options.Scenarios {
		if err := s.CheckScenario(scenario); err != nil {
			return err
		}
		if other, ok := armed[scenario.Insurer]; ok {
			return fmt.Errorf("scenarios %s and %s: one per insurer", other, scenario.ID())
		}
		armed[scenario.Insurer] = scenario.ID()
		s.start.scenarios = append(s.start.scenarios, scenario)
	}
	return nil
}

func (s *sandboxStart) state() *state {
	first := &state{Seed: s.seed, Clock: s.clock, Settings: maps.Clone(s.settings)}
	for _, scenario := range s.scenarios {
		first.arm(scenario)
	}
	return first
}

// Close ends what hangs and gives the store back. It does not wait for calls.
func (s *Sandbox) Close() error {
	s.close()
	return s.store.Close()
}

// Insurers lists what the sandbox plays, in the order it was given.
func (s *Sandbox) Insurers() []Insurer {
	all := make([]Insurer, len(s.carriers))
	for i, c := range s.carriers {
		all[i] = c.Insurer
	}
	return all
}

// Faces are the servers of an insurer with their contracts' faces, in order.
func (s *Sandbox) Faces(slug string) []PlayedFace {
	c := s.carrier(slug)
	if c == nil {
		return nil
	}
	all := make([]PlayedFace, len(c.faces))
	for i, f := range c.faces {
		all[i] = PlayedFace{Mount: f.mount, Face: f.Face}
	}
	return all
}

// PlayedFace is a face and where it stands under its insurer's slug.
type PlayedFace struct {
	Mount string
	*contracts.Face
}

func (s *Sandbox) carrier(slug string) *carrier {
	for _, c := range s.carriers {
		if c.Slug == slug {
			return c
		}
	}
	return nil
}

// ServeHTTP picks world, insurer and face from the path.
func (s *Sandbox) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	if s.control != nil && (strings.HasPrefix(path, "/__admin/") || path == "/livez" || path == "/readyz") {
		s.control.ServeHTTP(rw, r)
		return
	}
	if s.cors(rw, r) {
		return
	}
	if path == "/" {
		s.landing.ServeHTTP(rw, r)
		return
	}
	name, rest := worldOf(path)
	slug, rest := cut(rest)
	c := s.carrier(slug)
	if !worldName.MatchString(name) {
		problem(rw, http.StatusNotFound, "No such world", fmt.Sprintf("%v, not %q", ErrWorldName, name[:min(len(name), 80)]))
		return
	}
	if c == nil {
		s.landing.nearest(rw, r, name)
		return
	}
	f, rest := c.face(rest)
	asked, allowed := &call{path: rest}, []string(nil)
	if f != nil {
		asked.operation, asked.vars, allowed = f.Match(r.Method, rest)
	}
	if asked.operation == "" {
		if len(allowed) > 0 {
			rw.Header().Set("Allow", strings.Join(allowed, ", "))
		}
		if asked.refusal, asked.like = f.wrongMethod(rest, allowed); asked.refusal == nil {
			s.landing.nearest(rw, r, name)
			return
		}
	}
	w, err := s.enter(r, name)
	if err != nil {
		s.turnAway(rw, r, err)
		return
	}
	defer w.leave(r.Context())
	w.touched.Store(realNow().Unix())
	asked.world = w
	f.serve(rw, r, asked)
}

// turnAway answers a call that no world could be made for.
func (s *Sandbox) turnAway(rw http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, ErrManyWorlds) {
		problem(rw, http.StatusServiceUnavailable, "No world", err.Error())
		return
	}
	s.log.ErrorContext(r.Context(), "make a world", slog.String("path", r.URL.Path), slog.Any("error", err))
	problem(rw, http.StatusInternalServerError, "No world", "the sandbox failed; its log says why")
}

// CheckSettings refuses a setting or a value that no insurer here has, and lists
// what there is.
func (s *Sandbox) CheckSettings(settings map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		known, ok := s.settings[key]
		if !ok {
			return fmt.Errorf("setting %q: there are %s", key, strings.Join(slices.Sorted(maps.Keys(s.settings)), ", "))
		}
		if len(known.Values) > 0 && !slices.Contains(known.Values, settings[key]) {
			return fmt.Errorf("setting %s=%q: it is one of %s", key, settings[key], strings.Join(known.Values, ", "))
		}
	}
	return nil
}

// Knowledge is what a scenario may speak of here, by insurer, for
// [scenarios.LoadFor].
func (s *Sandbox) Knowledge() map[string]scenarios.Knowledge { return maps.Clone(s.knowledge) }

// CheckScenario refuses a scenario that is none, or that speaks of what no
// insurer here has, and lists what there is.
func (s *Sandbox) CheckScenario(scenario *scenarios.Scenario) error {
	if scenario == nil {
		return errors.New("no scenario")
	}
	if err := scenario.Validate(); err != nil {
		return err
	}
	return scenario.Check(s.knowledge)
}

// knows is what a scenario can name of an insurer.
func (c *carrier) knows() scenarios.Knowledge {
	known := scenarios.Knowledge{Operations: map[string][]string{}, Settings: map[string][]string{}}
	for _, f := range c.faces {
		for id, op := range f.operations {
			known.Operations[id] = examples(op)
		}
	}
	for _, setting := range c.Settings {
		known.Settings[setting.Key] = setting.Values
	}
	known.Jobs = slices.Sorted(slices.Values(c.jobKinds()))
	if c.api.Webhooks != nil {
		known.Forgeries = c.api.Webhooks.Forgeries
		known.Webhooks = slices.Sorted(maps.Keys(c.sends))
	}
	return known
}
