package control_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/control"
	"github.com/understudy-sandbox/understudy/openapi"
)

// tree is a JSON object written in a test.
func tree(tb testing.TB, source string) map[string]any {
	tb.Helper()
	return answered{status: 0, body: []byte(source)}.want(tb, 0)
}

func equal(tb testing.TB, got map[string]any, want string) {
	tb.Helper()
	if diff := cmp.Diff(tree(tb, want), got); diff != "" {
		tb.Errorf("-want +got:\n%s", diff)
	}
}

func TestHealthAndInsurers(t *testing.T) {
	s := newSandbox(t)
	equal(t, s.want(t, 200, "GET", "/__admin/health", ""), `{"status":"ok","version":"v0.0.1","insurers":["allianz"]}`)
	for _, path := range []string{"/livez", "/readyz", "/__admin/livez", "/__admin/readyz"} {
		equal(t, s.want(t, 200, "GET", path, ""), `{"status":"ok"}`)
	}
	equal(t, s.want(t, 200, "GET", "/__admin/insurers", ""), `{"insurers":[{
		"slug":"allianz","title":"A fixture",
		"base_urls":{"motor":"http://127.0.0.1:7800/allianz"},
		"credentials":{"client_id":"fixture"},
		"events":[{"name":"told","says":"somebody is told","evidence":"inferred"},{"name":"untold","says":"nobody is","evidence":"inferred"}],
		"operations":[
			{"id":"quickQuote","method":"POST","path":"/v1/motor/quickquotes","face":"motor","evidence":"seed"},
			{"id":"issueContract","method":"POST","path":"/v1/motor/contracts","face":"motor","evidence":"seed"},
			{"id":"token","method":"POST","path":"/api/oauth2/token","face":"motor","evidence":"upstream"},
			{"id":"downloadDocument","method":"GET","path":"/v1/motor/documents/{documentId}","face":"motor","evidence":"inferred"},
			{"id":"amendContract","method":"POST","path":"/v1/motor/contracts/{contractId}/amendments","face":"motor","evidence":"seed"},
			{"id":"getContract","method":"GET","path":"/v1/motor/contracts/{contractId}","face":"motor","evidence":"seed"}],
		"magic":[{"operation":"quickQuote","pointer":"/channel","value":"X","outcome":"refused","evidence":"inferred"}],
		"settings":[
			{"key":"allianz.envelope","values":["bare","errors"],"default":"bare","says":"how a refusal is wrapped","evidence":"inferred"},
			{"key":"allianz.greeting","values":[],"default":"sawasdee","says":"any text","evidence":"inferred"}]}]}`)
}

func TestBaseURLsAreTheCallers(t *testing.T) {
	here := newSandbox(t)
	there := newSandbox(t, func(o *mocks.Options, _ *control.Options) { o.PublicURL = "https://sandbox.example" })
	for want, s := range map[string]sandbox{"http://localhost:41/allianz": here, "https://sandbox.example/allianz": there} {
		r := httptest.NewRequest(http.MethodGet, "/__admin/insurers", nil)
		r.Host = "localhost:41"
		got := s.do(r)
		if !strings.Contains(string(got.body), `"base_urls":{"motor":"`+want+`"}`) {
			t.Errorf("got %s, want a base URL %s", got.body, want)
		}
	}
}

func TestDocumentIsSentAsWritten(t *testing.T) {
	document, err := openapi.Load("allianz/motor")
	if err != nil {
		t.Fatal(err)
	}
	a := newSandbox(t).call(t, "GET", "/__admin/insurers/allianz/openapi/motor", "")
	if a.header.Get("Content-Type") != "application/yaml" || string(a.body) != string(document.Source) {
		t.Errorf("got %s with %d bytes, want application/yaml with %d", a.header.Get("Content-Type"), len(a.body), len(document.Source))
	}
}

const fresh = `{"name":"ci","seed":1,"clock":{"now":"2026-03-02T09:00:00+07:00","mode":"frozen"},"scenarios":[],"requests":0,"jobs":0}`

// A read in an unknown world is answered as in a new one, and makes none.
func TestReadsMakeNothing(t *testing.T) {
	s := newSandbox(t)
	for path, want := range map[string]string{
		"clock":          `{"now":"2026-03-02T09:00:00+07:00","mode":"frozen"}`,
		"settings":       `{"allianz.envelope":"bare","allianz.greeting":"sawasdee"}`,
		"scenario":       `{"scenarios":[]}`,
		"requests":       `{"requests":[]}`,
		"requests/count": `{"count":0}`,
		"jobs":           `{"jobs":[],"held":[]}`,
	} {
		equal(t, s.want(t, 200, "GET", "/__admin/worlds/ci/"+path, ""), want)
	}
	snapshot := s.call(t, "GET", "/__admin/worlds/ci/snapshot", "")
	snapshot.want(t, 200)
	if worlds := s.Worlds(); len(worlds) != 1 {
		t.Errorf("there are %d worlds, want the default one", len(worlds))
	}
	// What was never there can be put back all the same.
	equal(t, s.want(t, 200, "PUT", "/__admin/worlds/ci/snapshot", string(snapshot.body)), fresh)
}

