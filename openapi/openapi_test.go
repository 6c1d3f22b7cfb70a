package openapi

import (
	"bytes"
	"encoding/json"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryDocumentLoads(t *testing.T) {
	for _, slug := range append(Slugs(), ours) {
		for _, name := range Names(slug) {
			d, err := Load(name)
			if err != nil {
				t.Errorf("%v", err)
				continue
			}
			if again, _ := Load(name); again != d {
				t.Errorf("%s: a second Load read the document again", name)
			}
			if d.Name != name || d.Slug() != slug || d.Face() != path.Base(name) {
				t.Errorf("got name %q, slug %q, face %q of %s", d.Name, d.Slug(), d.Face(), name)
			}
			if written, err := os.ReadFile(name + ".yaml"); err != nil || !bytes.Equal(d.Source, written) {
				t.Errorf("%s: Source is not the document as written (%v)", name, err)
			}
			if len(d.Servers) > 0 {
				t.Errorf("%s: servers are still there: %v", name, d.Servers)
			}
			written := &reader{tree: mustDecode(t, d.Source)}
			for _, op := range d.Operations() {
				if want := slug != ours; op.Evidence.Valid() != want {
					t.Errorf("%s: %s: evidence %q", name, op.ID, op.Evidence)
				}
				for _, x := range op.Examples {
					if got := written.lookup(x.Pointer + "/value"); !cmp.Equal(got, x.Value) {
						t.Errorf("%s: %s does not lead to the example:\n%s", name, x.Pointer, cmp.Diff(x.Value, got))
					}
				}
			}
		}
	}
}

func TestNames(t *testing.T) {
	if got := Slugs(); !slices.Contains(got, "allianz") || slices.Contains(got, ours) || !slices.IsSorted(got) {
		t.Errorf("Slugs() = %v, want the insurers, sorted", got)
	}
	if got, want := Names("allianz"), []string{"allianz/motor"}; !cmp.Equal(got, want) {
		t.Errorf("Names(allianz) = %v, want %v", got, want)
	}
	if got, want := Names("uae"), []string{"uae/auth", "uae/events", "uae/hub", "uae/insurance-v1.0-rc1", "uae/insurance-v1.2"}; !cmp.Equal(got, want) {
		t.Errorf("Names(uae) = %v, want %v", got, want)
	}
	if got, want := Names(ours), []string{"sandbox/admin"}; !cmp.Equal(got, want) {
		t.Errorf("Names(%s) = %v, want %v", ours, got, want)
	}
	if got := Names("nobody"); got != nil {
		t.Errorf("Names(nobody) = %v, want none", got)
	}
	_, err := Load("allianz/life")
	if want := `openapi: no document "allianz/life": use one of allianz/motor, `; err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), ", sandbox/admin") {
		t.Errorf("Load(allianz/life):\n got %v\nwant %s ..., sandbox/admin, ...", err, want)
	}
}

