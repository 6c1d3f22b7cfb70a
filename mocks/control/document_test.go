package control_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/control"
	"github.com/understudy-sandbox/understudy/mocks/store"
	"github.com/understudy-sandbox/understudy/openapi"
)

// step is one call on the way through the whole document.
type step struct {
	operation string
	status    int
	world     string // in the place of {world}; empty: ci
	more      string // in the place of the other names: "allianz/motor", "decide", "r-1"
	query     string
	body      string
}

var steps = []step{
	{operation: "livez", status: 200},
	{operation: "readyz", status: 200},
	{operation: "health", status: 200},
	{operation: "listInsurers", status: 200},
	{operation: "getDocument", status: 200, more: "allianz/motor"},
	{operation: "getDocument", status: 404, more: "allianz/life"},
	{operation: "getDocument", status: 404, more: "acme/motor"},

	{operation: "getWorld", status: 404},
	{operation: "deleteWorld", status: 404},
	{operation: "resetWorld", status: 200},
	{operation: "resetWorld", status: 200, body: `{"seed":7,"clock":"2026-03-02T09:00:00+07:00"}`},
	{operation: "resetWorld", status: 400, body: `{"sed":7}`},
	{operation: "getWorld", status: 200},
	{operation: "listWorlds", status: 200},

	{operation: "getSettings", status: 200},
	{operation: "putSettings", status: 200, body: `{"allianz.envelope":"errors"}`},
	{operation: "putSettings", status: 400, body: `{"allianz.envelop":"errors"}`},

	{operation: "putScenario", status: 200, body: `{"name":"allianz/first-two-fail"}`},
	{operation: "putScenario", status: 200, body: brokenSecond},
	{operation: "putScenario", status: 400, body: `{"name":"allianz/first-two-fial"}`},
	{operation: "getScenario", status: 200},

	{operation: "listRequests", status: 200},
	{operation: "listRequests", status: 200, query: "format=scenario"},
	{operation: "listRequests", status: 200, query: "insurer=allianz&operation=quickQuote&after=r-1&limit=1&wait=1ms&format=json"},
	{operation: "listRequests", status: 400, query: "limit=0"},
	{operation: "listRequests", status: 404, world: "nobody", query: "format=scenario"},
	{operation: "countRequests", status: 200, query: "operation=quickQuote"},
	{operation: "countRequests", status: 400, query: "operation=quickQoute"},
	{operation: "explainRequest", status: 200, more: "r-1"},
	{operation: "explainRequest", status: 200, more: "r-2"},
	{operation: "explainRequest", status: 404, more: "r-99"},

	{operation: "listJobs", status: 200},
	{operation: "holdJobs", status: 204, more: "decide"},
	{operation: "holdJobs", status: 404, more: "decid"},
	{operation: "listJobs", status: 200},
	{operation: "getSnapshot", status: 200},
	{operation: "putSnapshot", status: 200, body: `{"version":1,"world":"ci","rows":[{"key":"state","value":{"seed":1,"clock":{"mode":"running","offset":"0s"}}}]}`},
	{operation: "putSnapshot", status: 400, body: `{"version":2,"world":"ci","rows":[]}`},
	{operation: "getClock", status: 200},
	{operation: "moveClock", status: 200, body: `{"advance":"59m"}`},
	{operation: "moveClock", status: 200, body: `{"freeze":"2026-03-02T09:00:00+07:00"}`},
	{operation: "moveClock", status: 200, body: `{"run":true}`},
	{operation: "moveClock", status: 400, body: `{"advance":"two days"}`},
	{operation: "releaseJobs", status: 200, more: "decide"},
	{operation: "releaseJobs", status: 200, more: "decide", body: `{"outcome":"rejected"}`},
	{operation: "releaseJobs", status: 400, more: "decide", body: `{"outcome":1}`},
	{operation: "releaseJobs", status: 404, more: "decid"},
	{operation: "drain", status: 200},
	{operation: "drain", status: 400, body: `{"until":"1h"}`},
	{operation: "holdJobs", status: 400, more: "decide", body: `{"outcome":"rejected"}`},

	{operation: "registerClient", status: 200, more: "allianz", body: `{"name":"a"}`},
	{operation: "registerClient", status: 400, more: "allianz", body: `{}`},
	{operation: "registerClient", status: 409, more: "allianz", body: `{"name":"taken"}`},
	{operation: "triggerEvent", status: 200, more: "allianz", body: `{"event":"told","to":"http://192.0.2.8/hook","override":{"/a":1}}`},
	{operation: "triggerEvent", status: 400, more: "allianz", body: `{"event":"told","to":"nowhere"}`},
	{operation: "triggerEvent", status: 404, more: "allianz", body: `{"event":"tolled"}`},
	{operation: "triggerEvent", status: 409, more: "allianz", body: `{"event":"untold"}`},
	{operation: "listDeliveries", status: 200, more: "allianz"},
	{operation: "listDeliveries", status: 404, more: "acme"},
	{operation: "resendDelivery", status: 200, more: "allianz/n-1"},
	{operation: "resendDelivery", status: 404, more: "allianz/n-2"},
	{operation: "resendDelivery", status: 400, more: "allianz/n-1", body: `{"to":1}`},
	{operation: "listen", status: 200, more: "allianz", body: `{"wait":"1ms"}`},
	{operation: "listen", status: 400, more: "allianz", body: `{"wait":"1 hour"}`},
	{operation: "stopListening", status: 204, more: "allianz"},
	{operation: "giveReceipt", status: 404, more: "allianz/p-1", body: `{"status":202}`},
	{operation: "giveReceipt", status: 400, more: "allianz/p-1", body: `{}`},

	{operation: "deleteScenario", status: 204, query: "insurer=allianz"},
	{operation: "deleteScenario", status: 400, query: "insurer=acme"},
	{operation: "deleteWorld", status: 204},
}

