package oneassure

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/brianvoe/gofakeit/v7"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// policy is a row.
type policy struct {
	ID       string    `json:"id"`
	Number   string    `json:"number"` // the insurer's
	Session  *string   `json:"session"`
	Quote    *string   `json:"quote"`    // id
	Proposal *string   `json:"proposal"` // id
	Previous *string   `json:"previous"`
	Issued   string    `json:"issued"` // yyyy-mm-dd
	Tenure   int       `json:"tenure"` // years
	Sum      int       `json:"sum"`
	Gross    paise     `json:"gross"`
	Product  int       `json:"product"` // of products
	Visitor  visitor   `json:"visitor"`
	Members  []member  `json:"members"`
	Nominees []nominee `json:"nominees"`
	Riders   []rider   `json:"riders"`
}

// named is a row: the key of a policy, under its id and under its number.
type named struct {
	Key string `json:"key"`
}

type policyPage struct {
	Policies []policyItem[listedProposer] `json:"policies"`
	tail
}

type policyAnswer struct {
	Policy policyItem[foundProposer] `json:"policy"`
}

// policyItem is a policy in the order of the samples, in which only the proposer
// differs.
type policyItem[P any] struct {
	SessionID           *string   `json:"session_id"`
	PolicyID            string    `json:"policy_id"`
	InsurerPolicyNumber string    `json:"insurer_policy_number"`
	Status              string    `json:"status"`
	IssuanceDate        string    `json:"issuance_date"`
	ExpiryDate          string    `json:"expiry_date"`
	SumInsured          string    `json:"sum_insured"`
	PolicyType          string    `json:"policy_type"`
	Tenure              int       `json:"tenure"`
	GrossPremium        string    `json:"gross_premium"`
	InsurerID           string    `json:"insurer_id"`
	InsurerName         string    `json:"insurer_name"`
	InsurerLogo         string    `json:"insurer_logo"`
	ProductID           string    `json:"product_id"`
	ProductName         string    `json:"product_name"`
	VariantID           string    `json:"variant_id"`
	VariantName         string    `json:"variant_name"`
	PreviousPolicyID    *string   `json:"previous_policy_id"`
	ProposerDetails     P         `json:"proposer_details"`
	InsuredMembers      []member  `json:"insured_members"`
	Nominees            []nominee `json:"nominees"`
	Riders              []rider   `json:"riders"`
	ProposalID          *string   `json:"proposal_id"`
	QuoteID             *string   `json:"quote_id"`
}

type member struct {
	MemberID            string   `json:"member_id"`
	DOB                 string   `json:"dob"`
	Gender              string   `json:"gender"`
	Name                string   `json:"name"`
	PreExistingDiseases []string `json:"pre_existing_diseases"`
	Relationship        string   `json:"relationship"` // in upper case
}

type nominee struct {
	NomineeID    string  `json:"nominee_id"`
	NomineeName  string  `json:"nominee_name"`
	NomineePhone *string `json:"nominee_phone"`
	Relationship string  `json:"relationship"` // capitalised
}

type rider struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// expiry is the day before the one on which the tenure is over, as in the one
// sample.
func expiry(issued string, years int) string {
	start, err := time.Parse(time.DateOnly, issued)
	if err != nil {
		return issued // no row has such a date
	}
	if end := start.AddDate(years, 0, -1); end.Year() <= 9999 {
		return end.Format(time.DateOnly)
	}
	return "9999-12-31"
}

func itemOf[P any](p *policy, proposer func(visitor) P) policyItem[P] {
	sold := products[p.Product]
	return policyItem[P]{
		SessionID: p.Session, PolicyID: p.ID, InsurerPolicyNumber: p.Number, Status: statusIssued,
		IssuanceDate: p.Issued, ExpiryDate: expiry(p.Issued, p.Tenure), SumInsured: strconv.Itoa(p.Sum), PolicyType: "FRESH",
		Tenure: p.Tenure, GrossPremium: p.Gross.String(),
		InsurerID: sold.InsurerID, InsurerName: sold.Insurer, InsurerLogo: sold.Logo, ProductID: sold.ProductID, ProductName: sold.Product,
		VariantID: sold.VariantID, VariantName: sold.Variant, PreviousPolicyID: p.Previous, ProposerDetails: proposer(p.Visitor),
		InsuredMembers: p.Members, Nominees: p.Nominees, Riders: p.Riders, ProposalID: p.Proposal, QuoteID: p.Quote,
	}
}

func (in *insurer) listPolicies(r *http.Request) (mocks.Answer, error) {
	q, err := queryOf(r)
	if err != nil {
		return mocks.Answer{}, err
	}
	rows, end, err := in.policies.page(r.Context(), q)
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("list policies: %w", err)
	}
	page := policyPage{Policies: make([]policyItem[listedProposer], len(rows)), tail: end}
	for i := range rows {
		page.Policies[i] = itemOf(&rows[i], listed)
	}
	return mocks.OK(page), nil
}

