package contracts

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/openapi"
)

// parrots is a document with what the insurers' own may not have: headers and
// parameters of every kind.
const parrots = `
openapi: 3.0.3
info: {title: Parrots, version: "1"}
paths:
  /birds/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer, minimum: 1}}
    get:
      operationId: getBird
      x-evidence: seed
      parameters:
        - {name: loud, in: query, schema: {type: boolean}}
        - {name: tags, in: query, required: true, schema: {type: array, items: {type: string, enum: [red, blue]}}}
        - {name: X-Trace, in: header, required: true, schema: {type: string, format: uuid}}
      responses:
        "200":
          description: A bird
          headers:
            X-Left: {required: true, schema: {type: integer}}
            X-Note: {schema: {type: string, maxLength: 3}}
          content:
            application/json:
              schema: {type: object, required: [name], properties: {name: {type: string}}}
              examples: {bird: {x-evidence: seed, value: {name: polly}}}
        "404":
          description: No bird
          content:
            application/json:
              schema: {type: object, required: [reason], properties: {reason: {type: string}}}
              examples: {none: {x-evidence: inferred, value: {reason: flown}}}
    put:
      operationId: putBird
      x-evidence: inferred
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: {type: object, required: [name], properties: {name: {type: string, minLength: 2}}}
            examples: {bird: {x-evidence: seed, value: {name: polly}}}
      responses:
        "204": {description: Kept}
        "400":
          description: No bird
          content:
            application/json:
              schema: {type: object}
              examples: {bad: {x-evidence: inferred, value: {}}}
`

