package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

var firstMoment = time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 7*60*60))

// goWords are what an error of Go's own would bring into an answer.
var goWords = regexp.MustCompile(`json:|invalid character|unexpected end of JSON|cannot unmarshal|goroutine|runtime|panic|strconv|` +
	`encoding/|net/http|kin-openapi|openapi3|nil pointer|EOF`)

// TestMalformedBodies sends ten thousand broken quick quotes. Whatever they are,
// the insurer answers in its own words and keeps its own contract.
func TestMalformedBodies(t *testing.T) {
	bodies := golden(t)
	names := slices.Sorted(maps.Keys(bodies))
	judge := newBodyJudge(t)
	chance := rand.New(rand.NewPCG(1, 2))
	statuses, seen := map[int]int{}, map[string]bool{}
	for n := range 10_000 {
		body := malformed(chance, bodies[names[chance.IntN(len(names))]])
		answer, wrong := judge.ask(t.Context(), body)
		statuses[answer.Code]++
		if kind, text, _ := strings.Cut(wrong, ":"); wrong != "" && !seen[kind] {
			seen[kind] = true // one example of a kind is enough
			t.Errorf("body %d: %s:%s", n, kind, text)
		}
	}
	t.Logf("statuses: %v", statuses)
	for _, want := range []int{http.StatusBadRequest, http.StatusInternalServerError} {
		if statuses[want] < 100 {
			t.Errorf("%d answers with status %d, want hundreds: the bodies are not malformed enough", statuses[want], want)
		}
	}
}

func FuzzQuickQuote(f *testing.F) {
	chance := rand.New(rand.NewPCG(3, 4))
	for _, body := range golden(f) {
		f.Add(body)
		for range 20 {
			f.Add(malformed(chance, body))
		}
	}
	judge := newBodyJudge(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, wrong := judge.ask(t.Context(), body); wrong != "" {
			t.Error(wrong)
		}
	})
}

// bodyJudge asks a sandbox and judges its answers.
type bodyJudge struct {
	sandbox  *mocks.Sandbox
	troubles *troubles
	entry    *mocks.Entry // of the last call
}

func newBodyJudge(tb testing.TB) *bodyJudge {
	tb.Helper()
	j := &bodyJudge{troubles: &troubles{}}
	j.sandbox = newSandbox(tb, mocks.Options{
		Log:   j.troubles.logger(),
		Watch: func(_ string, e *mocks.Entry) { j.entry = e },
	})
	return j
}

// ask sends a body and says what is wrong with the answer, if no insurer would
// give it: "kind: detail".
func (j *bodyJudge) ask(ctx context.Context, body []byte) (answer *httptest.ResponseRecorder, wrong string) {
	answer = ask(ctx, j.sandbox, quickQuotes, body)
	said := answer.Body.String()
	switch {
	case answer.Code >= 500 && !strings.Contains(said, `"code":"999"`):
		wrong = "a server error that is not the insurer's own 999: "
	case answer.Code >= 400 && goWords.MatchString(said):
		wrong = "the answer speaks Go: "
	case j.troubles.String() != "":
		wrong = "the sandbox logged: " + j.troubles.String()
	}
	for _, finding := range j.entry.Findings {
		if finding.Blame == contracts.Insurer && wrong == "" {
			wrong = fmt.Sprintf("the mock broke %s: %s, ", finding.Check, finding.Error())
		}
	}
	if wrong != "" {
		wrong += fmt.Sprintf("\nasked   %s\nanswer  %d %s", shown(body), answer.Code, said)
	}
	return answer, wrong
}

func shown(body []byte) string {
	if len(body) > 2000 {
		return fmt.Sprintf("%q and %d more bytes", body[:2000], len(body)-2000)
	}
	return strconv.Quote(string(body))
}

