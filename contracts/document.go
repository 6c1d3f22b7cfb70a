package contracts

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// JudgeRequest says where the request departs from its document, computed once:
// a server that must refuse and the checks read the same verdict.
func (c *Contract) JudgeRequest(x *Exchange) []Violation {
	if x.judged {
		return x.violations
	}
	x.judged = true
	op := c.operation(x)
	if op == nil {
		return nil
	}
	x.violations = op.parameters.judge(&x.Request)
	if op.request != nil {
		x.violations = append(x.violations, op.request.judgeMedia(&x.Request.Message)...)
		x.violations = append(x.violations, op.request.judge(&x.Request.Message)...)
	}
	return x.violations
}

func (c *Contract) operation(x *Exchange) *operation {
	face := c.Face(x.Face)
	if face == nil {
		return nil
	}
	return face.operations[x.Operation]
}

// answered is what the document says of the status that came; nothing when no
// answer came.
func (c *Contract) answered(x *Exchange) (*operation, *response) {
	op := c.operation(x)
	if op == nil || x.Response.Status == 0 {
		return nil, nil
	}
	return op, op.response(x.Response.Status)
}

// documentChecks are the promises every insurer makes by having a document. They
// are worded for a call; in a webhook the two sides change places, so that the
// request is the insurer's to get right and the answer is the subscriber's.
func (c *Contract) documentChecks() []Check {
	// A finding has the grade of the call and status it is about; the check as a
	// whole is no better than the worst of them.
	proof := c.weakest()
	check := func(name string, level Level, blame Side, says string, verify func(*Exchange) error) Check {
		return Check{
			ID: c.Insurer + "/" + name, Level: level, Blame: blame, Says: says,
			Clause: "the OpenAPI document of " + c.Insurer, Proof: proof, Verify: verify, turns: true,
		}
	}
	all := []Check{
		check("documented-call", Must, Caller, "the document has the call", c.documentedCall),
		check("request-fits", Must, Caller, "parameters and body fit the document", c.requestFits),
		check("documented-status", Must, Insurer, "the answer has a status that the document gives the call", c.documentedStatus),
		check("media-type", Must, Insurer, "the answer has a media type that the document gives its status", c.mediaType),
		check("body-fits", Must, Insurer, "the body of the answer fits the schema of its status", c.bodyFits),
		check("refuses-misfits", Should, Insurer, "a request that breaks the document is not accepted", c.refusesMisfits),
		check("no-server-error", Should, Insurer, "a request that fits the document is not answered by a server error", c.noServerError),
		check("refusal-shape", Must, Insurer, "a refusal has one of the bodies that the document gives the call's refusals", c.refusalShape),
	}
	if c.describesHeaders() { // otherwise nothing could break it
		all = append(all, check("headers-fit", Must, Insurer, "the answer has the headers that the document demands, in their form", c.headersFit))
	}
	return all
}

// weakest is the worst grade of any call and status of the documents.
func (c *Contract) weakest() Evidence {
	worst := Seed
	for _, face := range c.Faces {
		for _, op := range face.operations {
			worst = weaker(worst, op.weakest())
		}
	}
	return worst
}

// weakest is the worst grade of what the document says of a call: its schema
// mixes what is printed with what is inferred, and carries no grade for each.
func (o *operation) weakest() Evidence {
	worst := o.Evidence
	for _, answer := range o.responses {
		worst = weaker(worst, answer.proof)
	}
	return worst
}

func (c *Contract) describesHeaders() bool {
	for _, face := range c.Faces {
		for _, op := range face.operations {
			for _, answer := range op.responses {
				if len(answer.headers) > 0 {
					return true
				}
			}
		}
	}
	return false
}

func (c *Contract) documentedCall(x *Exchange) error {
	if x.Operation != "" {
		return nil
	}
	return &Mismatch{Where: "request", Got: x.Request.Method + " " + x.Request.Path, Want: "a call that the document has", proof: Inferred}
}

func (c *Contract) requestFits(x *Exchange) error {
	op := c.operation(x)
	if op == nil {
		return errBeside
	}
	return requestMismatches(c.JudgeRequest(x), op.weakest())
}

func (c *Contract) documentedStatus(x *Exchange) error {
	op, answer := c.answered(x)
	switch {
	case op == nil:
		return errBeside
	case answer != nil:
		return nil
	}
	// Where any status of the call is only inferred, the true list is unknown.
	return &Mismatch{Where: "status", Got: fmt.Sprint(x.Response.Status), Want: "one of " + strings.Join(op.statuses(), ", "), proof: op.weakest()}
}

