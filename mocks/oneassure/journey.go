package oneassure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/understudy-sandbox/understudy/mocks"
)

// The steps of a journey, each a kind of job that a gate can hold.
const (
	jobQuote        = "oneassure.quote"        // the visitor asks for a quote
	jobProposal     = "oneassure.proposal"     // the visitor hands a proposal in
	jobChecks       = "oneassure.checks"       // OneAssure's first checks end
	jobSubmission   = "oneassure.submission"   // the proposal goes to the insurer
	jobUnderwriting = "oneassure.underwriting" // the insurer takes it up
	jobDecision     = "oneassure.decision"     // the insurer decides
	jobUpload       = "oneassure.upload"       // a policy made by hand is uploaded
	jobIssue        = "oneassure.issue"        // the policy is issued, or approved after its upload
)

// How a step may end: by a status of the proposal, or by a word of ours.
const (
	ended     = "" // nothing follows
	quoted    = "QUOTED"
	abandoned = "ABANDONED"
	uploaded  = "UPLOADED"

	statusInitiated    = "INITIATED"
	statusPending      = "PENDING"
	statusSubmitted    = "SUBMITTED"
	statusUnderwriting = "UNDERWRITING"
	statusAccepted     = "ACCEPTED"
	statusRejected     = "REJECTED"
	statusCancelled    = "CANCELLED"
	statusOffline      = "OFFLINE"
	statusIssued       = "ISSUED" // of a policy
)

// step is one step of the journey: how long after the one before it, and how it
// may end, by itself in the first of the ways. All of this is inferred from what
// the states mean.
type step struct {
	after time.Duration
	ends  []string
}

var steps = map[string]step{
	jobQuote:        {2 * time.Minute, []string{quoted, abandoned}},
	jobProposal:     {10 * time.Minute, []string{statusInitiated}},
	jobChecks:       {5 * time.Minute, []string{statusPending, statusCancelled, statusOffline}},
	jobSubmission:   {30 * time.Minute, []string{statusSubmitted, statusCancelled}},
	jobUnderwriting: {time.Hour, []string{statusUnderwriting}},
	jobDecision:     {24 * time.Hour, []string{statusAccepted, statusRejected}},
	jobUpload:       {24 * time.Hour, []string{uploaded}},
	jobIssue:        {time.Hour, []string{statusIssued}},
}

// follows is the step after an end.
var follows = map[string]string{
	quoted:             jobProposal,
	statusInitiated:    jobChecks,
	statusPending:      jobSubmission,
	statusSubmitted:    jobUnderwriting,
	statusUnderwriting: jobDecision,
	statusAccepted:     jobIssue,
	statusOffline:      jobUpload,
	uploaded:           jobIssue,
	abandoned:          ended,
	statusCancelled:    ended,
	statusRejected:     ended,
	statusIssued:       ended,
}

// journeyMember is the metadata that chooses a journey, by one of the words below.
const journeyMember = "journey"

// journeys are the ways that differ from the usual one: a step and how it ends.
var journeys = map[string]struct{ kind, end string }{
	"abandoned":         {jobQuote, abandoned},
	"cancelled":         {jobChecks, statusCancelled},
	"cancelled-pending": {jobSubmission, statusCancelled},
	"rejected":          {jobDecision, statusRejected},
	"offline":           {jobChecks, statusOffline},
}

// course is how far a visitor has come: the payload of every step.
type course struct {
	Session  string  `json:"session"`
	Journey  string  `json:"journey,omitempty"`
	Quote    string  `json:"quote,omitempty"`    // key of its row
	Proposal string  `json:"proposal,omitempty"` // key of its row
	Uploaded *policy `json:"uploaded,omitempty"` // the policy that was made by hand, not approved yet
}

func begin(ctx context.Context, c course) error { return ask(ctx, jobQuote, c) }

// ask puts a step on the calendar.
func ask(ctx context.Context, kind string, c course) error {
	if err := mocks.WorldOf(ctx).Later(ctx, steps[kind].after, kind, c); err != nil {
		return fmt.Errorf("journey of session %s: %w", c.Session, err)
	}
	return nil
}

func (in *insurer) jobs() map[string]mocks.Job {
	return map[string]mocks.Job{
		jobQuote:        takeStep(jobQuote, in.quoteVisitor),
		jobProposal:     takeStep(jobProposal, in.propose),
		jobChecks:       takeStep(jobChecks, in.moveOn),
		jobSubmission:   takeStep(jobSubmission, in.moveOn),
		jobUnderwriting: takeStep(jobUnderwriting, in.moveOn),
		jobDecision:     takeStep(jobDecision, in.moveOn),
		jobUpload:       takeStep(jobUpload, in.upload),
		jobIssue:        takeStep(jobIssue, in.issue),
	}
}

// takeStep is the job of a step: it ends as the gate was told, else as the
// journey says, else as usual, and asks for the step that follows.
func takeStep(kind string, do func(ctx context.Context, c *course, end string) error) mocks.Job {
	return func(ctx context.Context, payload json.RawMessage) error {
		var c course
		if err := json.Unmarshal(payload, &c); err != nil {
			return fmt.Errorf("read the job: %w", err)
		}
		ends := steps[kind].ends
		end := ends[0]
		if way, chosen := journeys[c.Journey]; chosen && way.kind == kind {
			end = way.end
		}
		if told := mocks.Outcome(ctx); told != "" {
			end = told
		}
		if !slices.Contains(ends, end) {
			return fmt.Errorf("%s ends in one of %v, not in %q", kind, ends, end)
		}
		if err := do(ctx, &c, end); err != nil {
			return fmt.Errorf("session %s: %w", c.Session, err)
		}
		if next := follows[end]; next != ended {
			return ask(ctx, next, c)
		}
		return nil
	}
}