// malformed breaks a body in one to three ways.
func malformed(chance *rand.Rand, body []byte) []byte {
	body = bytes.Clone(body)
	for range 1 + chance.IntN(3) {
		if chance.IntN(2) == 0 {
			body = brokenValue(chance, body)
		} else {
			body = brokenBytes(chance, body)
		}
	}
	return body
}

// strange are values where others are due.
var strange = []string{
	`""`, `null`, `0`, `-1`, `1e400`, `-0`, `1.5`, `99999999999999999999999999`, `true`, `[]`, `{}`, `[[]]`, `" "`, `"\u0000"`, `"\ud800"`,
	`"ก"`, `"2022-02-31"`, `"2022-13-01"`, `"9999-12-31"`, `"0000-00-00"`, `"VMI9"`, `"GRANU"`, `[null]`, `[1,2,3]`, `{"code":"VMI1"}`,
	`"` + strings.Repeat("x", 5000) + `"`, `0.1e-7`, `"<script>"`, `"' OR 1=1"`,
}

// brokenValue replaces, renames, repeats or removes one member of the JSON, where
// the body still is JSON.
func brokenValue(chance *rand.Rand, body []byte) []byte {
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&tree) != nil {
		return brokenBytes(chance, body)
	}
	places := placesIn(nil, tree)
	if len(places) == 0 {
		return []byte(strange[chance.IntN(len(strange))])
	}
	at := places[chance.IntN(len(places))]
	switch chance.IntN(10) {
	case 0:
		at.remove()
	case 1:
		at.set("member"+strconv.Itoa(chance.IntN(100)), json.RawMessage(`1`))
	default:
		at.put(json.RawMessage(strange[chance.IntN(len(strange))]))
	}
	changed, err := json.Marshal(tree)
	if err != nil { // a strange value that is not JSON in Go's eyes
		return brokenBytes(chance, body)
	}
	return changed
}

// member is a member of a JSON tree.
type member struct {
	object map[string]any
	key    string
	list   []any
	index  int
}

func placesIn(found []member, tree any) []member {
	switch node := tree.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			found = placesIn(append(found, member{object: node, key: key}), node[key])
		}
	case []any:
		for i, item := range node {
			found = placesIn(append(found, member{list: node, index: i}), item)
		}
	}
	return found
}

func (p member) put(value any) {
	if p.object != nil {
		p.object[p.key] = value
		return
	}
	p.list[p.index] = value
}

func (p member) remove() {
	if p.object != nil {
		delete(p.object, p.key)
		return
	}
	p.list[p.index] = nil
}

func (p member) set(key string, value any) {
	if p.object != nil {
		p.object[key] = value
	}
}

// brokenBytes damages the text: cut, flipped, repeated, mixed with what is no JSON.
func brokenBytes(chance *rand.Rand, body []byte) []byte {
	if len(body) < 2 {
		return []byte(strange[chance.IntN(len(strange))])
	}
	from := chance.IntN(len(body))
	to := min(len(body), from+1+chance.IntN(40))
	switch chance.IntN(9) {
	case 0:
		return body[:from]
	case 1:
		body[from] ^= byte(1 << chance.IntN(8))
		return body
	case 2:
		return slices.Delete(body, from, to)
	case 3:
		return slices.Insert(body, to, body[from:to]...)
	case 4:
		noise := []string{"\x00", "\xff\xfe", "\xef\xbb\xbf", "//", "'", `"`, "{", "}", "[", "]", ",", ":", "\\u12", "NaN", "\r\n", "\t"}
		return slices.Insert(body, from, []byte(noise[chance.IntN(len(noise))])...)
	case 5:
		deep := 1 + chance.IntN(20_000)
		return append(bytes.Repeat([]byte("["), deep), bytes.Repeat([]byte("]"), chance.IntN(deep+1))...)
	case 6:
		return append(body, body[from:]...)
	case 7:
		return bytes.ReplaceAll(body, []byte(`"`), []byte(`'`))
	default:
		return append([]byte(`{"productCode":"VMI",`), body[1:]...)
	}
}