const brokenSecond = `{"name":"second-call-fails","insurer":"allianz","teaches":"ask again","trigger":"ask twice","settings":{"allianz.envelope":"bare"},` +
	`"hold":["decide"],"rules":[{"on":{"operation":"quickQuote","nth":[2]},"example":"999"}]}`

// Every operation of the document is called and every documented status
// provoked; each answer fits the document and holds nothing that is not in it.
func TestDocumentIsKept(t *testing.T) {
	document, err := openapi.Load("sandbox/admin")
	if err != nil {
		t.Fatal(err)
	}
	operations := map[string]openapi.Operation{}
	documented, met := map[string]bool{}, map[string]bool{}
	for _, op := range document.Operations() {
		operations[op.ID] = op
		for status := range op.Responses.Map() {
			documented[op.ID+" "+status] = true
		}
	}
	s := newSandbox(t)
	prepared := false
	play := func(name string, op openapi.Operation, status int, r *http.Request) {
		t.Run(name, func(t *testing.T) {
			a := s.do(r)
			met[op.ID+" "+strconv.Itoa(a.status)] = true
			if a.status != status {
				t.Errorf("got status %d, want %d: %s", a.status, status, a.body)
			}
			if got := a.header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control: got %q, want no-store", got)
			}
			fits(t, op, a)
		})
	}
	for i, step := range steps {
		op, ok := operations[step.operation]
		if !ok {
			t.Fatalf("the document has no operation %s", step.operation)
		}
		if step.operation == "listRequests" && !prepared {
			prepared = true
			s.quote(t, "/w/ci", "X-Later", "decide")
			s.quote(t, "/w/ci")
			s.quote(t, "/w/ci", "X-Later", "fail")
		}
		play(fmt.Sprintf("%02d %s %d", i, step.operation, step.status), op, step.status, step.request(op))
	}
	for _, id := range slices.Sorted(maps.Keys(operations)) {
		op := operations[id]
		like := step{operation: id, more: "decide"}
		if strings.Contains(op.Path, "{slug}") {
			like.more = "allianz"
		}
		foreign := like.request(op)
		foreign.Host = "evil.example"
		play(id+" from a foreign host", op, 403, foreign)
		if strings.Contains(op.Path, "{world}") {
			like.world = "No-World"
			play(id+" in a world that cannot be", op, 404, like.request(op))
			like.world = ""
		}
		if op.RequestBody != nil {
			large := like.request(op)
			large.Body = io.NopCloser(io.LimitReader(blanks{}, 64<<20+1))
			play(id+" with too large a body", op, 413, large)
		}
	}
	play("a receipt of what a listener delivered", operations["giveReceipt"], 204, s.listened(t, operations))
	for _, step := range []step{
		{operation: "moveClock", body: `{"advance":"1h"}`},
		{operation: "releaseJobs", more: "decide"},
		{operation: "drain"},
		{operation: "resendDelivery", more: "allianz/n-1"},
	} {
		meddler := &meddler{Store: store.NewMemory()}
		if step.operation == "resendDelivery" {
			meddler.looks = 1 // for the delivery, before it looks for what is due
		}
		s = newSandbox(t, func(o *mocks.Options, _ *control.Options) { o.Store = meddler })
		s.quote(t, "/w/ci", "X-Later", "decide")
		s.want(t, 200, http.MethodPost, "/__admin/worlds/ci/allianz/events", `{"event":"told"}`)
		s.want(t, 200, http.MethodPut, "/__admin/worlds/ci/scenario", later)
		meddler.meddle = func() { s.want(t, 200, http.MethodPost, "/__admin/worlds/ci/reset", "") }
		op := operations[step.operation]
		play(step.operation+" in a world that is reset meanwhile", op, 409, step.request(op))
	}
	s = newSandbox(t, func(o *mocks.Options, _ *control.Options) { o.MaxWorlds = 1 })
	for _, step := range steps {
		op := operations[step.operation]
		if step.status < 300 && op.Method != http.MethodGet && strings.Contains(op.Path, "{world}") && step.operation != "deleteWorld" && step.operation != "stopListening" {
			play(step.operation+" without room for another world", op, 503, step.request(op))
		}
	}
	s = newSandbox(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	play("readyz of a closed sandbox", operations["readyz"], 503, step{}.request(operations["readyz"]))

	if diff := cmp.Diff(slices.Sorted(maps.Keys(documented)), slices.Sorted(maps.Keys(met))); diff != "" {
		t.Errorf("documented (-) and met (+) differ:\n%s", diff)
	}
}

