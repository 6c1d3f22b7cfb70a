package oneassure_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/clock"
)

// page is what any of the lists says, by the ids of what it lists.
type page struct {
	Policies []struct {
		PolicyID     string `json:"policy_id"`
		IssuanceDate string `json:"issuance_date"`
	} `json:"policies"`
	EndCursor   string `json:"end_cursor"`
	StartCursor string `json:"start_cursor"`
	HasPrev     bool   `json:"has_prev"`
	HasNext     bool   `json:"has_next"`
	TotalCount  int    `json:"total_count"`
}

func (p page) ids() []string {
	var all []string
	for _, one := range p.Policies {
		all = append(all, one.PolicyID)
	}
	return all
}

// issuedBy lets visitors go all the way to their policies.
func issuedBy(t *testing.T, s *mocks.Server, visitors int) {
	t.Helper()
	for range visitors {
		if status, text := call(t, http.MethodPost, s.URL+sessions, `{}`); status != 200 {
			t.Fatalf("session: %d %s", status, text)
		}
	}
	if _, err := world(t, s).Advance(t.Context(), 30*time.Hour); err != nil {
		t.Fatal(err)
	}
}

// forwards reads a list to its end, and calls between its pages.
func forwards(t *testing.T, base, filter string, between func()) []string {
	t.Helper()
	var all []string
	for next := ""; ; {
		p := fetched[page](t, base+policies+"?"+filter+next)
		all = append(all, p.ids()...)
		if !p.HasNext {
			return all
		}
		next = "&next=" + p.EndCursor
		between()
	}
}

// While a list is read, others are sold: what was there when it began comes once,
// in its order, whichever way it is read, at any time.
func TestPagingWhileRowsAreAdded(t *testing.T) {
	for _, day := range []time.Time{monday, monday.AddDate(-3, 0, 0)} { // before and after the fixtures
		s := start(t, func(o *mocks.Options) { o.Clock = clock.Frozen(day) })
		before := forwards(t, s.URL, "", func() {})
		if len(before) != 35 {
			t.Fatalf("got %d policies", len(before))
		}
		during := forwards(t, s.URL, "", func() { issuedBy(t, s, 4) })
		seen := slices.DeleteFunc(slices.Clone(during), func(id string) bool { return !slices.Contains(before, id) })
		if diff := cmp.Diff(before, seen); diff != "" {
			t.Errorf("%s: read while rows were added (-before +during):\n%s", day, diff)
		}
		after := forwards(t, s.URL, "", func() {})
		var back []string
		for prev, more := "prev=0000000000000000", true; more; {
			p := fetched[page](t, s.URL+policies+"?"+prev)
			back = append(p.ids(), back...)
			prev, more = "prev="+p.StartCursor, p.HasPrev
		}
		if diff := cmp.Diff(after, back); diff != "" {
			t.Errorf("%s: backwards (-forwards +backwards):\n%s", day, diff)
		}
		if unique := slices.Compact(slices.Sorted(slices.Values(after))); len(unique) != len(after) {
			t.Errorf("%s: %d policies, of which %d differ", day, len(after), len(unique))
		}
	}
}

func TestPages(t *testing.T) {
	s := start(t)
	tests := []struct {
		query              string
		listed, total      int
		prev, next, cursor bool
	}{
		{"", 10, 35, false, true, true},
		{"start_date=2024-10-08&end_date=2024-10-08", 10, 12, false, true, true},
		{"start_date=2024-10-08&end_date=2024-10-08&next=18q79YF6b8aprZse", 2, 12, true, false, true},
		{"start_date=2024-10-06&end_date=2024-10-07", 10, 23, false, true, true},
		{"start_date=2024-10-08&end_date=2024-10-15", 10, 12, false, true, true},
		{"start_date=2024-10-09&end_date=2024-10-15", 0, 0, false, false, false},
		{"session_id=18kfaYY6UvClEx35", 1, 1, false, false, true},
		{"session_id=nobody", 0, 0, false, false, false},
		{"next=18q79YF6b8aprZse", 10, 35, true, true, true},
		{"next=0000000000000000", 0, 35, true, false, false},
		{"next=zzzzzzzzzzzzzzzz", 10, 35, false, true, true},
		{"prev=18q79YF6b8aprZse", 9, 35, false, true, true},
		{"prev=18qFYnYsTGJR5uDb", 0, 35, false, true, false},
		{"prev=0000000000000000", 10, 35, true, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			p := fetched[page](t, s.URL+policies+"?"+tt.query)
			if len(p.Policies) != tt.listed || p.TotalCount != tt.total || p.HasPrev != tt.prev || p.HasNext != tt.next || (p.EndCursor != "") != tt.cursor || (p.StartCursor != "") != tt.cursor {
				t.Errorf("got %d of %d, prev %v, next %v, cursors %q %q; want %+v", len(p.Policies), p.TotalCount, p.HasPrev, p.HasNext, p.StartCursor, p.EndCursor, tt)
			}
			for _, one := range p.Policies {
				if days := one.IssuanceDate; days < "2024-10-06" || days > "2024-10-08" {
					t.Errorf("%s was issued on %s", one.PolicyID, days)
				}
			}
		})
	}
}

