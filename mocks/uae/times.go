package uae

import (
	"context"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

// times are the two clocks by which a client may have dated what it signed. An
// unmodified client goes by the real one, also towards a world that stands still.
type times struct{ world, wall time.Time }

func timesOf(ctx context.Context) times {
	return times{world: mocks.Now(ctx), wall: mocks.WallClock()}
}

// either judges by the world's time and by the real one; fitting one is enough.
func (t times) either(judge func(now time.Time) *mocks.Refusal) *mocks.Refusal {
	if judge(t.world) == nil {
		return nil
	}
	// The real clock is the one that a client can set right.
	return judge(t.wall)
}

// leeway is how far a client's clock may be ahead. FAPI 2.0 has a server accept 10
// seconds and refuse 60; between them it is our choice.
const leeway = 30 * time.Second

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }
