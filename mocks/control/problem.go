package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/understudy-sandbox/understudy/mocks"
)

// problem is a refusal of the control API (RFC 9457).
type problem struct {
	Type    string   `json:"type"`
	Title   string   `json:"title"`
	Status  int      `json:"status"`
	Detail  string   `json:"detail"`
	Allowed []string `json:"allowed,omitempty"` // the keys that would have been known
}

// Error is the detail.
func (p *problem) Error() string { return p.Detail }

func refuse(status int, format string, args ...any) *problem {
	return &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}

// knowing adds what would have been accepted.
func (p *problem) knowing(allowed []string) *problem {
	p.Allowed = allowed
	return p
}

// refuse answers with what an error means to the caller. A cause within the
// sandbox is logged and not told.
func (h *handler) refuse(rw http.ResponseWriter, r *http.Request, err error) {
	var said *problem
	var refusal *mocks.Refusal
	switch {
	case errors.As(err, &said):
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		return // the caller has gone
	case errors.As(err, &refusal):
		said = refuse(http.StatusConflict, "%s", refusal.Rule)
		if refusal.Kind == mocks.Invalid {
			said = refuse(http.StatusBadRequest, "%s", refusal.Rule)
		}
		if refusal.Remedy != "" {
			said.Detail += "; " + refusal.Remedy
		}
	case errors.Is(err, mocks.ErrNoWorld), errors.Is(err, mocks.ErrWorldName), errors.Is(err, mocks.ErrNoEvent), errors.Is(err, mocks.ErrNoDelivery), errors.Is(err, mocks.ErrNoParcel):
		said = refuse(http.StatusNotFound, "%v", err)
	case errors.Is(err, mocks.ErrAnew):
		said = refuse(http.StatusConflict, "somebody reset, restored or deleted the world during the call; look how it stands now")
	case errors.Is(err, mocks.ErrManyWorlds):
		said = refuse(http.StatusServiceUnavailable, "%v", err)
	default:
		h.log.LogAttrs(r.Context(), slog.LevelError, "a control call failed",
			slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Any("error", err))
		said = refuse(http.StatusInternalServerError, "the sandbox failed; its log says why")
	}
	// Texts and numbers always encode.
	body, _ := encode(said)
	h.send(rw, said.Status, text{"application/problem+json", body})
}

// missing is a 404 that lists what there is.
func missing(what, name string, there []string) *problem {
	if len(there) == 0 {
		return refuse(http.StatusNotFound, "there is no %s %s; there is none at all", what, quoted(name))
	}
	return refuse(http.StatusNotFound, "there is no %s %s; there is %s", what, quoted(name), strings.Join(there, ", "))
}

// quoted shows what a stranger wrote, bounded.
func quoted(given string) string { return fmt.Sprintf("%q", clip(given)) }

func clip(given string) string {
	const most = 80
	if runes := []rune(given[:min(len(given), 4*most)]); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return given
}
