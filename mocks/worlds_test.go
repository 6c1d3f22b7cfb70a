package mocks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks/clock"
	"github.com/understudy-sandbox/understudy/mocks/store"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// teller answers with all that a world has of its own, and keeps a row.
func teller() toy {
	tokens := func(ctx context.Context) store.Table[int] {
		return store.NewTable[int](WorldOf(ctx).sandbox.store, Place("tokens"))
	}
	return toy{
		populate: func(ctx context.Context, _ store.Store) error { return tokens(ctx).Set(ctx, "magic", 7) },
		token: func(r *http.Request) (Answer, error) {
			ctx := r.Context()
			w := WorldOf(ctx)
			n, err := w.Next(ctx, "token")
			if err != nil {
				return Answer{}, err
			}
			if err := tokens(ctx).Insert(ctx, fmt.Sprint("t", n), 1); err != nil {
				return Answer{}, err
			}
			text := fmt.Sprintf("%d %d %s %s %s", n, w.Seed(), w.Fake("token").LetterN(6), w.Setting("allianz.envelope"), Now(ctx).Format(time.RFC3339))
			return OK(tokenBody{text, "Bearer", 1}), nil
		},
	}
}

func in(world string) string {
	if world == DefaultWorld {
		return tokenPath
	}
	return "/w/" + world + tokenPath
}

