package mocks

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/scenarios"
)

// jot records a call as serve does, without serving it.
func jot(w *World, operation string, body []byte) {
	x := &contracts.Exchange{Insurer: "allianz", Face: "motor", Operation: operation}
	x.Request.Method, x.Request.Body = "POST", body
	w.record(w.sandbox.carriers[0], &Entry{ID: w.journal.nextID(), Exchange: x}, realNow())
}

func entryIDs(entries []*Entry) string {
	var all []string
	for _, e := range entries {
		all = append(all, e.ID)
	}
	return strings.Join(all, " ")
}

func TestTheJournalKeepsTheNewestThousand(t *testing.T) {
	_, w := alone(t, toy{})
	for range 2500 {
		jot(w, "token", nil)
	}
	all := w.Journal(Query{})
	if len(all) != 1000 || all[0].ID != "r-1501" || all[999].ID != "r-2500" {
		t.Errorf("got %d entries, %s to %s, want the newest 1000", len(all), all[0].ID, all[len(all)-1].ID)
	}
	for i, e := range all {
		if want := fmt.Sprint("r-", 1501+i); e.ID != want {
			t.Fatalf("place %d: got %s, want %s", i, e.ID, want)
		}
	}
	if n := len(w.journal.entries); n > 2*journalLength+1 {
		t.Errorf("it holds %d places for 1000 entries", n)
	}
	if e := w.Find("r-1500"); e != nil {
		t.Errorf("an entry that fell out is found: %s", e.ID)
	}
	if e := w.Find("r-1501"); e == nil || e.ID != "r-1501" {
		t.Errorf("the oldest entry: got %v", e)
	}
}

