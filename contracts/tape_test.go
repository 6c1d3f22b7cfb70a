package contracts

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var sameEntries = cmp.Options{
	cmp.AllowUnexported(Exchange{}, Message{}, Request{}, Response{}, Mismatch{}, reading{}),
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".proof" }, cmp.Ignore()),
}

func exampleTape() *Tape {
	found := Finding{
		Check: "allianz/stamp-and-vat", Insurer: "allianz", Operation: "quickQuote", Level: Must, Evidence: Seed, Blame: Insurer,
		Says: "stamp & VAT", Clause: "samples", Mismatch: Mismatch{Where: "/a", Got: "<1>", Want: "2"},
	}
	return &Tape{entries: []Entry{
		{
			Exchange: &Exchange{
				Insurer: "allianz", Face: "motor", Operation: "quickQuote", Bent: "allianz/cheap#1",
				At: time.Date(2026, 3, 2, 9, 0, 0, 500, time.FixedZone("", 7*3600)), Took: 1500 * time.Microsecond,
				Request:  Request{Method: "POST", Path: "/v1/motor/quickquotes", Query: "a=b", Message: Message{Header: http.Header{"B": {"2", "3"}, "A": {"1"}}, Body: []byte(`{"plate":"กข <1>"}`)}},
				Response: Response{Status: 200, Message: Message{Body: []byte("\xff\x00\xfe")}},
				Notes:    []string{"signed by key 1"},
			},
			Findings: []Finding{found},
		},
		{Exchange: &Exchange{Insurer: "nobody", Webhook: true, Request: Request{Method: "GET", Path: "/", Vars: map[string]string{"id": "7"}}, Response: Response{Message: Message{Cut: true}}}},
	}}
}

func TestTapeKeepsItsForm(t *testing.T) {
	var b bytes.Buffer
	if err := exampleTape().Write(&b); err != nil {
		t.Fatal(err)
	}
	want := `{"insurer":"allianz","face":"motor","operation":"quickQuote","bent":"allianz/cheap#1","at":"2026-03-02T09:00:00.0000005+07:00","took":"1.5ms",` +
		`"request":{"method":"POST","path":"/v1/motor/quickquotes","query":"a=b","header":{"A":["1"],"B":["2","3"]},"body":"{\"plate\":\"กข <1>\"}"},` +
		`"response":{"status":200,"body_base64":"/wD+"},"notes":["signed by key 1"],` +
		`"findings":[{"check":"allianz/stamp-and-vat","insurer":"allianz","operation":"quickQuote","level":"MUST","evidence":"seed","blame":"insurer","says":"stamp & VAT","clause":"samples","where":"/a","got":"<1>","want":"2"}]}
{"insurer":"nobody","face":"","operation":"","webhook":true,"bent":"","at":"0001-01-01T00:00:00Z","request":{"method":"GET","path":"/","vars":{"id":"7"}},"response":{"status":0,"cut":true},"findings":[]}
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("tape (-want +got):\n%s", diff)
	}
	read, err := ReadTape(&b)
	if err != nil {
		t.Fatal(err)
	}
	wanted := exampleTape().Entries()
	wanted[1].Findings = []Finding{}
	wanted[0].Exchange.At = read.Entries()[0].Exchange.At // one moment, another *time.Location
	if diff := cmp.Diff(wanted, read.Entries(), sameEntries); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
}

// TestTapeRejudges asks today's checks about an old tape: the verdict must be
// the one of the day it was recorded.
func TestTapeRejudges(t *testing.T) {
	c, x := sample(t)
	x.Response.SetBody(bytes.Replace(x.Response.Body, []byte("1308.44"), []byte("1308.43"), 1))
	tape, found := &Tape{}, c.Examine(x)
	tape.Record(x, found)
	var b bytes.Buffer
	if err := tape.Write(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "9f2c1a7be04d") {
		t.Error("the tape holds the token")
	}
	read, err := ReadTape(&b)
	if err != nil {
		t.Fatal(err)
	}
	entry := only(t, read)
	if diff := cmp.Diff(entry.Findings, c.Examine(entry.Exchange), sameEntries); diff != "" || len(found) != 1 {
		t.Errorf("%d findings then; now (-then +now):\n%s", len(found), diff)
	}
}

func TestReadTapeRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no JSON", "{}\n\nx", "line 3"},
		{"two bodies", `{"request":{"body":"a","body_base64":"YQ=="}}`, "either body or body_base64"},
		{"broken base64", `{"response":{"body_base64":"%"}}`, "line 1"},
		{"a time that is none", `{"took":"soon"}`, "line 1"},
		{"a line without end", strings.Repeat(" ", longestLine+1), "token too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadTape(strings.NewReader(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that says %q", err, tt.want)
			}
		})
	}
}

func TestTapeMerges(t *testing.T) {
	at := func(second int, path string) Entry {
		return Entry{Exchange: &Exchange{At: time.Unix(int64(second), 0), Request: Request{Path: path}}}
	}
	one := &Tape{entries: []Entry{at(1, "a"), at(3, "b")}}
	one.Merge(&Tape{entries: []Entry{at(1, "c"), at(2, "d")}}, &Tape{}, one)
	var got []string
	for _, entry := range one.Entries() {
		got = append(got, entry.Exchange.Request.Path)
	}
	if diff := cmp.Diff([]string{"a", "c", "a", "d", "b", "b"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestTapeRecordsConcurrently(t *testing.T) {
	_, x := sample(t)
	tape := &Tape{}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { tape.Record(x, nil) })
		all.Go(func() { tape.Entries() })
	}
	all.Wait()
	if n := len(tape.Entries()); n != 50 {
		t.Errorf("%d exchanges, want 50", n)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestTapeSaysWhatItCouldNotWrite(t *testing.T) {
	if err := exampleTape().Write(brokenWriter{}); err == nil || !strings.Contains(err.Error(), "exchange 1 of a tape: disk full") {
		t.Errorf("error %v", err)
	}
}

func FuzzReadTape(f *testing.F) {
	var b bytes.Buffer
	if err := exampleTape().Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"at":"2026-03-02T09:00:00Z","took":"-1h","request":{"header":{"":null}},"response":{"body":""}}`))
	f.Add([]byte("null\n[]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		tape, err := ReadTape(bytes.NewReader(text))
		if err != nil {
			return
		}
		var once, twice bytes.Buffer
		if err := tape.Write(&once); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		first := once.String()
		again, err := ReadTape(&once)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if err := again.Write(&twice); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, twice.String()); diff != "" {
			t.Errorf("a tape changes when it is copied (-first +second):\n%s", diff)
		}
	})
}
