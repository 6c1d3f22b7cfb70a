package contracts

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
)

// Where Allianz makes its promises about contracts.
const (
	contractSamples = "samples of issue and look-up (seed)"
	contractTables  = "data model of contracts (seed)"
	contractFAQ     = "FAQ (seed)"
	cancelSample    = "sample of a cancellation (seed)"
)

func allianzContractChecks(c *Contract) []Check {
	issue, amend := []string{"issueContract"}, []string{"amendContract"}
	contracts, calls := []string{"issueContract", "getContract"}, []string{"issueContract", "getContract", "amendContract", "downloadDocument"}
	return []Check{
		{
			ID: "allianz/contract-id-form", Level: Should, Blame: Insurer, On: contracts, Proof: Seed, Clause: contractSamples + ", all four",
			Says:   "a contractId is 22 characters of base64url or a dashed UUID",
			Verify: about(withText("contractId"), idForm),
		},
		{
			ID: "allianz/policy-number-form", Level: Should, Blame: Insurer, On: contracts, Proof: Seed, Clause: contractSamples + "; whose year it is, is inferred",
			Says:   "a policy number looks like YY-001-M01-NNNNNN, and YY is the year of the start",
			Verify: about(withText("policyNumber"), policyNumberForm),
		},
		{
			ID: "allianz/contract-dates-echoed", Level: Must, Blame: Insurer, On: issue, Proof: Seed, Clause: contractSamples,
			Says:   "the dates of a contract are those that were sent",
			Verify: about(dealIn, datesEchoed),
		},
		{
			ID: "allianz/contract-lasts-a-year", Level: Must, Blame: Insurer, On: issue, Proof: Seed, Clause: contractTables + ": policyExpiryDate null",
			Says:   "a contract for which no expiry date was sent lasts one year",
			Verify: about(endlessIn, lastsAYear),
		},
		{
			ID: "allianz/contract-status", Level: Must, Blame: Insurer, On: contracts, Proof: Seed, Clause: "states of a policy (seed); which of them is the first is inferred",
			Says:   "a contract has one of the four printed states, and begins as SUCCESS or PROCESS_CAR_INSPECTION",
			Verify: about(dealIn, statusPrinted),
		},
		{
			ID: "allianz/contract-complete", Level: Must, Blame: Insurer, On: contracts, Proof: Seed, Clause: contractSamples,
			Says:   "a policy that is issued has an id, a number and the address of its document",
			Verify: about(storedIn, complete),
		},
		{
			ID: "allianz/verify-stores-nothing", Level: Must, Blame: Insurer, On: issue, Proof: Inferred, Clause: "our reading of VERIFY; its answer is not printed",
			Says:   "the answer to VERIFY has no contract, no number and no document",
			Verify: about(verifiedIn, nothingStored),
		},
		{
			ID: "allianz/contract-looked-up", Level: Must, Blame: Insurer, On: []string{"getContract"}, Proof: Seed, Clause: contractSamples,
			Says:   "a look-up answers the contract that was asked for",
			Verify: about(dealIn, lookedUp),
		},
		{
			ID: "allianz/contract-refusal-envelope", Level: Must, Blame: Insurer, On: calls, Proof: Seed, Clause: contractFAQ,
			Says:   "a refusal has a message, and its code, if there is one, has three digits",
			Verify: about(refusalOf, worded),
		},
		{
			ID: "allianz/contract-refusal-text", Level: Must, Blame: Insurer, On: calls, Proof: Seed, Clause: contractFAQ,
			Says:   "a printed code, such as 112, 113 or 114, comes with its printed Thai text",
			Verify: refusalText,
		},
		{
			ID: "allianz/contract-malformed-refused", Level: Must, Blame: Insurer, On: []string{"issueContract", "amendContract"}, Proof: Seed, Clause: contractFAQ + ": error 999",
			Says:   "a malformed request, such as an owner that is \"\" where null is due, is refused with 999",
			Verify: malformedRefused(c),
		},
		{
			ID: "allianz/e-policy-refused", Level: Must, Blame: Insurer, On: issue, Proof: Seed, Clause: contractFAQ + "; that there is no code is inferred",
			Says:   "a company that asks for an e-policy is refused with the printed text, without a code",
			Verify: about(companyEPolicy(c), ePolicyRefused),
		},
		{
			ID: "allianz/agents-on-e-policies-only", Level: Must, Blame: Insurer, On: issue, Proof: Seed, Clause: contractFAQ + ": errors 113 and 114",
			Says:   "an e-mail address or phone of an agent is refused for an e-policy only",
			Verify: about(agentRefusal, ofEPolicy),
		},
		{
			ID: "allianz/consents-required", Level: Must, Blame: Insurer, On: issue, Proof: Seed, Clause: contractFAQ + " and table of consents (seed); the code is inferred",
			Says:   "a request without one of the three consents, or with INFORMATION or SANCTION_COUNTRY not given, is refused with 003",
			Verify: about(unfitIn(c, "consents"), refusedAs003),
		},
		{
			ID: "allianz/addresses-required", Level: Must, Blame: Insurer, On: issue, Proof: Seed, Clause: contractFAQ + "; the code is inferred",
			Says:   "somebody without an address of type REGISTER and one of type CURRENT is refused with 003",
			Verify: about(unfitIn(c, "addresses"), refusedAs003),
		},
		{
			ID: "allianz/person-members-required", Level: Must, Blame: Insurer, On: issue, Proof: Inferred, Clause: contractTables + "; that it is enforced is inferred",
			Says:   "somebody without a member that is mandatory for a PERSON or a COMPANY, or with a phone or Thai identity that is none, is refused with 003",
			Verify: about(unfitIn(c, "person"), refusedAs003),
		},
		{
			ID: "allianz/process-state-required", Level: Must, Blame: Insurer, On: issue, Proof: Inferred, Clause: contractTables + "; that it is enforced is inferred",
			Says:   "a request without contractProcessState or isDigitalPolicy is refused with 003",
			Verify: about(brokenAt(c, "/contractProcessState", "/isDigitalPolicy"), refusedAs003),
		},
		{
			ID: "allianz/contract-registration-required", Level: Must, Blame: Insurer, On: issue, Proof: Seed, Clause: "table of mandatory registration fields (seed)",
			Says:   "a contract for a car without a registration value that its country and type make mandatory is refused with 003",
			Verify: about(unfitIn(c, "registration"), refusedAs003),
		},
		{
			ID: "allianz/contract-items-refused", Level: Must, Blame: Insurer, On: issue, Proof: Seed, Clause: contractFAQ + ": error 003; " + allianzItems,
			Says:   "coverage items of a contract that do not fit the plan, or are not all of its items, are refused with 003",
			Verify: about(unfitIn(c, "items"), refusedAs003),
		},
		{
			ID: "allianz/contract-car-fits", Level: Must, Blame: Insurer, On: issue, Proof: Inferred, Clause: contractTables + " and garage table (seed); that they are enforced is inferred",
			Says:   "a VMI contract without model, yearOfManufacture or productPackages, or with a garage that is not the plan's, is refused with 003",
			Verify: about(unfitIn(c, "vmi", "garage"), refusedAs003),
		},
		{
			ID: "allianz/packages-for-vmi-only", Level: Must, Blame: Insurer, On: issue, Proof: Seed, Clause: "package issuing (seed); the code is inferred",
			Says:   "a package id with productCode CMI is refused with 003",
			Verify: about(unfitIn(c, "package"), refusedAs003),
		},
		{
			ID: "allianz/package-needs-no-items", Level: Must, Blame: Insurer, On: issue, Proof: Seed, Clause: "package issuing (seed)",
			Says:   "a request by package id is not refused for cover that it does not send",
			Verify: about(packageAnswered(c), needsNoItems),
		},
		{
			ID: "allianz/consents-sent", Level: Must, Blame: Caller, On: issue, Proof: Seed, Clause: contractFAQ,
			Says:   "a caller sends all three consents, whether given or not",
			Verify: about(asked, consentsSent),
		},
		{
			ID: "allianz/cancel-echoed", Level: Must, Blame: Insurer, On: amend, Proof: Seed, Clause: cancelSample,
			Says:   "the answer to a cancellation has the type and the reason that were sent",
			Verify: about(dealIn, cancelEchoed),
		},
		{
			ID: "allianz/cancel-confirmed", Level: Must, Blame: Insurer, On: amend, Proof: Seed, Clause: cancelSample,
			Says:   "a cancellation that is accepted has status SUCCESS and a day from which it counts",
			Verify: about(dealIn, cancelConfirmed),
		},
		{
			ID: "allianz/cancel-endorsement", Level: Should, Blame: Insurer, On: amend, Proof: Seed, Clause: cancelSample + "; the year is inferred",
			Says:   "a cancellation has the number of the policy with that of an endorsement after it, like -2",
			Verify: about(withText("policyNumber"), endorsementForm),
		},
		{
			ID: "allianz/cancel-members-required", Level: Must, Blame: Insurer, On: amend, Proof: Inferred, Clause: "data model of cancellations (seed); that it is enforced is inferred",
			Says:   "a cancellation without a type or a reason, or with a reason of more than 50 characters, is refused with 003",
			Verify: about(brokenAt(c, "/type", "/reason"), refusedAs003),
		},
		{
			ID: "allianz/cancel-type", Level: Should, Blame: Caller, On: amend, Proof: Seed, Clause: "data model of cancellations: CANCEL is a fixed value (seed)",
			Says:   "a caller who cancels says CANCEL",
			Verify: about(asked, cancelSaid),
		},
		{
			ID: "allianz/document-is-pdf", Level: Must, Blame: Insurer, On: []string{"downloadDocument"}, Proof: Inferred, Clause: "our choice; what documentUrl leads to is not printed",
			Says:   "the document of a policy is a PDF",
			Verify: about(documentIn, isPDF),
		},
	}
}