func TestQueries(t *testing.T) {
	_, w := alone(t, toy{})
	for range 3 {
		jot(w, "token", nil)
		jot(w, "quickQuote", nil)
	}
	// Answered out of turn.
	w.journal.mu.Lock()
	w.journal.entries[1].ID, w.journal.entries[2].ID = "r-3", "r-2"
	w.journal.mu.Unlock()
	for name, c := range map[string]struct {
		query Query
		want  string
	}{
		"all":                {Query{}, "r-1 r-3 r-2 r-4 r-5 r-6"},
		"insurer":            {Query{Insurer: "allianz"}, "r-1 r-3 r-2 r-4 r-5 r-6"},
		"another insurer":    {Query{Insurer: "bima"}, ""},
		"operation":          {Query{Operation: "token"}, "r-1 r-2 r-5"},
		"after":              {Query{After: "r-4"}, "r-5 r-6"},
		"after, out of turn": {Query{After: "r-3"}, "r-2 r-4 r-5 r-6"},
		"after the newest":   {Query{After: "r-6"}, ""},
		"after a future one": {Query{After: "r-99"}, ""},
		"after one gone":     {Query{After: "r-0"}, "r-1 r-3 r-2 r-4 r-5 r-6"},
		"after nonsense":     {Query{After: "x"}, "r-1 r-3 r-2 r-4 r-5 r-6"},
		"limit":              {Query{Limit: 2}, "r-5 r-6"},
		"limit after":        {Query{After: "r-2", Limit: 2}, "r-4 r-5"},
		"a large limit":      {Query{Limit: 20}, "r-1 r-3 r-2 r-4 r-5 r-6"},
		"all together":       {Query{Insurer: "allianz", Operation: "quickQuote", After: "r-1", Limit: 2}, "r-3 r-4"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := entryIDs(w.Journal(c.query)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestBodiesAreCutInTheJournalAlone(t *testing.T) {
	long := strings.Repeat("x", journalBody)
	s := open(t, toy{token: func(*http.Request) (Answer, error) { return OK([]string{long}), nil }})
	w := s.world(t)
	got := send(t, "POST", s.URL+tokenPath, long+"yz")
	if want := `["` + long + `"]`; got.body != want {
		t.Errorf("the caller got %d bytes, want %d", len(got.body), len(want))
	}
	e := newest(t, w)
	request, response := e.Exchange.Request.Message, e.Exchange.Response.Message
	if string(request.Body) != long || !request.Cut || len(response.Body) != journalBody || !response.Cut || !e.Truncated {
		t.Errorf("got %d and %d bytes, cut %t %t, truncated %t", len(request.Body), len(response.Body), request.Cut, response.Cut, e.Truncated)
	}
	if e.answer.Body != nil {
		t.Errorf("%d bytes are kept all the same", len(e.answer.Body))
	}
	send(t, "POST", s.URL+tokenPath, long)
	if e := newest(t, w); string(e.Exchange.Request.Body) != long || e.Exchange.Request.Cut {
		t.Errorf("a body of 64 KiB: got %d bytes, cut %t", len(e.Exchange.Request.Body), e.Exchange.Request.Cut)
	}
	if _, err := w.Play(t.Context(), bent(rule(scenarios.Fault{Stale: true}))); err != nil {
		t.Fatal(err)
	}
	send(t, "POST", s.URL+tokenPath, "")
	if why := newest(t, w).Why.Rule; !strings.Contains(why, "stale: no earlier answer") {
		t.Errorf("an answer that was not kept whole is repeated: %s", why)
	}
}

func TestJournalsShareTheirMemory(t *testing.T) {
	s, w := alone(t, toy{})
	body := make([]byte, 10<<10)
	for range 100 {
		jot(w, "token", body)
	}
	if n := len(w.Journal(Query{})); n != 100 {
		t.Errorf("alone: got %d entries, want all 100", n)
	}
	// Others hold all there is.
	s.budget.held.Add(journalsBytes)
	s.budget.journals.Add(1 << 20)
	jot(w, "token", body)
	if n := len(w.Journal(Query{})); n != 5 || w.journal.held > journalLeast {
		t.Errorf("with many others: got %d entries of %d bytes, want what fits into %d", n, w.journal.held, journalLeast)
	}
	jot(w, "token", make([]byte, journalBody))
	if got := entryIDs(w.Journal(Query{})); got != "r-102" {
		t.Errorf("one that is larger than the share: got %s, want it alone", got)
	}
	if e := newest(t, w); e.size < journalBody {
		t.Errorf("it weighs %d", e.size)
	}
	w.journal.clear()
	if held, journals := s.budget.held.Load(), s.budget.journals.Load(); held != journalsBytes || journals != 1<<20 {
		t.Errorf("cleared, it leaves %d bytes of %d journals", held-journalsBytes, journals-1<<20)
	}
}

func TestAllThatAStrangerSendsHasAWeight(t *testing.T) {
	const much = 100_000
	s := open(t, toy{})
	long := strings.Repeat("x", much)
	for name, c := range map[string]struct{ path, body, header string }{
		"body":   {tokenPath, long[:journalBody], ""},
		"header": {tokenPath, "", long},
		"query":  {tokenPath + "&x=" + long, "", ""},
	} {
		send(t, "POST", s.URL+c.path, c.body, "X-Long", c.header)
		if e := newest(t, s.world(t)); e.size < journalBody {
			t.Errorf("%s: a call of %d bytes weighs %d", name, much, e.size)
		}
	}
	w := s.world(t)
	many := &Entry{ID: w.journal.nextID(), Exchange: &contracts.Exchange{Insurer: "allianz"}, Findings: make([]contracts.Finding, 5000)}
	w.record(s.carriers[0], many, realNow())
	if e := newest(t, w); len(e.Findings) != journalFindings || e.size < findingWeight*journalFindings {
		t.Errorf("got %d findings that weigh %d, want %d", len(e.Findings), e.size, journalFindings)
	}
}

func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, w := alone(t, toy{})
		jot(w, "token", nil)
		found := make(chan string)
		wait := func(ctx context.Context, q Query) {
			go func() { found <- entryIDs(w.Await(ctx, q)) }()
		}
		wait(t.Context(), Query{})
		if got := <-found; got != "r-1" {
			t.Errorf("one that is there: got %q", got)
		}
		wait(t.Context(), Query{Operation: "quickQuote", After: "r-1"})
		<-time.After(time.Hour)
		jot(w, "token", nil)
		synctest.Wait()
		select {
		case got := <-found:
			t.Errorf("another operation: got %q", got)
		default:
		}
		jot(w, "quickQuote", nil)
		if got := <-found; got != "r-3" {
			t.Errorf("one that comes: got %q, want r-3", got)
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		began := realNow()
		wait(ctx, Query{After: "r-3"})
		if got := <-found; got != "" || realNow().Sub(began) != time.Minute {
			t.Errorf("the end of the context: got %q after %s", got, realNow().Sub(began))
		}
		wait(t.Context(), Query{After: "r-3"})
		synctest.Wait()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if got := <-found; got != "" {
			t.Errorf("the end of the sandbox: got %q", got)
		}
	})
}

func TestNoSecretReachesTheJournal(t *testing.T) {
	const token, password = "very-secret-token-of-the-toy", "very-secret-password"
	var mu sync.Mutex
	var watched []string
	s := open(t, toy{token: func(r *http.Request) (Answer, error) {
		if _, got, _ := r.BasicAuth(); got != password {
			t.Errorf("the insurer sees the password %q", got)
		}
		return OK(tokenBody{token, "Bearer", 1}), nil
	}}, func(o *Options) {
		o.Watch = func(world string, e *Entry) {
			mu.Lock()
			defer mu.Unlock()
			watched = append(watched, world+" "+e.ID+" "+string(e.Exchange.Response.Body))
		}
	})
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("me:"+password))
	got := send(t, "POST", s.URL+in("ci-7")+"&client_secret="+password, "", "Authorization", basic)
	if !strings.Contains(got.body, token) {
		t.Errorf("the caller got %s", got.body)
	}
	e := newest(t, must(s.World("ci-7")))
	shown := fmt.Sprint(e.Exchange.Request, e.Exchange.Response, e.Why, e.Findings)
	for _, secret := range []string{token, password, basic[6:]} {
		if strings.Contains(shown, secret) {
			t.Errorf("the journal holds %s: %s", secret, shown)
		}
	}
	if want := []string{`ci-7 r-1 {"access_token":"***","token_type":"Bearer","expires_in":1}`}; !cmp.Equal(want, watched) {
		t.Errorf("watched: %s", cmp.Diff(want, watched))
	}
}

// An insurer may use one header for all its answers.
func TestAHeaderThatAnswersShare(t *testing.T) {
	shared := http.Header{"X-Gateway": {"kong"}}
	s := open(t, toy{token: func(*http.Request) (Answer, error) {
		return Answer{Status: 200, Header: shared, Body: []string{}}, nil
	}})
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() {
			got := send(t, "POST", s.URL+tokenPath, "")
			if e := s.world(t).Find(got.header.Get("X-Sandbox-Request-Id")); e == nil || e.Exchange.Response.Header.Get("X-Sandbox-Request-Id") != e.ID {
				t.Errorf("got %v, want an entry that bears its own id", e)
			}
		})
	}
	calls.Wait()
	if diff := cmp.Diff(http.Header{"X-Gateway": {"kong"}}, shared); diff != "" {
		t.Error(diff)
	}
}