func (c *Contract) headersFit(x *Exchange) error {
	_, answer := c.answered(x)
	if answer == nil {
		return errBeside
	}
	var broken []Violation
	for name, described := range answer.headers {
		values := x.Response.Header.Values(name)
		if len(values) == 0 {
			if described.required {
				broken = append(broken, Violation{In: "header", Where: name, Got: "nothing", Want: "present"})
			}
			continue
		}
		if described.schema == nil {
			continue
		}
		for _, v := range described.schema.judge(scalar(described.schema.ref.Value, values[0])) {
			v.In, v.Where = "header", name
			broken = append(broken, v)
		}
	}
	return mismatches(sorted(broken), answer.proof)
}

func (c *Contract) mediaType(x *Exchange) error {
	_, answer := c.answered(x)
	if answer == nil {
		return errBeside
	}
	return mismatches(answer.body.judgeMedia(&x.Response.Message), answer.proof)
}

func (c *Contract) bodyFits(x *Exchange) error {
	_, answer := c.answered(x)
	if answer == nil || x.Response.Cut {
		return errBeside
	}
	if len(x.Response.Body) == 0 && len(answer.body.media) > 0 {
		return &Mismatch{Where: "body", Got: "nothing", Want: strings.Join(answer.body.mediaTypes(), " or "), proof: answer.proof}
	}
	return mismatches(answer.body.judge(&x.Response.Message), answer.proof)
}

func (c *Contract) refusesMisfits(x *Exchange) error {
	op := c.operation(x)
	if op == nil || len(c.JudgeRequest(x)) == 0 {
		return errBeside
	}
	if !c.Accepted(x) {
		return nil
	}
	// That the insurer enforces what it prints is not printed.
	return requestMismatches(c.JudgeRequest(x), Inferred)
}

func (c *Contract) noServerError(x *Exchange) error {
	op := c.operation(x)
	switch {
	case op == nil || len(c.JudgeRequest(x)) > 0:
		return errBeside
	case x.Response.Status < 500:
		return nil
	}
	return &Mismatch{Where: "status", Got: fmt.Sprint(x.Response.Status), Want: "below 500", proof: Inferred}
}

// refusalShape judges a refusal under a status that the document does not give
// the call: the status is one promise, the shape of the body another.
func (c *Contract) refusalShape(x *Exchange) error {
	op, answer := c.answered(x)
	if op == nil || answer != nil || c.Accepted(x) {
		return errBeside
	}
	if len(x.Response.Body) == 0 && !x.Response.Cut {
		for status, described := range op.responses {
			if status >= "400" && len(described.body.media) == 0 {
				return nil
			}
		}
		return &Mismatch{Where: "body", Got: "nothing", Want: "the body of a documented refusal", proof: Inferred}
	}
	for _, refusal := range op.Examples {
		if !refusal.Refusal {
			continue
		}
		described := op.response(refusal.Status)
		if len(described.body.judgeMedia(&x.Response.Message)) == 0 && len(described.body.judge(&x.Response.Message)) == 0 {
			return nil
		}
	}
	return &Mismatch{Where: "body", Got: shorten(string(x.Response.Body)), Want: "the body of a documented refusal", proof: Inferred}
}

func (o *operation) statuses() []string {
	all := make([]string, 0, len(o.responses))
	for status := range o.responses {
		all = append(all, status)
	}
	slices.Sort(all)
	return all
}

func sorted(violations []Violation) []Violation {
	slices.SortStableFunc(violations, func(a, b Violation) int { return strings.Compare(a.Where, b.Where) })
	return violations
}

// requestMismatches marks the pointers that lead into the request.
func requestMismatches(violations []Violation, proof Evidence) error {
	marked := slices.Clone(violations)
	for i, v := range marked {
		if v.In == "body" {
			marked[i].In, marked[i].Where = "request", cmp.Or(v.Where, "body")
		}
	}
	return mismatches(marked, proof)
}

func mismatches(violations []Violation, proof Evidence) error {
	if len(violations) == 0 {
		return nil
	}
	all := make([]error, len(violations))
	for i, violation := range violations {
		broken := violation.mismatch()
		broken.proof = proof
		all[i] = broken
	}
	return errors.Join(all...)
}

// weaker is the weaker of two grades.
func weaker(a, b Evidence) Evidence {
	order := [...]Evidence{Seed, Upstream, Observed, Inferred}
	if slices.Index(order[:], a) > slices.Index(order[:], b) {
		return a
	}
	return b
}