// Hundreds of callers at once: nobody's session is lost, and none is counted twice.
func TestSessionsAtOnce(t *testing.T) {
	s := start(t)
	const callers, each = 20, 5
	var group sync.WaitGroup
	ids := make(chan string, callers*each)
	for range callers {
		group.Go(func() {
			for range each {
				_, text := call(t, http.MethodPost, s.URL+sessions, `{"metadata":{"journey":"abandoned"}}`)
				ids <- text[:40]
				get(t, s.URL+quotes)
			}
		})
	}
	group.Wait()
	close(ids)
	seen := map[string]bool{}
	for id := range ids {
		if seen[id] {
			t.Errorf("%s was given twice", id)
		}
		seen[id] = true
	}
	if _, err := world(t, s).Advance(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if got := fetched[page](t, s.URL+quotes); got.TotalCount != callers*each {
		t.Errorf("got %d quotes of %d sessions", got.TotalCount, callers*each)
	}
	if got := fetched[page](t, s.URL+proposals); got.TotalCount != 0 {
		t.Errorf("got %d proposals of visitors who left", got.TotalCount)
	}
}

// Whatever is asked for, the answer is OneAssure's own, and keeps its contract.
func FuzzLists(f *testing.F) {
	for _, seed := range []string{
		"", "session_id=18kfaYY6UvClEx35", "start_date=2024-10-02&end_date=2024-10-08", "start_date=9999-12-31&end_date=9999-12-31",
		"next=18q79YF6b8aprZse", "prev=zzzzzzzzzzzzzzzz", "session_id=%00&next=", "start_date=0000-00-00&end_date=", "session_id=a&session_id=b", "%zz", "next=\xff",
	} {
		f.Add("policies", seed)
		f.Add("quotes", seed)
	}
	f.Add("policies/31-24-0134728-00", "")
	f.Add("policies/%2e%2e%2f", "x")
	s := mocks.Start(f, optionsOf(clock.Frozen(monday)))
	w, err := s.Make(f.Context(), mocks.DefaultWorld)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path, query string) {
		target, err := url.Parse(s.URL + "/oneassure/v1/business/health/" + path)
		if err != nil || strings.ContainsAny(query, " #\x7f") || strings.ContainsFunc(query+path, func(r rune) bool { return r < ' ' }) {
			t.Skip()
		}
		target.RawQuery = query
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target.String(), nil)
		if err != nil {
			t.Skip()
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Skip()
		}
		answer.Body.Close()
		if answer.StatusCode >= 500 {
			t.Errorf("%s?%s: answered %d", path, query, answer.StatusCode)
		}
		entries := w.Journal(mocks.Query{Limit: 1})
		for _, e := range entries {
			for _, finding := range e.Findings {
				if finding.Blame == "insurer" {
					t.Errorf("%s?%s: the mock broke %s: %s", path, query, finding.Check, finding.Error())
				}
			}
		}
	})
}

func TestIDs(t *testing.T) {
	seen := map[string]bool{}
	for _, day := range []time.Time{monday, monday.AddDate(-60, 0, 0), time.Date(2024, 10, 8, 6, 0, 0, 0, time.UTC), time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)} {
		s := start(t, func(o *mocks.Options) { o.Clock = clock.Frozen(day) })
		for n := range 3 {
			_, text := call(t, http.MethodPost, fmt.Sprintf("%s/w/w%d%s", s.URL, n, sessions), `{}`)
			id := read[struct {
				SessionID string `json:"session_id"`
			}](t, text).SessionID
			if len(id) != 16 || seen[id] {
				t.Errorf("%s: got id %s", day, id)
			}
			seen[id] = true
			switch year := day.Year(); {
			case year == 2024 && !strings.HasPrefix(id, "18"), year == 2025 && !strings.HasPrefix(id, "19"):
				t.Errorf("%s: got id %s, which no sample is like", day, id)
			}
		}
	}
}
