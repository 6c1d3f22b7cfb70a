package oneassure

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// Session holds together what one visitor does.
type Session struct {
	SessionID string            `json:"session_id"`
	Metadata  map[string]string `json:"metadata"`
}

// CreateSession opens a session for a visitor, with metadata of the caller's own
// or none. It is not repeated by itself: a second call opens a second session.
func (c *Client) CreateSession(ctx context.Context, metadata map[string]string) (*Session, error) {
	body := struct {
		Metadata map[string]string `json:"metadata,omitempty"`
	}{metadata}
	return ask(ctx, c, call{name: "session", method: http.MethodPost, path: "/v1/business/session", body: body}, func(text []byte) (*Session, error) {
		var read Session
		if err := json.Unmarshal(text, &read); err != nil {
			return nil, err
		}
		if read.SessionID == "" {
			return nil, errors.New("session_id is missing")
		}
		return &read, nil
	})
}