// getPolicy looks a policy up by either of its names.
func (in *insurer) getPolicy(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	name, err := in.names.Get(ctx, r.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		return mocks.Answer{}, &mocks.Refusal{
			Kind: mocks.Missing, Detail: "The requested policy does not exist", Where: "path id",
			Rule:   "no policy of this world has the id or the number",
			Remedy: "send the policy_id or the insurer_policy_number of a listed policy", Evidence: contracts.Inferred,
		}
	}
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("look up a policy: %w", err)
	}
	p, err := in.policies.rows.Get(ctx, name.Key)
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("read a policy: %w", err)
	}
	answer := mocks.OK(policyAnswer{itemOf(&p, found)})
	if p.ID != printedID {
		answer.Rule, answer.Evidence = "the form is printed, what it says is ours", contracts.Inferred
	}
	return answer, nil
}

// keep writes a policy under its key and its two names.
func (in *insurer) keep(ctx context.Context, key string, p policy) error {
	by := slip{Day: p.Issued}
	if p.Session != nil {
		by.Session = *p.Session
	}
	if err := in.policies.put(ctx, key, p, by); err != nil {
		return fmt.Errorf("keep policy %s: %w", p.ID, err)
	}
	for _, name := range []string{p.ID, p.Number} {
		if err := in.names.Set(ctx, name, named{key}); err != nil {
			return fmt.Errorf("keep the name of policy %s: %w", p.ID, err)
		}
	}
	return nil
}

// upload is the end of a proposal that was handled by hand: its policy is there,
// and counts once it is approved.
func (in *insurer) upload(ctx context.Context, c *course, _ string) error {
	p, err := in.policyOf(ctx, c)
	if err != nil {
		return err
	}
	// One that was handled by hand names neither quote nor proposal (upstream).
	p.Quote, p.Proposal = nil, nil
	c.Uploaded = p
	return in.tellPolicy(ctx, eventUploaded, p)
}

// issue makes the policy of a proposal, or approves the one that was uploaded.
func (in *insurer) issue(ctx context.Context, c *course, _ string) error {
	p := c.Uploaded
	if p == nil {
		var err error
		if p, err = in.policyOf(ctx, c); err != nil {
			return err
		}
	}
	key, err := newKey(ctx)
	if err != nil {
		return err
	}
	if err := in.keep(ctx, key, *p); err != nil {
		return err
	}
	return in.tellPolicy(ctx, eventIssued, p)
}

// policyOf is the policy that a proposal becomes.
func (in *insurer) policyOf(ctx context.Context, c *course) (*policy, error) {
	proposed, err := in.proposals.rows.Get(ctx, c.Proposal)
	if err != nil {
		return nil, fmt.Errorf("read the proposal: %w", err)
	}
	world, now := mocks.WorldOf(ctx), mocks.Now(ctx)
	n, err := world.Next(ctx, "oneassure/policy")
	if err != nil {
		return nil, fmt.Errorf("count policies: %w", err)
	}
	f := world.Fake("oneassure", "policy", c.Session)
	p := &policy{
		ID: newID(now, f), Session: &c.Session, Quote: &proposed.Quote, Proposal: &proposed.ID, Issued: day(now),
		Tenure: proposed.Tenure, Sum: proposed.Sum, Gross: proposed.Gross, Product: proposed.Product, Visitor: proposed.Visitor,
	}
	p.Number = products[p.Product].number(p.Issued, newNumbers+int(n%newNumbers))
	p.cover(f, now)
	return p, nil
}

// newNumbers is where the numbers of new policies begin, above all made up ones.
const newNumbers = 1_000_000

// cover names who is insured, who inherits and what else was bought.
func (p *policy) cover(f *gofakeit.Faker, at time.Time) {
	insured := append([]relative{{p.Visitor.Person, "self"}}, p.Visitor.Family...)
	for _, one := range insured {
		m := member{
			MemberID: newID(at, f), DOB: one.Born, Gender: one.Gender, Name: one.Name,
			PreExistingDiseases: []string{}, Relationship: strings.ToUpper(one.Relation),
		}
		if f.Number(0, 4) == 0 {
			m.PreExistingDiseases = append(m.PreExistingDiseases, pick(f, []string{"Hypertension", "Diabetes", "Asthma"}))
		}
		p.Members = append(p.Members, m)
	}
	n := nominee{NomineeID: newID(at, f), NomineeName: "Sandbox Nominee", Relationship: "Spouse"}
	if len(insured) > 1 {
		next := insured[1]
		n.NomineeName, n.Relationship = next.Name, strings.ToUpper(next.Relation[:1])+next.Relation[1:]
	}
	if f.Bool() {
		n.NomineePhone = new(fmt.Sprintf("%d%09d", f.Number(6, 9), f.Number(0, 999_999_999)))
	}
	p.Nominees, p.Riders = []nominee{n}, []rider{}
	if f.Bool() {
		p.Riders = append(p.Riders, pick(f, riders))
	}
}
