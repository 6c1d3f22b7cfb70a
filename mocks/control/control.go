package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/understudy-sandbox/understudy/mocks"
)

// Options say what the control API tells of the program and whom it serves.
type Options struct {
	Version    string       // what health reports
	AllowHosts []string     // names in a Host header that are served besides loopback and the public URL's, without a port
	Log        *slog.Logger // told why a call failed; nil: silent
	// Root is where the insurers are found when the control API has a listener of
	// its own; empty: where the caller found the control API.
	Root string
}

// New is the control API of a sandbox, to be given as [mocks.Options.Control].
func New(o Options) func(*mocks.Sandbox) http.Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return func(s *mocks.Sandbox) http.Handler {
		h := &handler{sandbox: s, version: o.Version, root: o.Root, log: o.Log, guard: newGuard(o.AllowHosts, s.PublicURL()), mux: http.NewServeMux()}
		h.calls = h.table()
		for _, c := range h.calls {
			h.mux.Handle(c.method+" "+c.path, c)
		}
		return h
	}
}

type handler struct {
	sandbox *mocks.Sandbox
	version string
	root    string
	log     *slog.Logger
	guard   guard
	calls   []call
	mux     *http.ServeMux
}

// call is one operation of the control API.
type call struct {
	h            *handler
	method, path string
	answer       answer
}

// answer is what a call says: nil for 204, [text] as it is, anything else as
// JSON. An error that is a [*problem] is sent to the caller.
type answer func(*http.Request) (any, error)

// text is an answer that is not JSON.
type text struct {
	mediaType string
	body      []byte
}

func (h *handler) table() []call {
	const world = "/__admin/worlds/{world}"
	return []call{
		{h, "GET", "/livez", h.live},
		{h, "GET", "/readyz", h.ready},
		{h, "GET", "/__admin/livez", h.live},
		{h, "GET", "/__admin/readyz", h.ready},
		{h, "GET", "/__admin/health", h.health},
		{h, "GET", "/__admin/insurers", h.listInsurers},
		{h, "GET", "/__admin/insurers/{slug}/openapi/{document}", h.getDocument},
		{h, "GET", "/__admin/worlds", h.listWorlds},
		{h, "GET", world, h.getWorld},
		{h, "DELETE", world, h.deleteWorld},
		{h, "POST", world + "/reset", h.resetWorld},
		{h, "GET", world + "/settings", h.getSettings},
		{h, "PUT", world + "/settings", h.putSettings},
		{h, "GET", world + "/snapshot", h.getSnapshot},
		{h, "PUT", world + "/snapshot", h.putSnapshot},
		{h, "GET", world + "/clock", h.getClock},
		{h, "POST", world + "/clock", h.moveClock},
		{h, "GET", world + "/scenario", h.getScenario},
		{h, "PUT", world + "/scenario", h.putScenario},
		{h, "DELETE", world + "/scenario", h.deleteScenario},
		{h, "GET", world + "/requests", h.listRequests},
		{h, "GET", world + "/requests/count", h.countRequests},
		{h, "GET", world + "/requests/{id}/explain", h.explainRequest},
		{h, "GET", world + "/jobs", h.listJobs},
		{h, "POST", world + "/jobs/{kind}/hold", h.holdJobs},
		{h, "POST", world + "/jobs/{kind}/release", h.releaseJobs},
		{h, "POST", world + "/drain", h.drain},
		{h, "POST", world + "/{slug}/clients", h.registerClient},
		{h, "POST", world + "/{slug}/events", h.triggerEvent},
		{h, "GET", world + "/{slug}/deliveries", h.listDeliveries},
		{h, "POST", world + "/{slug}/deliveries/{id}/resend", h.resendDelivery},
		{h, "POST", world + "/{slug}/listen", h.listen},
		{h, "DELETE", world + "/{slug}/listen", h.stopListening},
		{h, "POST", world + "/{slug}/parcels/{id}/receipt", h.giveReceipt},
	}
}

// ServeHTTP lets the guard look before the call is found.
func (h *handler) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Cache-Control", "no-store")
	if err := h.guard.check(r); err != nil {
		h.refuse(rw, r, err)
		return
	}
	if _, pattern := h.mux.Handler(r); pattern == "" {
		h.refuse(rw, r, h.lost(rw, r))
		return
	}
	h.mux.ServeHTTP(rw, r)
}

// ServeHTTP answers the call. What changes a world is finished also for a caller
// who has gone.
func (c call) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if c.method != http.MethodGet && !strings.HasSuffix(c.path, "/listen") { // who hangs up hears no more
		r = r.WithContext(context.WithoutCancel(r.Context()))
	}
	said, err := c.say(r)
	if err != nil {
		c.h.refuse(rw, r, err)
		return
	}
	switch said := said.(type) {
	case nil:
		rw.WriteHeader(http.StatusNoContent)
	case text:
		c.h.send(rw, http.StatusOK, said)
	default:
		body, err := encode(said)
		if err != nil {
			c.h.refuse(rw, r, fmt.Errorf("encode the answer: %w", err))
			return
		}
		c.h.send(rw, http.StatusOK, text{"application/json", body})
	}
}

// say answers, if the path names a world that can be.
func (c call) say(r *http.Request) (any, error) {
	if strings.Contains(c.path, "{world}") {
		if err := mocks.CheckWorldName(r.PathValue("world")); err != nil {
			return nil, err
		}
	}
	return c.answer(r)
}

func (h *handler) send(rw http.ResponseWriter, status int, t text) {
	rw.Header().Set("Content-Type", t.mediaType)
	rw.WriteHeader(status)
	// A caller who has gone does not read; there is nobody to tell.
	_, _ = rw.Write(t.body)
}

func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// lost says what a path that is no call was probably meant to be.
func (h *handler) lost(rw http.ResponseWriter, r *http.Request) error {
	var allowed []string
	for _, c := range h.calls {
		other := r.Clone(r.Context())
		other.Method = c.method
		if _, pattern := h.mux.Handler(other); pattern == c.method+" "+c.path {
			allowed = append(allowed, c.method)
		}
	}
	// Nobody writes a path much longer than any of ours.
	asked := r.URL.Path[:min(len(r.URL.Path), 256)]
	method := r.Method[:min(len(r.Method), 16)]
	if len(allowed) > 0 {
		slices.Sort(allowed)
		rw.Header().Set("Allow", strings.Join(allowed, ", "))
		return refuse(http.StatusMethodNotAllowed, "%s is no call on %s; there is %s", method, asked, strings.Join(allowed, ", "))
	}
	calls := make([]string, len(h.calls))
	for i, c := range h.calls {
		calls[i] = c.method + " " + filled(c.path, asked)
	}
	return refuse(http.StatusNotFound, "there is no call %s %s; the nearest is %s", method, asked, mocks.Nearest(method+" "+asked, calls))
}

// filled is a pattern with what was asked for in the places of its names.
func filled(pattern, asked string) string {
	steps, given := strings.Split(pattern, "/"), strings.Split(asked, "/")
	for i, step := range steps {
		if strings.HasPrefix(step, "{") && i < len(given) && given[i] != "" {
			steps[i] = given[i]
		}
	}
	return strings.Join(steps, "/")
}