// A key of operations is looked up without its document, so no insurer may use an id twice.
func TestOperationIDsAreUnique(t *testing.T) {
	for _, slug := range append(Slugs(), ours) {
		first := map[string]string{}
		for _, name := range Names(slug) {
			d, err := Load(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, op := range d.Operations() {
				if other, twice := first[op.ID]; twice {
					t.Errorf("%s and %s both have an operation %s", other, name, op.ID)
				}
				first[op.ID] = name
			}
		}
	}
}

func TestWebhooks(t *testing.T) {
	for _, slug := range append(Slugs(), ours) {
		for _, name := range Names(slug) {
			d, err := Load(name)
			if err != nil {
				t.Fatal(err)
			}
			if want := name == "uae/events" || name == "oneassure/webhooks"; d.Webhooks != want {
				t.Errorf("%s: Webhooks is %v, want %v", name, d.Webhooks, want)
			}
		}
	}
}

func TestEvidence(t *testing.T) {
	for e, want := range map[Evidence]bool{Seed: true, Upstream: true, Observed: true, Inferred: true, "": false, "SEED": false, "guess": false} {
		if got := e.Valid(); got != want {
			t.Errorf("Evidence(%q).Valid() = %v, want %v", e, got, want)
		}
	}
}

// calls lists operations as "METHOD path id", which is what a test wants to see of them.
func calls(d *Document) []string {
	var all []string
	for _, op := range d.Operations() {
		all = append(all, op.Method+" "+op.Path+" "+op.ID)
	}
	return all
}

// The insurer prints no HTTP status of a refusal, whatever it prints of the body.
// The samples are the insurer's own; a document that changes one in passing must not go unseen.
// What the insurer's tables do not forbid, the schema must let through; what a caller gets wrong in one member, it must catch.
func TestSecrets(t *testing.T) {
	motor, err := Load("allianz/motor")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]Secret{}
	for _, op := range motor.Operations() {
		got[op.ID] = op.Secrets
	}
	want := map[string][]Secret{
		"token":            {{"header", "Authorization"}, {"response", "/access_token"}},
		"quickQuote":       {{"header", "Authorization"}},
		"issueContract":    {{"header", "Authorization"}},
		"getContract":      {{"header", "Authorization"}},
		"amendContract":    {{"header", "Authorization"}},
		"downloadDocument": nil,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("secrets of allianz/motor (-want +got):\n%s", diff)
	}

	auth, err := Load("uae/auth")
	if err != nil {
		t.Fatal(err)
	}
	wantAuth := map[string][]Secret{
		"pushAuthorizationRequest": {{"request", "/client_assertion"}, {"request", "/request"}},
		"issueToken": {
			{"request", "/client_assertion"},
			{"request", "/code"},
			{"request", "/code_verifier"},
			{"request", "/refresh_token"},
			{"response", "/access_token"},
			{"response", "/id_token"},
			{"response", "/refresh_token"},
		},
	}
	gotAuth := map[string][]Secret{}
	for _, op := range auth.Operations() {
		gotAuth[op.ID] = op.Secrets
	}
	if diff := cmp.Diff(wantAuth, gotAuth); diff != "" {
		t.Errorf("secrets of uae/auth (-want +got):\n%s", diff)
	}

	small := mustParse(t, strings.NewReplacer(
		"      parameters: []\n", `      security: [{key: []}]
      parameters: [{name: token, in: query, schema: {type: string}, x-secret: true}, {name: page, in: query, schema: {type: string}}]
`,
		"            schema: {type: object}\n", `            schema:
              type: object
              properties:
                plain: {type: string}
                list: {type: array, items: {$ref: "#/components/schemas/Node"}}
                open: {type: object, additionalProperties: {type: string, x-secret: true}}
                either: {oneOf: [{type: string, x-secret: true}, {type: number}]}
`,
		"components:\n", `components:
  securitySchemes:
    key: {type: apiKey, in: cookie, name: session}
`,
		"  schemas:\n", `  schemas:
    Node: {type: object, properties: {pin: {type: string, x-secret: true}, next: {$ref: "#/components/schemas/Node"}}}
`).Replace(small))
	wantSmall := []Secret{
		{"cookie", "session"},
		{"query", "token"},
		{"request", "/either"},
		{"request", "/list/*/pin"},
		{"request", "/open/*"},
	}
	if diff := cmp.Diff(wantSmall, small.Operations()[0].Secrets); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
}

func TestOperationsAreInMatchingOrder(t *testing.T) {
	d := mustParse(t, strings.ReplaceAll(small, "components:\n", `  /quotes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    put: {operationId: putQuote, x-evidence: seed, responses: {"404": {$ref: "#/components/responses/Missing"}}}
    get: {operationId: getQuote, x-evidence: seed, responses: {"404": {$ref: "#/components/responses/Missing"}}}
  /quotes/latest:
    get: {operationId: latestQuote, x-evidence: seed, responses: {"404": {$ref: "#/components/responses/Missing"}}}
components:
`))
	want := []string{"GET /quotes/latest latestQuote", "POST /quotes ask", "GET /quotes/{id} getQuote", "PUT /quotes/{id} putQuote"}
	if diff := cmp.Diff(want, calls(d)); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}