// about makes a check of what it says of a subject. An exchange that has no such
// subject is not its business.
func about[T any](read func(*Exchange) (T, bool), judge func(T) error) func(*Exchange) error {
	return func(x *Exchange) error {
		subject, ok := read(x)
		if !ok {
			return errBeside
		}
		return judge(subject)
	}
}

// asked is the body of a request, whatever became of it.
func asked(x *Exchange) (any, bool) {
	ask, ok := x.Request.tree()
	_, object := ask.(map[string]any)
	return ask, ok && object
}

// deal is a call about a contract that was accepted; a look-up asks nothing.
type deal struct {
	ask, answer any
	call        string // operationId
	id          string // of the contract, as the path has it
}

func dealIn(x *Exchange) (deal, bool) {
	answer, ok := x.Response.tree()
	if _, object := answer.(map[string]any); !ok || !object || !allianzAccepted(x) {
		return deal{}, false
	}
	ask, _ := x.Request.tree()
	id := x.Request.Vars["contractId"]
	if plain, err := url.PathUnescape(id); err == nil {
		id = plain
	}
	return deal{ask, answer, x.Operation, id}, true
}

// withText reads a deal whose answer has a text of that name; anything else in
// its place is judged by the document.
func withText(name string) func(*Exchange) (deal, bool) {
	return func(x *Exchange) (deal, bool) {
		d, ok := dealIn(x)
		return d, ok && text(d.answer, name) != ""
	}
}

