package contracts

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/openapi"
)

// pigeons is a document of what an insurer sends.
const pigeons = `
openapi: 3.0.3
x-webhooks: true
info: {title: Pigeons, version: "1"}
paths:
  /roost:
    post:
      operationId: land
      x-evidence: seed
      requestBody:
        required: true
        content:
          application/jwt:
            schema: {type: object, required: [message], properties: {message: {type: object, required: [seeds], properties: {seeds: {type: integer}}}}}
            examples: {grain: {x-evidence: seed, value: {message: {seeds: 3}}}}
          application/jwe:
            schema: {type: string}
      responses:
        "202": {description: Landed, headers: {X-Perch: {required: true, schema: {type: integer}}}}
        "400":
          description: No perch
          content:
            application/json:
              schema: {type: object, required: [reason], properties: {reason: {type: string}}}
              examples: {full: {x-evidence: inferred, value: {reason: full}}}
`

func pigeonContract(t testing.TB) *Contract {
	t.Helper()
	document, err := openapi.Parse("pigeons/roost", []byte(pigeons))
	if err != nil {
		t.Fatal(err)
	}
	c := &Contract{Insurer: "pigeons", Faces: []*Face{newFace(document)}, Accepted: func(x *Exchange) bool { return x.Response.Status/100 == 2 }}
	c.Checks = c.documentChecks()
	if err := c.index(); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWebhookTurnsTheBlame: what the insurer sends is the insurer's to get right,
// and the answer is the subscriber's.
func TestWebhookTurnsTheBlame(t *testing.T) {
	c := pigeonContract(t)
	good := signed(`{"alg":"PS256"}`, `{"message":{"seeds":3}}`, "x")
	bad := signed(`{"alg":"PS256"}`, `{"message":{"seeds":"three"}}`, "x")
	perch := http.Header{"X-Perch": {"7"}}
	reason := http.Header{"Content-Type": {"application/json"}}
	tests := []struct {
		name, media, body string
		status            int
		header            http.Header
		answer            string
		want              string
	}{
		{"taken", "application/jwt", good, 202, perch, "", ""},
		{"encrypted", "application/jwe", "a.b.c.d.e", 202, perch, "", ""},
		{
			"a wrong event that is taken", "application/jwt", bad, 202, perch, "",
			`insurer request-fits request /message/seeds: got "three", want integer
caller refuses-misfits request /message/seeds: got "three", want integer`,
		},
		{"a wrong event that is refused", "application/jwt", bad, 400, reason, `{"reason":"words"}`, `insurer request-fits request /message/seeds: got "three", want integer`},
		{
			"bare claims", "application/json", `{"message":{"seeds":3}}`, 400, reason, `{"reason":"bare"}`,
			`insurer request-fits media type: got application/json, want application/jwe or application/jwt`,
		},
		{"no token", "application/jwt", "coo", 400, reason, `{"reason":"coo"}`, `insurer request-fits request body: got a text that is none, want a compact JWS`},
		{"nothing", "application/jwt", "", 400, reason, `{"reason":"empty"}`, `insurer request-fits request body: got nothing, want application/jwe or application/jwt`},
		{
			"another status", "application/jwt", good, 500, reason, `{"reason":"cat"}`,
			`caller documented-status status: got 500, want one of 202, 400
caller no-server-error status: got 500, want below 500`,
		},
		{"a refusal without a reason", "application/jwt", good, 400, reason, `{}`, `caller body-fits /reason: got nothing, want present`},
		{"a refusal in words", "application/jwt", good, 400, http.Header{"Content-Type": {"text/plain"}}, `full`, `caller media-type media type: got text/plain, want application/json`},
		{"no header", "application/jwt", good, 202, nil, "", `caller headers-fit header X-Perch: got nothing, want present`},
		{"a refusal of a shape of its own", "application/jwt", good, 418, reason, `{"teapot":1}`, `caller documented-status status: got 418, want one of 202, 400
caller refusal-shape body: got "{\"teapot\":1}", want the body of a documented refusal`},
		{"no answer", "application/jwt", good, 0, nil, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := &Exchange{Insurer: "pigeons", Face: "roost", Operation: "land", Webhook: true}
			x.Request = Request{Method: "POST", Path: "/their/own/path", Message: Message{Header: http.Header{"Content-Type": {tt.media}}, Body: []byte(tt.body)}}
			x.Response = Response{Status: tt.status, Message: Message{Header: tt.header, Body: []byte(tt.answer)}}
			var lines []string
			for _, f := range c.Examine(x) {
				lines = append(lines, fmt.Sprintf("%s %s %s", f.Blame, strings.TrimPrefix(f.Check, "pigeons/"), f.Mismatch.Error()))
			}
			if diff := cmp.Diff(tt.want, strings.Join(lines, "\n")); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// A path that stands for a subscriber's own names no call that comes in.
func TestWebhooksAreNotIdentifiedByPath(t *testing.T) {
	c := pigeonContract(t)
	x := &Exchange{Insurer: "pigeons", Request: Request{Method: "POST", Path: "/roost"}}
	c.identify(x)
	if x.Operation != "" {
		t.Errorf("a call of ours became %s", x.Operation)
	}
}

func TestUnknownWebhook(t *testing.T) {
	c := pigeonContract(t)
	x := &Exchange{Insurer: "pigeons", Face: "roost", Webhook: true, Request: Request{Method: "POST", Path: "/x"}, Response: Response{Status: 202}}
	found := c.Examine(x)
	if len(found) != 1 || found[0].Check != "pigeons/documented-call" || found[0].Blame != Insurer {
		t.Errorf("got\n%swant the insurer's undocumented call", render(found))
	}
}