func TestNumbersKeepTheirText(t *testing.T) {
	d := mustParse(t, strings.Replace(small, "value: {premium: 18.000}", "value: {premium: 18.000, big: 12345678901234567890, exp: 1e2}", 1))
	want := map[string]any{"premium": json.Number("18.000"), "big": json.Number("12345678901234567890"), "exp": json.Number("1e2")}
	if diff := cmp.Diff(want, d.Operations()[0].Examples[1].Value); diff != "" {
		t.Errorf("value (-want +got):\n%s", diff)
	}
}

// The control API promises to refuse unknown keys, so every body must be closed, but for a snapshot, which is
// opaque, and settings and clients, whose keys are the insurers' own: the handler or the insurer knows them.
func TestControlBodiesAreClosed(t *testing.T) {
	d, err := Load("sandbox/admin")
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range d.Operations() {
		if op.RequestBody == nil || op.ID == "putSnapshot" || op.ID == "putSettings" || op.ID == "registerClient" {
			continue
		}
		s := op.RequestBody.Value.Content["application/json"].Schema.Value
		if s.AdditionalProperties.Has == nil || *s.AdditionalProperties.Has {
			t.Errorf("%s: the body takes unknown keys", op.ID)
		}
	}
}

func TestControlOperations(t *testing.T) {
	d, err := Load("sandbox/admin")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"DELETE /__admin/worlds/{world} deleteWorld",
		"DELETE /__admin/worlds/{world}/scenario deleteScenario",
		"DELETE /__admin/worlds/{world}/{slug}/listen stopListening",
		"GET /__admin/health health",
		"GET /__admin/insurers listInsurers",
		"GET /__admin/insurers/{slug}/openapi/{document} getDocument",
		"GET /__admin/worlds listWorlds",
		"GET /__admin/worlds/{world} getWorld",
		"GET /__admin/worlds/{world}/clock getClock",
		"GET /__admin/worlds/{world}/jobs listJobs",
		"GET /__admin/worlds/{world}/requests listRequests",
		"GET /__admin/worlds/{world}/requests/count countRequests",
		"GET /__admin/worlds/{world}/requests/{id}/explain explainRequest",
		"GET /__admin/worlds/{world}/scenario getScenario",
		"GET /__admin/worlds/{world}/settings getSettings",
		"GET /__admin/worlds/{world}/snapshot getSnapshot",
		"GET /__admin/worlds/{world}/{slug}/deliveries listDeliveries",
		"GET /livez livez",
		"GET /readyz readyz",
		"POST /__admin/worlds/{world}/clock moveClock",
		"POST /__admin/worlds/{world}/drain drain",
		"POST /__admin/worlds/{world}/jobs/{kind}/hold holdJobs",
		"POST /__admin/worlds/{world}/jobs/{kind}/release releaseJobs",
		"POST /__admin/worlds/{world}/reset resetWorld",
		"POST /__admin/worlds/{world}/{slug}/clients registerClient",
		"POST /__admin/worlds/{world}/{slug}/deliveries/{id}/resend resendDelivery",
		"POST /__admin/worlds/{world}/{slug}/events triggerEvent",
		"POST /__admin/worlds/{world}/{slug}/listen listen",
		"POST /__admin/worlds/{world}/{slug}/parcels/{id}/receipt giveReceipt",
		"PUT /__admin/worlds/{world}/scenario putScenario",
		"PUT /__admin/worlds/{world}/settings putSettings",
		"PUT /__admin/worlds/{world}/snapshot putSnapshot",
	}
	got := calls(d)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"allianz/motor", "sandbox/admin"} {
		source, err := files.ReadFile(name + ".yaml")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(path.Base(name), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(name, source); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func mustParse(t testing.TB, source string) *Document {
	t.Helper()
	d, err := Parse("test/small", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mustDecode(t testing.TB, source []byte) any {
	t.Helper()
	tree, _, err := decode(source)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func mustJSON(t testing.TB, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// set writes a JSON value, or removes the member when it is empty, at a pointer into a body.
