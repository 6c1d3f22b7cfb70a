package suites

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/onsi/gomega/gcustom"
	"github.com/onsi/gomega/types"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

// Refuse matches an insurer's no with a code: the error of a client, or a reply.
func Refuse(code string) types.GomegaMatcher {
	return gcustom.MakeMatcher(func(actual any) (bool, error) {
		switch actual := actual.(type) {
		case nil:
			return false, nil
		case error:
			return errors.Is(actual, motor.Code(code)), nil
		case reply:
			return actual.status/100 != 2 && actual.code() == code, nil
		default:
			return false, fmt.Errorf("Refuse wants an error or a reply, got %T", actual)
		}
	}).WithTemplate("Expected\n    {{.Actual}}\n{{.To}} refuse with code {{.Data}}", code)
}

// HaveMoney matches an amount by its value, however it is written.
func HaveMoney(amount string) types.GomegaMatcher {
	return gcustom.MakeMatcher(func(actual fmt.Stringer) (bool, error) {
		want, ok1 := new(big.Rat).SetString(amount)
		got, ok2 := new(big.Rat).SetString(actual.String())
		if !ok1 || !ok2 {
			return false, fmt.Errorf("%q or %q is no amount", actual, amount)
		}
		return got.Cmp(want) == 0, nil
	}).WithTemplate("Expected\n    {{.Actual}}\n{{.To}} be {{.Data}} baht", amount)
}

// BeDoubtful matches the error of a call that may have done its work all the same.
func BeDoubtful() types.GomegaMatcher {
	return gcustom.MakeMatcher(func(actual error) (bool, error) {
		_, doubtful := errors.AsType[*motor.UnknownOutcomeError](actual)
		return doubtful, nil
	}).WithTemplate("Expected\n    {{.Actual}}\n{{.To}} leave the outcome unknown")
}
