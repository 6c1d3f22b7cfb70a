package allianz

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// customer is a row: the name that an identity is known under. Its id is the
// kind and the number of the identity.
type customer struct {
	FirstName   string `json:"firstName,omitempty"`
	LastName    string `json:"lastName,omitempty"`
	CompanyName string `json:"companyName,omitempty"`
}

// identity is what somebody in a request goes by.
type identity struct {
	id    string // of the row
	where string
	customer
}

// namesIn lists the identities of somebody whom the tables accept.
func namesIn(sent members, at string) []identity {
	if sent.text("type") == kindCompany {
		return []identity{{"registerId " + sent.trimmed("registerId"), at + "/registerId", customer{CompanyName: spaced(sent, "companyName")}}}
	}
	identities, _ := sent.objects("identificationDocuments")
	all := make([]identity, len(identities))
	for i, one := range identities {
		all[i] = identity{
			one.text("identityType") + " " + one.trimmed("identityNumber"),
			at + "/identificationDocuments/" + strconv.Itoa(i) + "/identityNumber",
			customer{FirstName: spaced(sent, "firstName"), LastName: spaced(sent, "lastName")},
		}
	}
	return all
}

// spaced is a text with one blank between its words, as names are compared.
func spaced(m members, name string) string { return strings.Join(strings.Fields(m.text(name)), " ") }

// The rows of a fresh world. The numbers keep their check digits.
const (
	knownIdentity  = "1111111111119"
	knownFirstName = "สมหญิง"
	knownLastName  = "รักดี"

	knownRegisterID = "0105500000003"
	knownCompany    = "ตัวอย่างขนส่ง"

	agentEmail = "agent@broker.example"
	agentPhone = "0810000114"
)

var knownCustomers = map[string]customer{
	identityThai + " " + knownIdentity: {FirstName: knownFirstName, LastName: knownLastName},
	"registerId " + knownRegisterID:    {CompanyName: knownCompany},
}

// agent is a row whose id is an address or phone that belongs to an agent.
type agent struct{}

func (in *insurer) populateCustomers(ctx context.Context) error {
	for id, known := range knownCustomers {
		if err := in.customers.Set(ctx, id, known); err != nil {
			return fmt.Errorf("a known customer: %w", err)
		}
	}
	for _, id := range []string{agentEmail, agentPhone} {
		if err := in.agents.Set(ctx, id, agent{}); err != nil {
			return fmt.Errorf("an agent: %w", err)
		}
	}
	return nil
}

// judgeCustomers holds an application to whom the insurer knows: that nobody comes
// back under another name, and that an e-policy goes to no agent.
func (in *insurer) judgeCustomers(ctx context.Context, a *application) error {
	here := map[string]customer{} // of the request itself
	for _, one := range a.named {
		known, err := in.customers.Get(ctx, one.id)
		if errors.Is(err, store.ErrNotFound) {
			known, err = one.customer, nil
			if before, ok := here[one.id]; ok {
				known = before
			}
			here[one.id] = known
		}
		if err != nil {
			return fmt.Errorf("look up a customer: %w", err)
		}
		if known != one.customer {
			return renamed(one)
		}
	}
	if !a.digital {
		return nil
	}
	for _, contact := range []struct{ id, code, member string }{
		{strings.ToLower(a.email), codeEmail, "emailAddress"},
		{a.phone, codePhone, "mobilePhone"},
	} {
		_, err := in.agents.Get(ctx, contact.id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("look up an agent: %w", err)
		}
		return &mocks.Refusal{
			Code: contact.code, Where: "/" + memberInsured + "/" + contact.member, Rule: "the " + contact.member + " for an e-policy is an agent's",
			Remedy: "send the customer's own, or isDigitalPolicy: false", Evidence: contracts.Seed,
		}
	}
	return nil
}

func renamed(one identity) *mocks.Refusal {
	refusal := &mocks.Refusal{
		Code: codeCustomer, Where: one.where, Rule: "the insurer knows this identity under another name",
		Remedy: "send the name that came with it before (a first and last name, or a company name)", Evidence: contracts.Seed,
	}
	if !strings.HasPrefix(one.where, "/"+memberInsured+"/") {
		refusal.Evidence = contracts.Inferred // that beneficiary and payer are customers too
	}
	return refusal
}

// remember keeps the names that came with identities seen for the first time.
func (in *insurer) remember(ctx context.Context, a *application) error {
	for _, one := range a.named {
		err := in.customers.Insert(ctx, one.id, one.customer)
		if errors.Is(err, store.ErrConflict) {
			var known customer
			if known, err = in.customers.Get(ctx, one.id); err == nil && known != one.customer {
				return renamed(one) // somebody came in between
			}
		}
		if err != nil {
			return fmt.Errorf("remember a customer: %w", err)
		}
	}
	return nil
}
