package mocks

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAppear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, w := alone(t, toy{})
		if got := s.Appear(t.Context(), DefaultWorld); got != w {
			t.Errorf("one that is there: got %v", got)
		}
		found := make(chan *World)
		wait := func(ctx context.Context) {
			go func() { found <- s.Appear(ctx, "a") }()
		}
		wait(t.Context())
		<-time.After(time.Second)
		made := must(s.Enter(t.Context(), "a"))
		if got := <-found; got != made {
			t.Errorf("one that comes: got %v", got)
		}
		must(0, s.Delete(t.Context(), "a"))
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		wait(ctx)
		if got := <-found; got != nil {
			t.Errorf("the end of the context: got %s", got.Name)
		}
		wait(t.Context())
		<-time.After(time.Second)
		must(0, s.Close())
		if got := <-found; got != nil || s.Ready() {
			t.Errorf("the end of the sandbox: got %v, ready %t", got, s.Ready())
		}
	})
}

func TestWhatASandboxPlays(t *testing.T) {
	s, _ := alone(t, toy{jobs: map[string]Job{"renew": noJob, "inspect": noJob}, mount: "/as1"})
	if diff := cmp.Diff([]string{"inspect", "renew"}, s.JobKinds()); diff != "" {
		t.Errorf("kinds: %s", diff)
	}
	if all := s.Insurers(); len(all) != 1 || all[0].Slug != "allianz" {
		t.Errorf("insurers: got %v", all)
	}
	if all := s.Faces("allianz"); len(all) != 1 || all[0].Mount != "/as1" || all[0].Name != "motor" {
		t.Errorf("faces: got %v", all)
	}
	if all := s.Faces("bima"); all != nil {
		t.Errorf("faces of nobody: got %v", all)
	}
	if err := s.CheckSettings(map[string]string{"allianz.auth": "no"}); err == nil {
		t.Error("an unknown value passes")
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct {
		text  string
		among []string
		want  string
	}{
		{"alianz", []string{"bima", "allianz", "uae"}, "allianz"},
		{"", []string{"bima", "uae"}, "uae"},
		{"กข", []string{"กค", "ab"}, "กค"},
		{"b", []string{"a", "c"}, "a"},
		{"x", nil, ""},
	} {
		if got := Nearest(c.text, c.among); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

// tb is a test that fails instead of the one that looks on.
type tb struct {
	failed   string
	cleanups []func()
}

func (*tb) Helper()                     {}
func (f *tb) Cleanup(c func())          { f.cleanups = append(f.cleanups, c) }
func (f *tb) Fatalf(s string, a ...any) { f.failed = fmt.Sprintf(s, a...) }
func (f *tb) end()                      { f.cleanups[0]() }

func TestStart(t *testing.T) {
	bad := &tb{}
	if s := Start(bad, Options{Insurers: []Insurer{{Slug: "nobody"}}}); s != nil || bad.failed == "" || len(bad.cleanups) > 0 {
		t.Errorf("with a wrong insurer: got %v, failed %q", s, bad.failed)
	}
	good := &tb{}
	s := Start(good, Options{Insurers: []Insurer{toy{}.insurer()}})
	if got := send(t, "POST", s.URL+tokenPath, ""); got.status != 200 {
		t.Errorf("got %d", got.status)
	}
	good.end()
	if got := send(t, "POST", s.URL+tokenPath, ""); got.err == nil || good.failed != "" {
		t.Errorf("after the end: got %d, failed %q", got.status, good.failed)
	}
	twice := &tb{}
	s = Start(twice, Options{Insurers: []Insurer{toy{}.insurer()}})
	must(0, s.Close())
	if twice.end(); twice.failed == "" {
		t.Error("a store that does not close is not told")
	}
	if got := send(t, "POST", s.URL+tokenPath, ""); got.err == nil {
		t.Errorf("the listener is left open: got %d", got.status)
	}
	if _, err := s.World("none"); !errors.Is(err, ErrNoWorld) {
		t.Errorf("got %v", err)
	}
}
