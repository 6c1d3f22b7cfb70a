package scenarios

import (
	"net/textproto"
	"slices"
	"strings"
	"unicode/utf8"
)

// Fault says how an answer is bent. Fields combine, in this order: what is above the insurer's work keeps it from the
// request, what is below bends the answer it gave.
type Fault struct {
	Delay Duration `json:"delay,omitempty"` // waits, then goes on
	Hang  bool     `json:"hang,omitempty"`  // never answers; the insurer does not look
	Drop  bool     `json:"drop,omitempty"`  // the connection is cut; the insurer does not look

	Status  int    `json:"status,omitempty"`  // refused before the insurer looked; 200..599
	Example string `json:"example,omitempty"` // the body, and without Status the status too: a named example of the document

	Lose     bool              `json:"lose,omitempty"`     // the insurer did the work and its answer is lost
	Stale    bool              `json:"stale,omitempty"`    // the last successful answer to that path instead of this one
	Set      map[string]any    `json:"set,omitempty"`      // RFC 6901 pointer into the answer -> value; in the order of the pointers
	Remove   []string          `json:"remove,omitempty"`   // RFC 6901 pointers into the answer
	Truncate int               `json:"truncate,omitempty"` // bytes of the body that are left, at least 1
	Header   map[string]string `json:"header,omitempty"`   // set on the answer; "" removes it

	Webhook *WebhookFault `json:"webhook,omitempty"` // of a call that the insurer makes; nothing else stands beside it
}

func (f *Fault) fields() []field {
	return []field{
		duration("delay", &f.Delay),
		truth("hang", &f.Hang),
		truth("drop", &f.Drop),
		count("status", &f.Status),
		text("example", &f.Example),
		truth("lose", &f.Lose),
		truth("stale", &f.Stale),
		values("set", &f.Set),
		words("remove", &f.Remove),
		count("truncate", &f.Truncate),
		texts("header", &f.Header),
		{key: "webhook", read: f.readWebhook, value: f.writeWebhook},
	}
}

// FaultFields are the keys of a fault, in the order in which they act.
func FaultFields() []string {
	return keys(new(Fault).fields())
}

// apart says which keys of a fault cannot stand together, and why.
var apart = []struct {
	key     string
	from    []string
	because string
}{
	{"hang", []string{"drop", "status", "example", "lose", "stale", "set", "remove", "truncate", "header"}, "nothing comes after an answer that never comes"},
	{"drop", []string{"status", "example", "lose", "stale", "set", "remove", "truncate", "header"}, "a connection that is cut before the insurer looks carries no answer"},
	{"status", []string{"lose", "stale"}, "it refuses before the insurer works"},
	{"example", []string{"lose", "stale"}, "it refuses before the insurer works"},
	{"webhook", []string{"delay", "hang", "drop", "status", "example", "lose", "stale", "set", "remove", "truncate", "header"}, "it bends what the insurer sends, the others what it answers"},
	{"lose", []string{"stale", "set", "remove", "truncate", "header"}, "an answer that is lost cannot be bent"},
}

func (f *Fault) problems(path string, p *problems) {
	var set []string
	for _, field := range f.fields() {
		if field.value() != nil {
			set = append(set, field.key)
		}
	}
	if len(set) == 0 {
		p.add(path, "bends nothing: it wants at least one of %s", strings.Join(FaultFields(), ", "))
	}
	for _, a := range apart {
		for _, other := range a.from {
			if slices.Contains(set, a.key) && slices.Contains(set, other) {
				p.add(path+"."+other, "cannot stand beside %s: %s", a.key, a.because)
			}
		}
	}
	if f.Delay < 0 {
		p.add(path+".delay", "%v is negative", f.Delay)
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		p.add(path+".status", "%d is outside 200..599", f.Status)
	}
	if !utf8.ValidString(f.Example) {
		p.add(path+".example", "is not UTF-8")
	}
	if f.Truncate < 0 {
		p.add(path+".truncate", "%d: at least 1 byte is left", f.Truncate)
	}
	p.values(path+".set", f.Set)
	for i, pointer := range f.Remove {
		where := at(path+".remove", i)
		p.pointer(where, pointer)
		if pointer == "" {
			p.add(where, "is the whole answer, which cannot be removed; drop or lose it")
		}
		if _, both := f.Set[pointer]; both {
			p.add(where, "%s is also in set", quoted(pointer))
		}
	}
	f.headerProblems(path+".header", p)
	if f.Webhook != nil {
		f.Webhook.problems(path+".webhook", p)
	}
}

func (f *Fault) headerProblems(path string, p *problems) {
	seen := map[string]string{}
	for _, name := range sortedKeys(f.Header) {
		where := in(path, name)
		if !headerName(name) {
			p.add(where, "%s is not a header name (RFC 9110, token)", quoted(name))
		}
		if !printable(f.Header[name]) {
			p.add(where, "its value has control characters or is not UTF-8")
		}
		plain := textproto.CanonicalMIMEHeaderKey(name)
		if twin, twice := seen[plain]; twice {
			p.add(where, "is the same header as %s", quoted(twin))
		}
		seen[plain] = name
	}
}

// headerName is a token of RFC 9110 section 5.6.2.
func headerName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return name != ""
}
