package oneassure

// Quote is what insurers offer a visitor. Amounts are texts of rupees.
type Quote struct {
	SessionID         string           `json:"session_id"`
	QuoteID           string           `json:"quote_id"`
	SumInsured        string           `json:"sum_insured"`
	Pincode           string           `json:"pincode"`
	Deductible        string           `json:"deductible"`
	TotalVariants     int              `json:"total_variants"`
	CompletedVariants int              `json:"completed_variants"` // grows to TotalVariants while insurers answer
	MemberDetails     []QuotedMember   `json:"member_details"`
	PlanType          string           `json:"plan_type"`
	CustomerName      string           `json:"customer_name"`
	CustomerPhone     string           `json:"customer_phone"`
	CustomerGender    string           `json:"customer_gender"`
	CustomerEmail     string           `json:"customer_email"`
	Recommendations   []Recommendation `json:"recommendations"`
}

// Complete says that every insurer has answered.
func (q Quote) Complete() bool { return q.CompletedVariants >= q.TotalVariants }

// QuotedMember is one of those who are to be covered.
type QuotedMember struct {
	Relation string `json:"relation"` // in lower case: "self", "daughter"
	Age      int    `json:"age"`
}

// Recommendation is an offer, as far as its page can be read.
type Recommendation struct {
	RecommendationID string `json:"recommendation_id"`
	CompanyID        string `json:"company_id"`
	CompanyName      string `json:"company_name"`
}

// ProposalStatus is the state of a proposal, in OneAssure's spelling.
type ProposalStatus string

// The published states; OFFLINE is that of an event, and as a status inferred.
const (
	Initiated    ProposalStatus = "INITIATED"
	Pending      ProposalStatus = "PENDING"
	Submitted    ProposalStatus = "SUBMITTED"
	Underwriting ProposalStatus = "UNDERWRITING"
	Cancelled    ProposalStatus = "CANCELLED"
	Accepted     ProposalStatus = "ACCEPTED"
	Rejected     ProposalStatus = "REJECTED"
	Offline      ProposalStatus = "OFFLINE"
)

// Active says that no other proposal of the same quote and variant may be made.
func (s ProposalStatus) Active() bool { return s != Rejected && s != Cancelled }

// Proposal is what a visitor has handed in.
type Proposal struct {
	ProposalID        string         `json:"proposal_id"`
	SessionID         *string        `json:"session_id"`
	QuoteID           *string        `json:"quote_id"`
	Name              string         `json:"name"`
	Phone             string         `json:"phone"` // of nine digits in the sample
	Email             *string        `json:"email"`
	InsurerName       string         `json:"insurer_name"`
	InsurerID         string         `json:"insurer_id"`
	ProductName       string         `json:"product_name"`
	ProductID         string         `json:"product_id"`
	VariantName       string         `json:"variant_name"`
	VariantID         string         `json:"variant_id"`
	Tenure            string         `json:"tenure"` // years, as a text; a number in policies
	NetPremium        string         `json:"net_premium"`
	GrossPremium      string         `json:"gross_premium"` // with 18% GST
	Status            ProposalStatus `json:"status"`
	InsurerProposalID string         `json:"insurer_proposal_id"` // "" until there is one
	CancelledReason   *string        `json:"cancelled_reason"`
	RejectionReason   *string        `json:"rejection_reason"`
}