// Each of these changes something, and makes the world for it.
func TestChangesMakeTheWorld(t *testing.T) {
	for name, test := range map[string]struct {
		method, path, body string
		status             int
	}{
		"reset":    {"POST", "reset", "", 200},
		"settings": {"PUT", "settings", `{"allianz.greeting":"a"}`, 200},
		"clock":    {"POST", "clock", `{"advance":"0s"}`, 200},
		"play":     {"PUT", "scenario", brokenSecond, 200},
		"disarm":   {"DELETE", "scenario", "", 204},
		"hold":     {"POST", "jobs/decide/hold", "", 204},
		"release":  {"POST", "jobs/decide/release", "", 200},
		"drain":    {"POST", "drain", "{}", 200},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			s.want(t, test.status, test.method, "/__admin/worlds/ci/"+test.path, test.body)
			s.want(t, 200, "GET", "/__admin/worlds/ci", "")
		})
	}
}

func TestLifeOfAWorld(t *testing.T) {
	s := newSandbox(t)
	equal(t, s.want(t, 200, "POST", "/__admin/worlds/ci/reset", ""), fresh)
	equal(t, s.want(t, 200, "GET", "/__admin/worlds/ci", ""), fresh)

	s.want(t, 200, "PUT", "/__admin/worlds/ci/scenario", `{"name":"allianz/first-two-fail"}`)
	s.quote(t, "/w/ci").want(t, 503)
	s.quote(t, "/w/ci")
	s.quote(t, "/w/ci", "X-Later", "decide").want(t, 200)
	lived := `{"name":"ci","seed":1,"clock":{"now":"2026-03-02T09:00:00+07:00","mode":"frozen"},"scenarios":["allianz/first-two-fail"],"requests":3,"jobs":1}`
	equal(t, s.want(t, 200, "GET", "/__admin/worlds/ci", ""), lived)
	equal(t, s.want(t, 200, "GET", "/__admin/worlds", ""),
		`{"worlds":[`+lived+`,`+strings.Replace(fresh, `"ci"`, `"default"`, 1)+`]}`)

	equal(t, s.want(t, 200, "POST", "/__admin/worlds/ci/reset", `{"seed":18446744073709551615,"clock":"2026-12-31T23:59:59.5Z"}`),
		`{"name":"ci","seed":18446744073709551615,"clock":{"now":"2026-12-31T23:59:59.5Z","mode":"frozen"},"scenarios":[],"requests":0,"jobs":0}`)
	equal(t, s.want(t, 200, "POST", "/__admin/worlds/ci/reset", `{"seed":0}`), fresh)

	s.want(t, 204, "DELETE", "/__admin/worlds/ci", "")
	s.want(t, 404, "GET", "/__admin/worlds/ci", "")
	// The default world comes back at once, as new.
	s.quote(t, "").want(t, 200)
	s.want(t, 204, "DELETE", "/__admin/worlds/default", "")
	equal(t, s.want(t, 200, "GET", "/__admin/worlds/default", ""), strings.Replace(fresh, `"ci"`, `"default"`, 1))
}

func TestSettings(t *testing.T) {
	s := newSandbox(t)
	want := `{"allianz.envelope":"errors","allianz.greeting":""}`
	equal(t, s.want(t, 200, "PUT", "/__admin/worlds/ci/settings", want), want)
	equal(t, s.want(t, 200, "GET", "/__admin/worlds/ci/settings", ""), want)
	// A key that is not named keeps its value.
	equal(t, s.want(t, 200, "PUT", "/__admin/worlds/ci/settings", `{"allianz.greeting":"<hello>"}`),
		`{"allianz.envelope":"errors","allianz.greeting":"<hello>"}`)
	equal(t, s.want(t, 200, "GET", "/__admin/worlds/default/settings", ""),
		`{"allianz.envelope":"bare","allianz.greeting":"sawasdee"}`)
}

// A snapshot makes another world the same: its clock, settings, scenario with
// its counts, jobs and gates.
func TestSnapshotMovesBetweenWorlds(t *testing.T) {
	s := newSandbox(t)
	s.want(t, 200, "PUT", "/__admin/worlds/one/scenario", brokenSecond)
	s.want(t, 200, "PUT", "/__admin/worlds/one/settings", `{"allianz.greeting":"ha<ll>o & 1.50"}`)
	s.quote(t, "/w/one", "X-Later", "decide").want(t, 200)
	s.want(t, 200, "POST", "/__admin/worlds/one/clock", `{"advance":"2h"}`)
	taken := s.call(t, "GET", "/__admin/worlds/one/snapshot", "")
	taken.want(t, 200)

	s.want(t, 200, "PUT", "/__admin/worlds/two/snapshot", string(taken.body))
	for _, path := range []string{"clock", "settings", "scenario", "jobs"} {
		one := s.call(t, "GET", "/__admin/worlds/one/"+path, "")
		two := s.call(t, "GET", "/__admin/worlds/two/"+path, "")
		if diff := cmp.Diff(string(one.body), string(two.body)); diff != "" {
			t.Errorf("%s (-one +two):\n%s", path, diff)
		}
	}
	// The second call is the second in both.
	if got := s.quote(t, "/w/two").status; got != 500 {
		t.Errorf("the second call was answered %d, want 500", got)
	}
	var snapshot struct{ Rows []json.RawMessage }
	if err := json.Unmarshal(taken.body, &snapshot); err != nil || len(snapshot.Rows) < 3 {
		t.Errorf("got %d rows (%v), want state, job and counts", len(snapshot.Rows), err)
	}
}
