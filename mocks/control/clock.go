package control

import (
	"context"
	"net/http"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

type clockAnswer struct {
	Now  time.Time `json:"now"` // RFC 3339, in the clock's own zone
	Mode string    `json:"mode"`
}

func clockOf(w *mocks.World) clockAnswer {
	now, mode := w.Time()
	return clockAnswer{now, mode}
}

func (h *handler) getClock(r *http.Request) (any, error) {
	w, done, err := h.peek(r)
	if err != nil {
		return nil, err
	}
	defer done()
	return clockOf(w), nil
}

type movedAnswer struct {
	clockAnswer
	Ran []jobAnswer `json:"ran"`
	Due []jobAnswer `json:"due"`
}

// move is one change of a clock: check refuses it, do carries it out.
type move struct {
	check func(*mocks.World) error
	do    func(context.Context, *mocks.World) (mocks.Moved, error)
}

func (h *handler) moveClock(r *http.Request) (any, error) {
	m, err := readMove(r)
	if err != nil {
		return nil, err
	}
	seen, done, err := h.peek(r)
	if err != nil {
		return nil, err
	}
	defer done()
	if m.check != nil {
		if err := m.check(seen); err != nil {
			return nil, err
		}
	}
	w, err := h.enter(r)
	if err != nil {
		return nil, err
	}
	moved, err := m.do(r.Context(), w)
	if err != nil {
		return nil, err
	}
	return movedAnswer{clockOf(w), jobsOf(moved.Ran), jobsOf(moved.Due)}, nil
}

// readMove is what the body asks of the clock: one of advance, freeze and run.
func readMove(r *http.Request) (move, error) {
	body, err := readObject(r, "advance", "freeze", "run")
	if err != nil {
		return move{}, err
	}
	if len(body.values) != 1 {
		return move{}, body.refuse("say exactly one of advance, freeze and run, not %d of them", len(body.values))
	}
	if at, given, err := takeTime(body, "freeze"); given || err != nil {
		return move{do: func(ctx context.Context, w *mocks.World) (mocks.Moved, error) { return w.Freeze(ctx, at) }}, err
	}
	if run, given, err := take[bool](body, "run", "true"); given || err != nil {
		if err == nil && !run {
			err = body.refuse("run is true, not false; to stop a clock, freeze it")
		}
		return move{do: func(ctx context.Context, w *mocks.World) (mocks.Moved, error) { return w.Run(ctx) }}, err
	}
	return readAdvance(body)
}

func readAdvance(body object) (move, error) {
	const want = "a duration such as 48h or 1m30s"
	given, _, err := take[string](body, "advance", want)
	if err != nil {
		return move{}, err
	}
	d, err := time.ParseDuration(given)
	if err != nil {
		return move{}, body.refuse("advance is %s, not %s", want, quoted(given))
	}
	return move{
		check: func(w *mocks.World) error {
			if err := w.CheckAdvance(d); err != nil {
				return body.refuse("%v; to go back, freeze the clock at an earlier moment or reset the world", err)
			}
			return nil
		},
		do: func(ctx context.Context, w *mocks.World) (mocks.Moved, error) { return w.Advance(ctx, d) },
	}, nil
}