func TestAWorldInThePathIsAWorldOfItsOwn(t *testing.T) {
	s := open(t, teller())
	a, b := must(s.Make(t.Context(), "a")), must(s.Make(t.Context(), "b"))
	noon := dawn.Add(3 * time.Hour)
	if err := a.Reset(t.Context(), Fresh{Seed: 9, Clock: new(clock.Frozen(noon))}); err != nil {
		t.Fatal(err)
	}
	if err := a.Set(t.Context(), map[string]string{"allianz.envelope": "errors"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Play(t.Context(), bent(scenarios.Rule{On: scenarios.Match{Nth: []int{2}}, Fault: scenarios.Fault{Status: 503}})); err != nil {
		t.Fatal(err)
	}
	var got []string
	for range 2 {
		for _, world := range []string{DefaultWorld, "a", "b"} {
			answer := send(t, "POST", s.URL+in(world), "")
			told, _, _ := strings.Cut(strings.TrimPrefix(answer.body, `{"access_token":"`), `"`)
			got = append(got, fmt.Sprintf("%s %s %d %s", world, answer.header.Get("X-Sandbox-Request-Id"), answer.status, told))
		}
	}
	letters := must(s.World(DefaultWorld)).Fake("token").LetterN(6)
	others := a.Fake("token").LetterN(6)
	want := []string{
		"default r-1 200 1 1 " + letters + " bare 2026-03-02T09:00:00+07:00",
		"a r-1 200 1 9 " + others + " errors 2026-03-02T12:00:00+07:00",
		"b r-1 200 1 1 " + letters + " bare 2026-03-02T09:00:00+07:00",
		"default r-2 200 2 1 " + letters + " bare 2026-03-02T09:00:00+07:00",
		"a r-2 200 2 9 " + others + " errors 2026-03-02T12:00:00+07:00",
		"b r-2 503 ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, w := range s.Worlds() {
		if n := len(w.Journal(Query{})); n != 2 {
			t.Errorf("world %s has %d entries, want 2", w.Name, n)
		}
	}
}

func TestFiftyClientsInFiftyWorlds(t *testing.T) {
	s := open(t, teller())
	var clients sync.WaitGroup
	for i := range 50 {
		name := fmt.Sprintf("p%d", i)
		w := must(s.Make(t.Context(), name))
		at := dawn.AddDate(0, 0, i)
		if err := w.Reset(t.Context(), Fresh{Seed: uint64(100 + i), Clock: new(clock.Frozen(at))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Play(t.Context(), bent(scenarios.Rule{On: scenarios.Match{Nth: []int{1 + i%5}}, Fault: scenarios.Fault{Status: 503}})); err != nil {
			t.Fatal(err)
		}
		clients.Go(func() {
			honest := 0
			for n := range 5 {
				got := send(t, "POST", s.URL+in(name), "")
				if n == i%5 {
					if got.status != 503 {
						t.Errorf("world %s, call %d: got %d, want its scenario's 503", name, n+1, got.status)
					}
					continue
				}
				honest++
				if want := fmt.Sprintf(`{"access_token":"%d %d %s bare %s"`, honest, 100+i, w.Fake("token").LetterN(6), at.Format(time.RFC3339)); !strings.HasPrefix(got.body, want) {
					t.Errorf("world %s, call %d: got %s, want %s", name, n+1, got.body, want)
				}
			}
		})
	}
	clients.Wait()
}

func TestAReadInAnUnknownWorldMakesNothing(t *testing.T) {
	s := open(t, teller())
	before := rows(t, s.Sandbox, "")
	for _, method := range []string{"GET", "HEAD"} {
		r := httptest.NewRequestWithContext(t.Context(), method, in("ci-7"), nil)
		w, err := s.enter(r, "ci-7")
		if err != nil {
			t.Fatal(err)
		}
		// No document has a GET yet, so the read is a call that writes.
		f, rest := s.carriers[0].face("/api/oauth2/token")
		rw := httptest.NewRecorder()
		f.serve(rw, r, &call{world: w, operation: "token", path: rest})
		if rw.Code != 200 || !strings.HasPrefix(rw.Body.String(), `{"access_token":"1 1 `) {
			t.Errorf("%s: got %d %s, want the answer of a pristine world", method, rw.Code, rw.Body)
		}
		if len(rows(t, s.Sandbox, "")) == len(before) {
			t.Fatal("the call left no row to take away")
		}
		w.leave(t.Context())
	}
	if diff := cmp.Diff(before, rows(t, s.Sandbox, "")); diff != "" {
		t.Errorf("rows: %s", diff)
	}
	if len(s.Worlds()) != 1 {
		t.Errorf("got %d worlds, want the default alone", len(s.Worlds()))
	}
	if held, journals := s.budget.held.Load(), s.budget.journals.Load(); held != 0 || journals != 0 {
		t.Errorf("the journals' budget holds %d bytes of %d journals that are gone", held, journals)
	}
	if w, err := s.enter(httptest.NewRequestWithContext(t.Context(), "POST", in("ci-7"), nil), "ci-7"); err != nil || len(s.Worlds()) != 2 {
		t.Errorf("a POST made no world: %v %v", w, err)
	}
}

func TestPeekShowsAPristineWorld(t *testing.T) {
	s := open(t, teller())
	before := rows(t, s.Sandbox, "")
	w, done, err := s.Peek(t.Context(), "ci-7")
	if err != nil {
		t.Fatal(err)
	}
	if taken, err := w.Snapshot(t.Context()); err != nil || len(taken.Rows) != 1 {
		t.Errorf("snapshot: got %v %v, want the state alone", taken, err)
	}
	done()
	if diff := cmp.Diff(before, rows(t, s.Sandbox, "")); diff != "" {
		t.Errorf("rows: %s", diff)
	}
	if w, done, err = s.Peek(t.Context(), DefaultWorld); w != s.world(t) || err != nil {
		t.Errorf("a world that is there: got %v, %v", w, err)
	}
	done()
	if diff := cmp.Diff(before, rows(t, s.Sandbox, "")); diff != "" {
		t.Errorf("rows of one that is there: %s", diff)
	}
	if _, _, err := s.Peek(t.Context(), "A"); !errors.Is(err, ErrWorldName) {
		t.Errorf("a wrong name: got %v, want %v", err, ErrWorldName)
	}
}

func TestNamesOfWorlds(t *testing.T) {
	s := open(t, toy{})
	for _, good := range []string{"a", "7", "ci-17", "a-", strings.Repeat("a", 63)} {
		if got := send(t, "POST", s.URL+in(good), ""); got.status != 200 {
			t.Errorf("%s: got %d %s", good, got.status, got.body)
		}
	}
	for _, bad := range []string{"A", "-a", "a_b", "a.b", "%61", "é", "~1", strings.Repeat("a", 64), strings.Repeat("a", 100_000)} {
		if _, err := s.Make(t.Context(), bad); !errors.Is(err, ErrWorldName) {
			t.Errorf("make %.80s: got %v, want %v", bad, err, ErrWorldName)
		}
		if got := send(t, "POST", s.URL+in(bad), ""); got.status != 404 || !strings.Contains(got.body, worldName.String()) || len(got.body) > 500 {
			t.Errorf("%.80s: got %d %.500s, want a short 404 that gives the rule", bad, got.status, got.body)
		}
	}
	if len(s.Worlds()) != 6 {
		t.Errorf("got %d worlds, want 6", len(s.Worlds()))
	}
}

func TestNoRoomForAnotherWorld(t *testing.T) {
	s := open(t, teller(), func(o *Options) { o.MaxWorlds = 3 })
	for _, world := range []string{"a", "b"} {
		if got := send(t, "POST", s.URL+in(world), ""); got.status != 200 {
			t.Fatalf("%s: got %d", world, got.status)
		}
	}
	got := send(t, "POST", s.URL+in("c"), "")
	if got.status != 503 || !strings.Contains(got.body, "3 are in use; delete one, or serve with a larger --max-worlds") {
		t.Errorf("got %d %s, want a 503 that says what to do", got.status, got.body)
	}
	must(s.World("b")).touched.Store(realNow().Add(-2 * time.Minute).Unix())
	must(s.World(DefaultWorld)).touched.Store(0)
	if got := send(t, "POST", s.URL+in("c"), ""); got.status != 200 {
		t.Errorf("with an idle world: got %d %s", got.status, got.body)
	}
	if _, err := s.World("b"); !errors.Is(err, ErrNoWorld) {
		t.Errorf("the idle world: got %v, want it gone", err)
	}
	if left := rows(t, s.Sandbox, "w/b"); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
}

func TestIdleWorldsAreSwept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := must(New(Options{Insurers: []Insurer{teller().insurer()}, IdleAfter: time.Hour}))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		for _, world := range []string{"idle", "used"} {
			ask(ctx, s, in(world), "")
		}
		<-time.After(59 * time.Minute)
		ask(ctx, s, in("used"), "")
		<-time.After(3 * time.Minute)
		synctest.Wait()
		if _, err := s.World("idle"); !errors.Is(err, ErrNoWorld) || len(rows(t, s, "w/idle")) > 0 {
			t.Errorf("the idle world: got %v and rows %v, want neither", err, rows(t, s, "w/idle"))
		}
		if _, err := s.World("used"); err != nil {
			t.Errorf("the world in use: %v", err)
		}
		<-time.After(2 * time.Hour)
		if len(s.Worlds()) != 1 {
			t.Errorf("got %d worlds, want the default alone", len(s.Worlds()))
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestRunEndsWhenTheSandboxCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := must(New(Options{Insurers: []Insurer{toy{}.insurer()}}))
		done := make(chan error)
		go func() { done <- s.Run(t.Context()) }()
		synctest.Wait()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestDelete(t *testing.T) {
	s := open(t, teller())
	for _, world := range []string{DefaultWorld, "a"} {
		send(t, "POST", s.URL+in(world), "")
	}
	w := must(s.World("a"))
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "a"); !errors.Is(err, ErrNoWorld) {
		t.Errorf("again: got %v, want %v", err, ErrNoWorld)
	}
	if left := rows(t, s.Sandbox, "w/a"); len(left) > 0 || len(w.Journal(Query{})) > 0 {
		t.Errorf("it left rows %v and %d entries", left, len(w.Journal(Query{})))
	}
	if _, err := w.Snapshot(t.Context()); !errors.Is(err, ErrNoWorld) {
		t.Errorf("snapshot of what is gone: got %v, want %v", err, ErrNoWorld)
	}
	if err := s.Delete(t.Context(), DefaultWorld); err != nil {
		t.Fatal(err)
	}
	if got := send(t, "POST", s.URL+tokenPath, ""); !strings.HasPrefix(got.body, `{"access_token":"1 1 `) || got.header.Get("X-Sandbox-Request-Id") != "r-1" {
		t.Errorf("the default world afterwards: got %s %v, want it made anew", got.body, got.header)
	}
}
