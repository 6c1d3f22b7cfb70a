package oneassure

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

type sessionAnswer struct {
	SessionID string            `json:"session_id"`
	Metadata  map[string]string `json:"metadata"`
}

// createSession opens a session, and the visitor's journey begins. Nothing else
// is kept of it: nobody can ask for a session again.
func (in *insurer) createSession(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	world := mocks.WorldOf(ctx)
	n, err := world.Next(ctx, "oneassure/session")
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("count sessions: %w", err)
	}
	f := world.Fake("oneassure", "session", world.Name, strconv.FormatUint(n, 10))
	answer := sessionAnswer{SessionID: newID(mocks.Now(ctx), f), Metadata: map[string]string{}}
	ask, _ := mocks.Decoded(ctx).(map[string]any)
	sent, _ := ask["metadata"].(map[string]any)
	for name, value := range sent {
		answer.Metadata[name], _ = value.(string) // the document has judged it
	}
	if world.Setting(settingJourney) == "played" {
		if err := begin(ctx, course{Session: answer.SessionID, Journey: answer.Metadata[journeyMember]}); err != nil {
			return mocks.Answer{}, err
		}
	}
	return mocks.Answer{
		Status: http.StatusOK, Body: answer,
		Rule:     "a session for a visitor, whose journey the sandbox plays by the world's clock",
		Evidence: contracts.Inferred,
	}, nil
}
