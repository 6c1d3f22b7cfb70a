package allianz_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

const (
	contractsPath = "/v1/motor/contracts"
	someID        = "_Uo9Et3pC2DqSgHH0UpD0g"
	smallContract = `{"contractId":"` + someID + `","policyStatus":"SUCCESS"}`
	smallCancel   = `{"type":"CANCEL","status":"SUCCESS"}`
	smallPDF      = "%PDF-1.7\n%%EOF\n"
)

// operation is one call of the client, and an answer that it takes.
type operation struct {
	name  string // as errors give it
	path  string
	body  string
	binds bool // leaves something behind
	do    func(context.Context, *allianz.Client) (got bool, err error)
}

// operations is all calls about contracts but the download of a document.
func operations() []operation {
	answered := func(k *allianz.Contract, err error) (bool, error) { return k != nil, err }
	return []operation{
		{"issue contract", contractsPath, smallContract, true, func(ctx context.Context, c *allianz.Client) (bool, error) {
			return answered(c.IssueContract(ctx, packageRequest()))
		}},
		{"verify contract", contractsPath, smallContract, false, func(ctx context.Context, c *allianz.Client) (bool, error) {
			return answered(c.VerifyContract(ctx, packageRequest()))
		}},
		{"get contract", contractsPath + "/" + someID, smallContract, false, func(ctx context.Context, c *allianz.Client) (bool, error) {
			return answered(c.Contract(ctx, someID))
		}},
		{"cancel contract", contractsPath + "/" + someID + "/amendments", smallCancel, true, func(ctx context.Context, c *allianz.Client) (bool, error) {
			k, err := c.CancelContract(ctx, someID, "sold")
			return k != nil, err
		}},
	}
}

// inOrder is JSON as one line for each member and element, as they come.
func inOrder(tb testing.TB, text string) []string {
	tb.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	next := func() json.Token {
		token, err := decoder.Token()
		if err != nil {
			tb.Fatalf("%v in %s", err, text)
		}
		return token
	}
	var lines []string
	var walk func(at string)
	walk = func(at string) {
		switch token := next(); token {
		case json.Delim('{'):
			lines = append(lines, at+" {}")
			for decoder.More() {
				walk(fmt.Sprint(at, "/", next()))
			}
			next()
		case json.Delim('['):
			lines = append(lines, at+" []")
			for n := 0; decoder.More(); n++ {
				walk(fmt.Sprint(at, "/", n))
			}
			next()
		default:
			lines = append(lines, fmt.Sprintf("%s %#v", at, token))
		}
	}
	walk("")
	return lines
}
