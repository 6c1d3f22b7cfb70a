package scenarios

import (
	"strings"
	"unicode/utf8"
)

// WebhookFault says how a call that the insurer makes is bent. What is bent is one attempt at delivery: those after it,
// if the receiver refuses, are honest again unless a rule says otherwise. Nth and Every count attempts in the order in which
// they are made; hold the gate while notices gather where that order matters.
type WebhookFault struct {
	Never  bool     `json:"never,omitempty"`  // it is not sent, now or later
	Late   Duration `json:"late,omitempty"`   // it is sent so much later by the world's clock, and what comes after it overtakes it
	Copies int      `json:"copies,omitempty"` // it is sent so many times, 2..10
	Forge  string   `json:"forge,omitempty"`  // it is sent in a way that a receiver must refuse, by a word of the insurer's: "wrong-key"
}

// MostCopies is how often a webhook is sent at once at most.
const MostCopies = 10

func (f *WebhookFault) fields() []field {
	return []field{
		truth("never", &f.Never),
		duration("late", &f.Late),
		count("copies", &f.Copies),
		text("forge", &f.Forge),
	}
}

// WebhookFields are the keys of a webhook's fault.
func WebhookFields() []string { return keys(new(WebhookFault).fields()) }

func (f *Fault) readWebhook(r *reader, path string, n node) {
	f.Webhook = &WebhookFault{}
	r.fields(path, n, f.Webhook.fields())
}

func (f *Fault) writeWebhook() any {
	if f.Webhook == nil {
		return nil
	}
	return f.Webhook.fields()
}

func (f *WebhookFault) problems(path string, p *problems) {
	p.common(path, f.fields())
	if *f == (WebhookFault{}) {
		p.add(path, "bends nothing: it wants at least one of %s", strings.Join(WebhookFields(), ", "))
	}
	if f.Never && *f != (WebhookFault{Never: true}) {
		p.add(path+".never", "stands alone: what is never sent is neither late nor forged")
	}
	if !utf8.ValidString(f.Forge) {
		p.add(path+".forge", "is not UTF-8")
	}
	if f.Late < 0 {
		p.add(path+".late", "%v is negative", f.Late)
	}
	if f.Copies != 0 && (f.Copies < 2 || f.Copies > MostCopies) {
		p.add(path+".copies", "%d is outside 2..%d", f.Copies, MostCopies)
	}
}
