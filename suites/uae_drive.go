package suites

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// heard is a whole answer to a call that was made by hand.
type heard struct {
	status int
	header http.Header
	body   string
}

// String shows the answer in a failure.
func (h heard) String() string { return reply{h.status, []byte(h.body)}.String() }

// code is the first code of a refusal, of a resource server or of OAuth.
func (h heard) code() string {
	var said struct {
		Error string `json:"error"`
	}
	if json.Unmarshal([]byte(h.body), &said) == nil && said.Error != "" {
		return said.Error
	}
	return reply{h.status, []byte(h.body)}.code()
}

// read decodes the body.
func (h heard) read(into any) {
	GinkgoHelper()
	Expect(json.Unmarshal([]byte(h.body), into)).To(Succeed(), "%s", h)
}

// said is a call by hand: an address, and headers as pairs of name and value.
type said struct {
	method, address string
	body            string
	header          []string
}

// call makes a call as it stands.
func (h uaeHub) call(ctx SpecContext, s said) heard {
	GinkgoHelper()
	return h.callWith(ctx, h.unfollowed(ctx), s)
}

func (h uaeHub) callWith(ctx SpecContext, c *http.Client, s said) heard {
	GinkgoHelper()
	r, err := http.NewRequestWithContext(ctx, s.method, s.address, strings.NewReader(s.body))
	Expect(err).NotTo(HaveOccurred())
	for i := 0; i < len(s.header); i += 2 {
		r.Header.Set(s.header[i], s.header[i+1])
	}
	got, err := c.Do(r)
	Expect(err).NotTo(HaveOccurred())
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	Expect(err).NotTo(HaveOccurred())
	return heard{got.StatusCode, got.Header, string(body)}
}

// post sends a form to a path of the authorization server.
func (h uaeHub) form(ctx SpecContext, path string, form url.Values) heard {
	GinkgoHelper()
	return h.call(ctx, said{
		method: http.MethodPost, address: h.at(uaeAuthFace, path), body: form.Encode(),
		header: []string{"Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json"},
	})
}

// interaction is what the consent page shows to a program.
type interaction struct {
	ID       string        `json:"interactionId"`
	Consent  string        `json:"consentId"`
	Personas []personaSeen `json:"personas"`
}

type personaSeen struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Policies []struct {
		ID    string `json:"id"`
		Label string `json:"label"`
	} `json:"policies"`
}

func (p personaSeen) policies() []string {
	ids := make([]string, len(p.Policies))
	for i, one := range p.Policies {
		ids[i] = one.ID
	}
	return ids
}

// persona is one of those who may decide.
func (i interaction) persona(id string) personaSeen {
	GinkgoHelper()
	for _, one := range i.Personas {
		if one.ID == id {
			return one
		}
	}
	Fail("the page offers no persona " + id)
	return personaSeen{}
}

// decision is what a customer says at the consent page.
type decision struct {
	Persona     string   `json:"persona,omitempty"`
	Policies    []string `json:"policies,omitempty"`
	Decision    string   `json:"decision"`
	Error       string   `json:"error,omitempty"`
	Description string   `json:"error_description,omitempty"`
}

const hamad = "hamad-ali" // the customer of the printed examples

// yes is a persona's consent to share policies, or all of hers where none is named.
func yes(persona string, policies ...string) decision {
	return decision{Persona: persona, Policies: policies, Decision: "confirm"}
}

// no is the customer's own refusal.
func no() decision { return decision{Decision: "reject"} }

// goTo opens the consent page for a program.
func (p *thirdParty) goTo(ctx SpecContext, pending *uae.Pending) heard {
	GinkgoHelper()
	address, err := p.AuthorizationURL(ctx, pending)
	Expect(err).NotTo(HaveOccurred())
	return p.hub.call(ctx, said{method: http.MethodGet, address: address, header: []string{"Accept", "application/json"}})
}

// visit opens a page that must be shown.
func (p *thirdParty) visit(ctx SpecContext, pending *uae.Pending) interaction {
	GinkgoHelper()
	got := p.goTo(ctx, pending)
	Expect(got.status).To(Equal(http.StatusOK), "%s", got)
	var i interaction
	got.read(&i)
	Expect(i.ID).NotTo(BeEmpty())
	Expect(i.Consent).To(Equal(pending.ConsentID))
	return i
}

// say answers at the consent page.
func (h uaeHub) say(ctx SpecContext, interaction string, d decision) heard {
	GinkgoHelper()
	var body bytes.Buffer
	Expect(json.NewEncoder(&body).Encode(d)).To(Succeed())
	return h.call(ctx, said{
		method: http.MethodPost, address: h.at(uaeHubFace, "/interactions/"+interaction), body: body.String(),
		header: []string{"Content-Type", "application/json", "Accept", "application/json"},
	})
}

// back is the query with which the browser returns to the third party.
func (p *thirdParty) back(got heard) url.Values {
	GinkgoHelper()
	Expect(got.status).To(Equal(http.StatusSeeOther), "%s", got)
	to, err := url.Parse(got.header.Get("Location"))
	Expect(err).NotTo(HaveOccurred())
	Expect(to.String()).To(HavePrefix(p.options.RedirectURI))
	return to.Query()
}

// decided is the way through the page: what the browser comes back with. A yes
// that names no policies is one to all that the persona has.
func (p *thirdParty) decided(ctx SpecContext, pending *uae.Pending, d decision) url.Values {
	GinkgoHelper()
	page := p.visit(ctx, pending)
	if d.Decision == "confirm" && len(d.Policies) == 0 {
		d.Policies = page.persona(d.Persona).policies()
	}
	return p.back(p.hub.say(ctx, page.ID, d))
}

// code is the code that a customer's yes gives.
func (p *thirdParty) code(ctx SpecContext, pending *uae.Pending, d decision) string {
	GinkgoHelper()
	code, err := p.Callback(pending, p.decided(ctx, pending, d))
	Expect(err).NotTo(HaveOccurred())
	return code
}

// grantSeen is a consent that a customer gave, with what came of it.
type grantSeen struct {
	Pending *uae.Pending
	Code    string
	Token   *uae.Token
	Visit   uae.Visit // with the customer's session
	ID      string    // of the consent
}

// granted takes a consent all the way: pushed, given by the decision, exchanged.
func (p *thirdParty) granted(ctx SpecContext, a asking, d decision) grantSeen {
	GinkgoHelper()
	pending := p.push(ctx, a)
	code := p.code(ctx, pending, d)
	t, err := p.Exchange(ctx, pending, code)
	Expect(err).NotTo(HaveOccurred())
	return grantSeen{Pending: pending, Code: code, Token: t, Visit: uae.Visit{Session: p.Session(*t)}, ID: pending.ConsentID}
}

// alone is the hub in a world of its own, whose clock stands still and where
// nothing is set.
func (h uaeHub) alone(ctx SpecContext, name string) uaeHub {
	GinkgoHelper()
	there := uaeHub{h.apart(ctx, "uae-"+strings.ReplaceAll(name, ".", ""))}
	_, err := there.world().Set(ctx, map[string]string{
		"uae.scope": "openid-insurance", "uae.nonce": "optional", "uae.replay": "400", "uae.events": "jws",
	})
	h.told(err)
	return there
}

// lower is a status as it may stand in the name of a world.
func lower(s uae.ConsentStatus) string { return strings.ToLower(string(s)) }
