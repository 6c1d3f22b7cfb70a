package contracts

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Where the programme makes its promises.
const (
	uaeGuide    = "insurance guide of v1.0-rc1 (seed)"
	uaeFile     = "OpenAPI file of insurance v1.2 (upstream)"
	uaeAuth     = "OpenAPI files of the authorization endpoints (upstream)"
	uaeProfile  = "UAE profile of FAPI 2.0 (upstream)"
	uaeHeaders  = "page on request headers (upstream)"
	uaeStates   = "page on consent states (upstream)"
	uaeTemplate = "webhook template of v1.2 (upstream)"
	uaeOurs     = "nothing is published; inferred"
)

// The calls that several checks are about.
var (
	uaeOAuth    = []string{"pushAuthorizationRequest", "issueToken"}
	uaeSingles  = []string{"getConsentRc1", "getInsuranceConsent"}
	uaeConsents = []string{"getConsentRc1", "getInsuranceConsent", "listConsentsRc1", "listInsuranceConsents", "issueToken"}
	uaePolicies = []string{"listInsurancePoliciesRc1", "getInsurancePolicyRc1", "listMotorInsurancePolicies", "getMotorInsurancePolicy"}
	uaePayments = []string{"getCustomerPaymentDetailsRc1", "getMotorInsuranceCustomerPaymentDetails"}
	uaeRC1      = []string{
		"listConsentsRc1", "getConsentRc1", "patchConsentRc1",
		"listInsurancePoliciesRc1", "getInsurancePolicyRc1", "getCustomerPaymentDetailsRc1",
	}
	uaeV12 = []string{
		"listInsuranceConsents", "getInsuranceConsent", "patchInsuranceConsent",
		"listMotorInsurancePolicies", "getMotorInsurancePolicy", "getMotorInsuranceCustomerPaymentDetails",
	}
	uaeResources = slices.Concat(uaeRC1, uaeV12)
	uaeEvents    = []string{"receiveEvent", "receiveEventRc1"}
)

// uae is what the hub of UAE Open Finance promises beside its documents. A
// version is told by its operations: no check asks which one it is looking at.
func uae() promises {
	return promises{
		checks: func(*Contract) []Check {
			all := slices.Concat(uaeTokenChecks(), uaeClientChecks(), uaeHubChecks(), uaeConsentChecks(), uaePolicyChecks(), uaeHeaderChecks(), uaeEventChecks())
			for i := range all {
				if all[i].Proof == Seed {
					all[i].Verify = printedForRC1(all[i].Verify)
				}
			}
			return all
		},
		accepted: uaeAccepted,
		volatile: []string{
			"/access_token", "/refresh_token", "/id_token", "/request_uri", "/interactionId", "/issuer", "/keys",
			"/Data/CreationDateTime", "/Data/StatusUpdateDateTime", "/Links/Self",
		},
	}
}

// printedForRC1 grades what the guide of rc1 prints: of another version it is
// known from that version's own file.
func printedForRC1(verify func(*Exchange) error) func(*Exchange) error {
	var grade func(error)
	grade = func(err error) {
		switch err := err.(type) { //nolint:errorlint // a joined error is taken apart, and none is wrapped
		case interface{ Unwrap() []error }:
			for _, one := range err.Unwrap() {
				grade(one)
			}
		case *Mismatch:
			err.proof = Upstream
		}
	}
	return func(x *Exchange) error {
		err := verify(x)
		if !strings.HasSuffix(x.Operation, "Rc1") {
			grade(err)
		}
		return err
	}
}

// uaeAccepted is a 2xx, or a redirect that carries no error.
func uaeAccepted(x *Exchange) bool {
	switch status := x.Response.Status; {
	case status >= 200 && status <= 299:
		return true
	case status == 303:
		outcome, ok := redirect(x)
		return ok && !outcome.Has("error")
	}
	return false
}

// redirect is the query of the address that the answer sends the browser to.
func redirect(x *Exchange) (url.Values, bool) {
	if x.Response.Status != 303 {
		return nil, false
	}
	to, err := url.Parse(x.Response.Header.Get("Location"))
	if err != nil {
		return nil, false
	}
	outcome, err := url.ParseQuery(to.RawQuery)
	return outcome, err == nil
}

