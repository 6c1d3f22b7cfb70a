// Package contracts holds what each insurer promises on the wire, and judges
// recorded traffic by it.
//
// A promise is a [Check]: a pure function over one [Exchange]. Everything that
// sees traffic - a mock, a suite, a proxy, an old tape - asks the same
// [Contract.Examine], so a verdict never depends on who is answering. The
// checks every insurer gets come from its OpenAPI documents; its own stand in
// files that begin with its slug. In a webhook the insurer is the caller, and by
// its document the two sides change places.
//
// The package neither sends nor answers anything by itself ([Transport] and
// [Contract.Handler] only watch), it knows no mock and no client, and it holds
// no float64: a premium is its text.
package contracts
