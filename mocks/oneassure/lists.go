package oneassure

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

const (
	pageSize = 10                 // inferred: no size is printed
	window   = 7 * 24 * time.Hour // printed; that it is a difference, and not a number of days, is inferred
)

// shelf is a list that is read newest first: rows by their keys, and a slip for
// each with what the list is filtered by, so that a page need not read them all.
type shelf[T any] struct {
	rows  store.Table[T]
	slips store.Table[slip]
}

type slip struct {
	Session string `json:"session,omitempty"`
	Day     string `json:"day"`
}

func newShelf[T any](s store.Store, name string) shelf[T] {
	return shelf[T]{
		rows:  store.NewTable[T](s, mocks.Place(name)),
		slips: store.NewTable[slip](s, mocks.Place(name+"-slips")),
	}
}

// put writes a row, which is listed once it is there.
func (s shelf[T]) put(ctx context.Context, key string, row T, by slip) error {
	if err := s.rows.Insert(ctx, key, row); err != nil {
		return err
	}
	return s.slips.Insert(ctx, key, by)
}

// tail is what stands behind every list, in the order of the sample.
type tail struct {
	EndCursor   string `json:"end_cursor"`
	StartCursor string `json:"start_cursor"`
	HasPrev     bool   `json:"has_prev"`
	HasNext     bool   `json:"has_next"`
	TotalCount  int    `json:"total_count"`
}

// page reads what a query asks for. A cursor is a place between rows, so that
// rows that are added meanwhile move nothing.
func (s shelf[T]) page(ctx context.Context, q query) ([]T, tail, error) {
	slips, err := s.slips.Rows(ctx, "", 0)
	if err != nil {
		return nil, tail{}, err
	}
	var keys []string
	for _, one := range slices.Backward(slips) {
		if q.picks(one.Value) {
			keys = append(keys, one.ID)
		}
	}
	from, to := q.cut(keys)
	end := tail{HasPrev: from > 0, HasNext: to < len(keys), TotalCount: len(keys)}
	rows := make([]T, 0, to-from)
	for _, key := range keys[from:to] {
		row, err := s.rows.Get(ctx, key)
		if err != nil {
			return nil, tail{}, err
		}
		rows = append(rows, row)
	}
	if from < to {
		end.StartCursor, end.EndCursor = keys[from], keys[to-1]
	}
	return rows, end, nil
}

// query is what a list is asked for.
type query struct{ session, start, end, next, prev string }

func (q query) picks(s slip) bool {
	if q.session != "" && s.Session != q.session {
		return false
	}
	return q.start == "" || q.start <= s.Day && s.Day <= q.end
}

// cut finds the page among keys that run from the newest to the oldest.
func (q query) cut(keys []string) (from, to int) {
	first := func(beyond func(key string) bool) int {
		return sort.Search(len(keys), func(i int) bool { return beyond(keys[i]) })
	}
	if q.prev != "" {
		to = first(func(key string) bool { return key <= q.prev })
		return max(0, to-pageSize), to
	}
	if q.next != "" {
		from = first(func(key string) bool { return key < q.next })
	}
	return from, min(from+pageSize, len(keys))
}

// queryOf reads a query that fits the document.
func queryOf(r *http.Request) (query, error) {
	sent := r.URL.Query()
	q := query{session: sent.Get("session_id"), start: sent.Get("start_date"), end: sent.Get("end_date"), next: sent.Get("next"), prev: sent.Get("prev")}
	start, end := q.start, q.end
	switch {
	case q.session != "" && (start != "" || end != ""):
		return q, &mocks.Refusal{
			Detail: "session_id cannot be used together with start_date and end_date", Where: "query session_id", Example: "filters-exclude",
			Rule: "a list is filtered by session or by dates, not by both", Remedy: "send one of them", Evidence: contracts.Seed,
		}
	case (start == "") != (end == ""):
		return q, &mocks.Refusal{
			Detail: "start_date and end_date must be used together", Where: "query start_date", Example: "range-half",
			Rule: "a range has two ends", Remedy: "send both dates, or neither", Evidence: contracts.Inferred,
		}
	case q.next != "" && q.prev != "":
		return q, &mocks.Refusal{
			Detail: "next and prev cannot be used together", Where: "query next", Example: "cursors-exclude",
			Rule: "a page is before one or after one", Remedy: "send one of them", Evidence: contracts.Inferred,
		}
	case start == "":
		return q, nil
	}
	return q, q.judgeRange()
}

func (q query) judgeRange() error {
	start, err1 := time.Parse(time.DateOnly, q.start)
	end, err2 := time.Parse(time.DateOnly, q.end)
	switch {
	case err1 != nil || err2 != nil:
		return &mocks.Refusal{
			Detail: "start_date or end_date is invalid", Where: "query start_date", Example: "invalid-parameter",
			Rule: "a date is yyyy-mm-dd", Remedy: "send 2024-10-08, for example", Evidence: contracts.Inferred,
		}
	case end.Before(start):
		return &mocks.Refusal{
			Detail: "end_date must not be before start_date", Where: "query end_date", Example: "range-backwards",
			Rule: "a range runs forwards", Remedy: "swap the dates", Evidence: contracts.Inferred,
		}
	case end.Sub(start) > window:
		return &mocks.Refusal{
			Detail: "start_date and end_date must be within a 7-day range", Where: "query end_date", Example: "range-too-long",
			Rule:   fmt.Sprintf("a range has at most 7 days, and from %s to %s it is %d", q.start, q.end, int(end.Sub(start)/(24*time.Hour))),
			Remedy: "ask week by week", Evidence: contracts.Seed,
		}
	}
	return nil
}
