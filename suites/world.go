package suites

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// Sandbox finds the targets of a running sandbox: all insurers that have a
// suite, or those that are named. They share one fresh world, which Run deletes;
// an empty name makes one up. A sandbox that cannot be reached is
// [ErrInconclusive].
func Sandbox(ctx context.Context, base string, slugs []string, world string) ([]*Target, error) {
	all, err := within(ctx, sandbox.New(base, &http.Client{Timeout: patience}), slugs, world)
	if err != nil {
		return nil, fmt.Errorf("suites: find the targets at %s: %w", base, err)
	}
	return all, nil
}

// within finds them by a client of the control API.
func within(ctx context.Context, c *sandbox.Client, slugs []string, world string) ([]*Target, error) {
	// Health also tells where the insurers are, which may be another address.
	_, err := c.Health(ctx)
	var played []sandbox.Insurer
	if err == nil {
		played, err = c.Insurers(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInconclusive, err)
	}
	known := map[string]sandbox.Insurer{}
	for _, insurer := range played {
		if _, ok := insurers[insurer.Slug]; ok {
			known[insurer.Slug] = insurer
		}
	}
	there := slices.Sorted(maps.Keys(known))
	if len(slugs) == 0 {
		slugs = there
	}
	if world == "" {
		world = freshName()
	}
	var targets []*Target
	for _, slug := range slugs {
		insurer, ok := known[slug]
		if !ok {
			return nil, fmt.Errorf("no insurer %q; there are %s", slug, strings.Join(there, ", "))
		}
		t := &Target{Name: "sandbox-" + slug, Insurer: slug}
		if err := t.settle(c, insurer, world); err != nil {
			return nil, err
		}
		targets = append(targets, t)
	}
	if _, err := c.World(world).Reset(ctx, sandbox.Reset{}); err != nil {
		return nil, fmt.Errorf("make the world %s: %w: %w", world, ErrInconclusive, err)
	}
	return targets, nil
}

// freshName is a world's name that no other run has.
func freshName() string {
	var run [4]byte
	_, _ = rand.Read(run[:]) // never fails
	return "check-" + hex.EncodeToString(run[:])
}

// settle makes the target live in a world of a sandbox, with its published
// credentials where it has none.
func (t *Target) settle(c *sandbox.Client, insurer sandbox.Insurer, world string) error {
	t.Sandbox, t.World, t.Faces = c, world, map[string]*url.URL{}
	for face, published := range insurer.BaseURLs {
		// Published addresses are those of the default world, and may begin with a public URL that is not ours.
		_, mount, _ := strings.Cut(published, "/"+insurer.Slug)
		base, err := url.Parse(c.World(world).URL(insurer.Slug) + mount)
		if err != nil {
			return fmt.Errorf("address of %s: %w", insurer.Slug, err)
		}
		t.Faces[face] = base
	}
	if len(t.Credentials) > 0 {
		return nil
	}
	t.Credentials = map[string]string{}
	for name, value := range insurer.Credentials {
		text, plain := value.(string)
		if !plain {
			whole, err := json.Marshal(value)
			if err != nil {
				return fmt.Errorf("credential %s of %s: %w", name, insurer.Slug, err)
			}
			text = string(whole)
		}
		t.Credentials[name] = text
	}
	return nil
}

// leave deletes the world of a sandbox target; one that is gone is no loss.
func (t *Target) leave(ctx context.Context) {
	if t.live() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_ = t.world().Delete(ctx)
}

func (t *Target) world() *sandbox.World { return t.Sandbox.World(t.World) }

// told fails a spec by what the control API refused; a sandbox that is gone
// makes it inconclusive instead.
func (t *Target) told(err error) {
	GinkgoHelper()
	if _, refused := errors.AsType[*sandbox.Problem](err); err != nil && !refused {
		reason := t.gate.lost(err)
		account{Inconclusive: reason}.file()
		Skip(reason)
	}
	Expect(err).NotTo(HaveOccurred())
}

// now is the moment by the target's clock.
func (t *Target) now(ctx SpecContext) time.Time {
	GinkgoHelper()
	if t.live() {
		return t.run.now()
	}
	at, err := t.world().Now(ctx)
	t.told(err)
	return at
}

// apart is the target in a fresh world of its own, frozen as it begins, which is
// deleted when the spec is over.
func (t *Target) apart(ctx SpecContext, name string) *Target {
	GinkgoHelper()
	there := *t
	const longest = 63
	there.World = t.World + "-" + name
	there.World = there.World[:min(len(there.World), longest)]
	there.Faces = map[string]*url.URL{}
	here, moved := t.world().URL(t.Insurer), there.world().URL(t.Insurer)
	for face, base := range t.Faces {
		address, err := url.Parse(moved + strings.TrimPrefix(base.String(), here))
		Expect(err).NotTo(HaveOccurred())
		there.Faces[face] = address
	}
	DeferCleanup(there.leave)
	_, err := there.world().Reset(ctx, sandbox.Reset{})
	t.told(err)
	there.freeze(ctx, there.now(ctx))
	return &there
}

// play is the target in a world of its own with a scenario armed.
func (t *Target) play(ctx SpecContext, s *scenarios.Scenario) *Target {
	GinkgoHelper()
	there := t.apart(ctx, s.Name)
	whole, err := json.Marshal(s)
	Expect(err).NotTo(HaveOccurred())
	_, err = there.world().PlayScenario(ctx, whole)
	t.told(err)
	there.armed = s.ID()
	return there
}

func (t *Target) freeze(ctx SpecContext, at time.Time) {
	GinkgoHelper()
	_, err := t.world().Freeze(ctx, at)
	t.told(err)
}

// advance moves the target's clock and says what it shows then.
func (t *Target) advance(ctx SpecContext, d time.Duration) time.Time {
	GinkgoHelper()
	moved, err := t.world().Advance(ctx, d)
	t.told(err)
	return moved.Now
}

func (t *Target) set(ctx SpecContext, key, value string) {
	GinkgoHelper()
	_, err := t.world().Set(ctx, map[string]string{key: value})
	t.told(err)
}

// count is how often an operation was called in the target's world.
func (t *Target) count(ctx SpecContext, operation string) int {
	GinkgoHelper()
	n, err := t.world().Count(ctx, sandbox.Filter{Insurer: t.Insurer, Operation: operation})
	t.told(err)
	return n
}