// listened is the receipt of a webhook that a listener has just taken.
func (s sandbox) listened(t *testing.T, operations map[string]openapi.Operation) *http.Request {
	t.Helper()
	// Who has listened once is waited for.
	s.do(step{operation: "listen", more: "allianz", body: `{"wait":"1ms"}`}.request(operations["listen"]))
	go s.do(step{operation: "triggerEvent", more: "allianz", body: `{"event":"told"}`}.request(operations["triggerEvent"]))
	var heard struct{ Parcels []struct{ ID string } }
	a := s.do(step{operation: "listen", more: "allianz", body: `{"wait":"1m"}`}.request(operations["listen"]))
	if err := json.Unmarshal(a.body, &heard); err != nil || len(heard.Parcels) != 1 {
		t.Fatalf("got %s %v, want a webhook", a.body, err)
	}
	return step{operation: "giveReceipt", more: "allianz/" + heard.Parcels[0].ID, body: `{"status":202}`}.request(operations["giveReceipt"])
}

// later makes the fixture's jobs due without running them.
const later = `{"name":"later","insurer":"allianz","teaches":"a","trigger":"b","clock":"2026-03-02T12:00:00+07:00"}`

// meddler is a store in which somebody else does something, once, after the jobs
// of a world were looked up.
type meddler struct {
	store.Store
	looks  int // at the jobs before somebody meddles
	meddle func()
}

func (m *meddler) List(ctx context.Context, prefix, after string, limit int) ([]store.Item, error) {
	items, err := m.Store.List(ctx, prefix, after, limit)
	if meddle := m.meddle; meddle != nil && strings.HasSuffix(prefix, "/jobs/") {
		if m.looks--; m.looks < 0 {
			m.meddle = nil
			meddle()
		}
	}
	return items, err
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func (s step) request(op openapi.Operation) *http.Request {
	path := op.Path
	if s.world == "" {
		s.world = "ci"
	}
	path = strings.ReplaceAll(path, "{world}", s.world)
	more := strings.Split(s.more, "/")
	for _, name := range []string{"{slug}", "{kind}"} {
		path = strings.ReplaceAll(path, name, more[0])
	}
	for _, name := range []string{"{id}", "{document}"} {
		path = strings.ReplaceAll(path, name, more[len(more)-1])
	}
	if s.query != "" {
		path += "?" + s.query
	}
	r := httptest.NewRequest(op.Method, path, strings.NewReader(s.body))
	if s.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// fits holds an answer against the document.
func fits(t *testing.T, op openapi.Operation, a answered) {
	t.Helper()
	response := op.Responses.Value(strconv.Itoa(a.status))
	if response == nil {
		t.Errorf("%s does not document status %d", op.ID, a.status)
		return
	}
	if len(response.Value.Content) == 0 {
		if len(a.body) > 0 {
			t.Errorf("%s %d has a body: %s", op.ID, a.status, a.body)
		}
		return
	}
	media, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil {
		t.Errorf("Content-Type: %v", err)
	}
	content := response.Value.Content[media]
	if content == nil {
		t.Errorf("%s %d does not document %s", op.ID, a.status, media)
		return
	}
	var tree any = string(a.body)
	if strings.HasSuffix(media, "json") {
		decoder := json.NewDecoder(bytes.NewReader(a.body))
		decoder.UseNumber()
		if err := decoder.Decode(&tree); err != nil {
			t.Fatal(err)
		}
	}
	if err := content.Schema.Value.VisitJSON(tree, openapi3.VisitAsResponse(), openapi3.EnableFormatValidation()); err != nil {
		t.Errorf("%s %d breaks the document: %v", op.ID, a.status, err)
	}
	undocumented(t, op.ID, content.Schema.Value, tree)
}

// undocumented reports members that the schema does not describe.
func undocumented(t *testing.T, where string, schema *openapi3.Schema, tree any) {
	t.Helper()
	switch node := tree.(type) {
	case map[string]any:
		for name, value := range node {
			if property := schema.Properties[name]; property != nil {
				undocumented(t, where+"/"+name, property.Value, value)
				continue
			}
			if rest := schema.AdditionalProperties.Schema; rest != nil {
				undocumented(t, where+"/"+name, rest.Value, value)
			} else if len(schema.Properties) > 0 {
				t.Errorf("%s/%s is not in the document", where, name)
			}
		}
	case []any:
		for i, value := range node {
			if schema.Items != nil {
				undocumented(t, fmt.Sprintf("%s/%d", where, i), schema.Items.Value, value)
			}
		}
	}
}
