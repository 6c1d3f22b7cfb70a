package allianz

import (
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

var today = time.Date(2026, 3, 2, 9, 0, 0, 0, bangkok)

// edit is a change to a request: a value at a JSON pointer, gone for no member.
type edit struct {
	pointer string
	value   any
}

// gone as a value takes a member away.
var gone = new(struct{})

func sample(tb testing.TB, name string, edits ...edit) members {
	tb.Helper()
	tree := decode(tb, file(tb, name+".request.json"))
	for _, e := range edits {
		change(tb, tree, e)
	}
	return tree
}

func file(tb testing.TB, name string) []byte {
	tb.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return bytes.TrimSpace(text)
}

func decode(tb testing.TB, text []byte) members {
	tb.Helper()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var tree map[string]any
	if err := decoder.Decode(&tree); err != nil {
		tb.Fatalf("decode %s: %v", text, err)
	}
	return tree
}

func change(tb testing.TB, tree any, e edit) {
	tb.Helper()
	steps := strings.Split(strings.TrimPrefix(e.pointer, "/"), "/")
	for i, step := range steps {
		last := i == len(steps)-1
		switch node := tree.(type) {
		case members:
			tree = map[string]any(node)[step]
			put(node, step, e.value, last)
		case map[string]any:
			tree = node[step]
			put(node, step, e.value, last)
		case []any:
			at, err := strconv.Atoi(step)
			if err != nil || at >= len(node) {
				tb.Fatalf("no element %q in %s", step, e.pointer)
			}
			tree = node[at]
			if last {
				node[at] = e.value
			}
		default:
			tb.Fatalf("no member %q in %s", step, e.pointer)
		}
	}
}

func put(object map[string]any, name string, value any, last bool) {
	switch {
	case !last:
	case value == gone:
		delete(object, name)
	default:
		object[name] = value
	}
}

// sent is a list of cover items as a request holds it.
func sent(codesAndSums ...any) []any {
	var items []any
	for i := 0; i < len(codesAndSums); i += 2 {
		one := map[string]any{"code": codesAndSums[i]}
		if sum := codesAndSums[i+1]; sum != gone {
			one["sumInsured"] = sum
		}
		items = append(items, one)
	}
	return items
}

const (
	theCover = "/productPackages/0/coverages/0"
	theItems = theCover + "/coverageItems"
)

func number(text string) json.Number { return json.Number(text) }

// encode writes JSON as the sandbox does.
func encode(tb testing.TB, value any) string {
	tb.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		tb.Fatalf("encode %v: %v", value, err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// quoted is an accepted quote.
func quoted(tb testing.TB, ask members) *quickQuote {
	tb.Helper()
	q, refusal := quote(ask, today, 1)
	if refusal != nil {
		tb.Fatalf("refused at %s: %s", refusal.Where, refusal.Rule)
	}
	return q
}

// refused is what a refused request is answered, status and body.
func refused(tb testing.TB, ask members) (*mocks.Refusal, int, string) {
	tb.Helper()
	q, refusal := quote(ask, today, 1)
	if refusal == nil {
		tb.Fatalf("accepted: %s", encode(tb, q))
	}
	answer := answerTo(refusal, false)
	return refusal, answer.Status, encode(tb, answer.Body)
}

func text003(member string) string {
	return `{"code":"003","message":"` + member + ` ข้อมูลที่ส่งมาไม่ถูกต้อง"}`
}

// want003 demands the refusal of a member, complete for explain.
func want003(t *testing.T, ask members, member string) {
	t.Helper()
	refusal, status, body := refused(t, ask)
	if status != 400 || body != text003(member) {
		t.Errorf("got %d %s\nwant 400 %s", status, body, text003(member))
	}
	if refusal.Rule == "" || refusal.Where == "" || refusal.Remedy == "" || !refusal.Evidence.Valid() {
		t.Errorf("a refusal says why, where and what would help, got %+v", refusal)
	}
}