// storedIn reads a deal that is about a contract on the insurer's side.
func storedIn(x *Exchange) (deal, bool) {
	d, ok := dealIn(x)
	return d, ok && (d.call == "getContract" || text(d.ask, "contractProcessState") == "ISSUE")
}

func verifiedIn(x *Exchange) (deal, bool) {
	d, ok := dealIn(x)
	return d, ok && text(d.ask, "contractProcessState") == "VERIFY"
}

func endlessIn(x *Exchange) (deal, bool) {
	d, ok := dealIn(x)
	return d, ok && member(d.ask, "policyExpiryDate") == nil && yearAfter(text(d.ask, "policyStartDate")) != nil
}

// differs says where the answer departs; an empty proof is the check's own.
func (d deal) differs(proof Evidence, name, want string) error {
	return &Mismatch{Where: "/" + name, Got: shown(d.answer, name), Want: want, proof: proof}
}

var (
	contractIDs   = regexp.MustCompile(`^([0-9A-Za-z_-]{22}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$`)
	policyNumbers = regexp.MustCompile(`^[0-9]{2}-001-M[0-9]{2}-[0-9]{6}$`)
	endorsements  = regexp.MustCompile(`^[0-9]{2}-001-M[0-9]{2}-[0-9]{6}-[0-9]+$`)
)