// content is a body as a check reads it: its JSON, or the message of a signed
// one.
type content struct {
	tree   any
	at     string // what stands before a pointer into the tree
	broken []error
}

func contentOf(m *Message) (*content, bool) {
	if m.MediaType() == mediaJWT {
		signed := m.jws()
		if signed == nil {
			return nil, false
		}
		return &content{tree: member(signed.claims, "message"), at: "/message"}, true
	}
	tree, ok := m.tree()
	return &content{tree: tree}, ok
}

// onAnswer makes a check of what it says about the bodies of accepted answers.
func onAnswer(verify func(x *Exchange, c *content)) func(*Exchange) error {
	return onStatus(uaeAccepted, verify)
}

// onRefusal is onAnswer for answers with one of the statuses.
func onRefusal(verify func(x *Exchange, c *content), statuses ...int) func(*Exchange) error {
	return onStatus(func(x *Exchange) bool { return slices.Contains(statuses, x.Response.Status) }, verify)
}

func onStatus(about func(*Exchange) bool, verify func(x *Exchange, c *content)) func(*Exchange) error {
	return func(x *Exchange) error {
		if !about(x) {
			return errBeside
		}
		c, ok := contentOf(&x.Response.Message)
		if !ok {
			return errBeside
		}
		verify(x, c)
		return c.err()
	}
}

func (c *content) err() error { return errors.Join(c.broken...) }

// differs notes a departure at a pointer into the tree, up to an end: a stranger
// may send a million.
func (c *content) differs(where, got, want string) {
	if len(c.broken) == mostViolations {
		return
	}
	c.broken = append(c.broken, &Mismatch{Where: c.at + where, Got: got, Want: want})
}

// wants notes a member that is not the text it should be.
func (c *content) wants(tree any, at, name, want string) {
	if got, ok := member(tree, name).(string); !ok || got != want {
		c.differs(at+"/"+name, shown(tree, name), want)
	}
}

// asides is a verdict that is silence where there was nothing to look at.
func (c *content) asides(seen bool) error {
	if !seen {
		return errBeside
	}
	return c.err()
}

// onParts is onAnswer for a check that may find nothing in an answer to look at;
// verify says whether it did.
func onParts(verify func(x *Exchange, c *content) bool) func(*Exchange) error {
	return func(x *Exchange) error {
		seen := false
		err := onAnswer(func(x *Exchange, c *content) { seen = verify(x, c) })(x)
		if err != nil || seen {
			return err
		}
		return errBeside
	}
}

// place is where a member stands, kept as a chain: it is spelt out for a finding
// alone.
type place struct {
	above *place
	name  string
}

// String is the JSON pointer of the place.
func (p *place) String() string {
	if p.above == nil {
		return p.name
	}
	var steps []string
	for ; p.above != nil; p = p.above {
		steps = append(steps, p.name)
	}
	slices.Reverse(steps)
	return p.name + pointerOf(steps)
}

// members goes through every member below a tree that stands at a pointer, the
// names of an object in order.
func members(tree any, at string) iter.Seq2[*place, any] {
	return func(yield func(*place, any) bool) { visit(tree, &place{name: at}, yield) }
}

func visit(tree any, at *place, yield func(*place, any) bool) bool {
	switch node := tree.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(node)) {
			where := &place{at, name}
			if !yield(where, node[name]) || !visit(node[name], where, yield) {
				return false
			}
		}
	case []any:
		for i, child := range node {
			where := &place{at, strconv.Itoa(i)}
			if !yield(where, child) || !visit(child, where, yield) {
				return false
			}
		}
	}
	return true
}

// elements are what an answer has one or several of in Data, with their places.
func elements(tree any) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		several, ok := member(tree, "Data").([]any)
		if !ok {
			if one, ok := member(tree, "Data").(map[string]any); ok {
				yield("/Data", one)
			}
			return
		}
		for i, one := range several {
			if !yield(fmt.Sprintf("/Data/%d", i), one) {
				return
			}
		}
	}
}

// absolute says whether a text is an address of the web.
func absolute(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