func parrotContract(t testing.TB) *Contract {
	t.Helper()
	document, err := openapi.Parse("parrots/birds", []byte(parrots))
	if err != nil {
		t.Fatal(err)
	}
	face := newFace(document)
	c := &Contract{Insurer: "parrots", Faces: []*Face{face}, Accepted: func(x *Exchange) bool { return x.Response.Status/100 == 2 }}
	c.Checks = c.documentChecks()
	if err := c.index(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDocumentChecks(t *testing.T) {
	c := parrotContract(t)
	good := http.Header{"X-Trace": {"9b2f0c1e-7a64-4c8e-8f1d-2a3b4c5d6e7f"}}
	answer := http.Header{"Content-Type": {"application/json"}, "X-Left": {"3"}}
	get := func(path, query string, ask http.Header, status int, header http.Header, body string) *Exchange {
		return &Exchange{
			Request:  Request{Method: "GET", Path: path, Query: query, Message: Message{Header: ask}},
			Response: Response{Status: status, Message: Message{Header: header, Body: []byte(body)}},
		}
	}
	put := func(media, form string, status int) *Exchange {
		return &Exchange{
			Request:  Request{Method: "PUT", Path: "/birds/7", Message: Message{Header: http.Header{"Content-Type": {media}}, Body: []byte(form)}},
			Response: Response{Status: status},
		}
	}
	tests := []struct {
		name string
		x    *Exchange
		want string
	}{
		{"all well", get("/birds/7", "tags=red,blue&loud=true", good, 200, answer, `{"name":"polly"}`), ""},
		{
			"headers", get("/birds/7", "tags=red", good, 200, http.Header{"Content-Type": {"application/json"}, "X-Note": {"long"}}, `{"name":"polly"}`),
			`headers-fit header X-Left: got nothing, want present
headers-fit header X-Note: got "long", want at most 3 characters`,
		},
		{
			"parameters", get("/birds/0", "tags=red,green&loud=maybe", http.Header{"X-Trace": {"1"}}, 404, answer, `{"reason":"flown"}`),
			`request-fits path id: got 0, want 1 or more
request-fits query loud: got "maybe", want boolean
request-fits query tags: got "green", want one of ["red","blue"]
request-fits header X-Trace: got "1", want uuid`,
		},
		{
			"nothing sent", get("/birds/x", "", nil, 404, answer, `{"reason":"flown"}`),
			`request-fits path id: got "x", want integer
request-fits query tags: got nothing, want present
request-fits header X-Trace: got nothing, want present`,
		},
		{
			"a misfit accepted", get("/birds/7", "", good, 200, answer, `{"name":"polly"}`),
			`request-fits query tags: got nothing, want present
refuses-misfits query tags: got nothing, want present`,
		},
		{"another status", get("/birds/7", "tags=red", good, 418, answer, `{"reason":"teapot"}`), `documented-status status: got 418, want one of 200, 404`},
		{
			"another refusal", get("/birds/7", "tags=red", good, 418, answer, `{}`),
			`documented-status status: got 418, want one of 200, 404
refusal-shape body: got "{}", want the body of a documented refusal`,
		},
		{"no body", get("/birds/7", "tags=red", good, 404, answer, ``), `body-fits body: got nothing, want application/json`},
		{"no media type", get("/birds/7", "tags=red", good, 404, nil, `{"reason":"flown"}`), `media-type media type: got none, want application/json`},
		{"a body cut", func() *Exchange {
			x := get("/birds/7", "tags=red", good, 404, answer, `{"rea`)
			x.Response.Cut = true
			return x
		}(), ""},
		{"broken JSON", get("/birds/7", "tags=red", good, 404, answer, `{"rea`), `body-fits body: got JSON that ends early, want JSON`},
		{"no answer", get("/birds/7", "tags=red", good, 0, nil, ``), ""},
		{"another call", get("/cats", "", nil, 404, nil, ``), `documented-call request: got GET /cats, want a call that the document has`},
		{"a form", put("application/x-www-form-urlencoded; charset=utf-8", "name=polly", 204), ""},
		{"a short form", put("application/x-www-form-urlencoded", "name=p", 400), `request-fits request /name: got "p", want at least 2 characters
body-fits body: got nothing, want application/json`},
		{"no form", put("application/json", `{"name":"polly"}`, 204), `request-fits media type: got application/json, want application/x-www-form-urlencoded
refuses-misfits media type: got application/json, want application/x-www-form-urlencoded`},
		{"nothing to put", put("", "", 500), `request-fits request body: got nothing, want application/x-www-form-urlencoded
documented-status status: got 500, want one of 204, 400
refusal-shape body: got nothing, want the body of a documented refusal`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c.identify(tt.x)
			var lines []string
			for _, f := range c.Examine(tt.x) {
				lines = append(lines, strings.TrimPrefix(f.Check, "parrots/")+" "+f.Error())
			}
			if diff := cmp.Diff(tt.want, strings.Join(lines, "\n")); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestHeadersOnlyWherePromised leaves out a check that nothing could break.
func TestHeadersOnlyWherePromised(t *testing.T) {
	if _, ok := contractOf(t, "allianz").Check("allianz/headers-fit"); ok {
		t.Error("allianz promises no header, yet has the check: give it its golden pair and drop this test")
	}
	if _, ok := parrotContract(t).Check("parrots/headers-fit"); !ok {
		t.Error("a document with headers lacks the check")
	}
}

func TestIndexRefuses(t *testing.T) {
	never := func(*Exchange) error { return nil }
	tests := []struct {
		name   string
		checks []Check
		want   string
	}{
		{"twice", []Check{{ID: "a/b", Verify: never}, {ID: "a/b", Verify: never}}, "check a/b stands twice"},
		{"nowhere", []Check{{ID: "a/b", On: []string{"sing"}, Verify: never}}, `check a/b is about operation "sing", which no document has`},
	}
	for _, tt := range tests {
		c := &Contract{Faces: parrotContract(t).Faces, Checks: tt.checks}
		if err := c.index(); err == nil || err.Error() != tt.want {
			t.Errorf("%s: error %v, want %s", tt.name, err, tt.want)
		}
	}
	if _, err := For("nobody"); err == nil || !strings.Contains(err.Error(), "there are allianz") {
		t.Errorf("an unknown insurer: %v", err)
	}
}

func TestMatch(t *testing.T) {
	face := parrotContract(t).Faces[0]
	tests := []struct{ method, path, operation, id, allowed string }{
		{"GET", "/birds/7", "getBird", "7", ""},
		{"GET", "/birds/a%2Fb", "getBird", "a%2Fb", ""},
		{"DELETE", "/birds/7", "", "", "GET PUT"},
		{"GET", "/birds/7/", "", "", ""},
		{"GET", "//birds/7", "", "", ""},
		{"GET", "/birds/%zz", "", "", ""},
	}
	for _, tt := range tests {
		operation, vars, allowed := face.Match(tt.method, tt.path)
		if operation != tt.operation || vars["id"] != tt.id || strings.Join(allowed, " ") != tt.allowed {
			t.Errorf("%s %s is %q with %q, allowed %q; want %q with %q, allowed %q", tt.method, tt.path, operation, vars["id"], allowed, tt.operation, tt.id, tt.allowed)
		}
	}
}

func TestAt(t *testing.T) {
	tree, err := decodeJSON([]byte(`{"a":[{"b/c":1.50},null],"":{"~":true}}`))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		pointer string
		want    string // as a report shows it; empty: nothing there
	}{
		{"", "an object of 2 members"},
		{"/a/0/b~1c", "1.50"},
		{"/a/1", "null"},
		{"//~0", "true"},
		{"a", ""},
		{"/a/2", ""},
		{"/a/01", ""},
		{"/a/-", ""},
		{"/a/99999999999999999999", ""},
		{"/a/0/b/c", ""},
		{"/a/0/b~1c/d", ""},
	}
	for _, tt := range tests {
		got := ""
		if value, ok := At(tree, tt.pointer); ok {
			got = shorten(value)
		}
		if got != tt.want {
			t.Errorf("At(%q) = %q, want %q", tt.pointer, got, tt.want)
		}
	}
}

func TestRequestValue(t *testing.T) {
	form := Request{Message: Message{Header: http.Header{"Content-Type": {mediaForm}}, Body: []byte("a%2Fb=1&c=")}}
	for pointer, want := range map[string]any{"/a~1b": "1", "/c": "", "/d": nil} {
		if got, ok := form.Value(pointer); ok != (want != nil) || want != nil && got != want {
			t.Errorf("Value(%s) = %v, %v, want %v", pointer, got, ok, want)
		}
	}
}

func TestValidDate(t *testing.T) {
	for date, want := range map[string]bool{
		"2024-02-29": true, "2023-02-29": false, "1900-02-29": false, "2000-02-29": true, "2022-04-31": false,
		"2022-13-01": false, "2022-00-10": false, "2022-1-01": false, "2022/01/01": false, "２０22-01": false, "": false,
	} {
		if got := validDate(date); got != want {
			t.Errorf("validDate(%q) = %v", date, got)
		}
	}
}