func idForm(d deal) error {
	if contractIDs.MatchString(text(d.answer, "contractId")) {
		return nil
	}
	return d.differs("", "contractId", "22 characters of base64url or a dashed UUID")
}

func policyNumberForm(d deal) error {
	return d.numbered(policyNumbers, "YY-001-Mnn-NNNNNN", "policyStartDate")
}

// numbered holds the number of a policy to a form, and its year to a date of the
// answer.
func (d deal) numbered(form *regexp.Regexp, like, date string) error {
	number, day := text(d.answer, "policyNumber"), text(d.answer, date)
	switch {
	case !form.MatchString(number):
		return d.differs("", "policyNumber", "like "+like)
	case validDate(day) && number[:2] != day[2:4]:
		return d.differs(Inferred, "policyNumber", "one that begins with "+day[2:4]+", as "+date+" is "+day)
	}
	return nil
}

func datesEchoed(d deal) error {
	return d.echoed("policyStartDate", "policyExpiryDate")
}

// echoed holds what was sent, nulls apart, to what came back.
func (d deal) echoed(names ...string) error {
	var broken []error
	for _, name := range names {
		if sent := member(d.ask, name); sent != nil && !same(sent, member(d.answer, name)) {
			broken = append(broken, d.differs("", name, shorten(sent)))
		}
	}
	return errors.Join(broken...)
}

func lastsAYear(d deal) error {
	want := yearAfter(text(d.ask, "policyStartDate"))
	if same(want, member(d.answer, "policyExpiryDate")) {
		return nil
	}
	return d.differs("", "policyExpiryDate", shorten(want))
}

func statusPrinted(d deal) error {
	status := text(d.answer, "policyStatus")
	switch {
	case !slices.Contains([]string{"PROCESS_CAR_INSPECTION", "SUCCESS", "REJECTED", "CANCELLED"}, status):
		return d.differs("", "policyStatus", "one of the four printed states")
	case d.call == "issueContract" && (status == "REJECTED" || status == "CANCELLED"):
		return d.differs(Inferred, "policyStatus", "SUCCESS or PROCESS_CAR_INSPECTION for a new contract")
	}
	return nil
}

func complete(d deal) error {
	var broken []error
	success, proof := text(d.answer, "policyStatus") == "SUCCESS", Evidence("")
	if !success {
		proof = Inferred // no sample is of another state
	}
	if text(d.answer, "contractId") == "" {
		broken = append(broken, d.differs(proof, "contractId", "an id"))
	}
	if success && text(d.answer, "policyNumber") == "" {
		broken = append(broken, d.differs("", "policyNumber", "a number"))
	}
	if address, err := url.Parse(text(d.answer, "documentUrl")); success && (err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http") {
		if d.call == "getContract" {
			proof = Inferred // the address may be gone after its 15 days
		}
		broken = append(broken, d.differs(proof, "documentUrl", "an absolute address of http or https"))
	}
	return errors.Join(broken...)
}

func nothingStored(d deal) error {
	var broken []error
	for _, name := range [...]string{"contractId", "policyNumber", "documentUrl"} {
		if member(d.answer, name) != nil {
			broken = append(broken, d.differs("", name, "null, as nothing is issued"))
		}
	}
	return errors.Join(broken...)
}

func lookedUp(d deal) error {
	if same(d.id, member(d.answer, "contractId")) {
		return nil
	}
	return d.differs("", "contractId", shorten(d.id))
}
