// Package mocks plays insurers, and is the sandbox they live in.
//
// An insurer is a value, [Insurer]: a slug and, for each server it has, a table
// from operationId to handler. The routes come from the OpenAPI document, and
// table and document must match or [New] fails. A [World] is one isolated
// sandbox: clock, seed, state, scenario, journal; it is chosen by the path.
//
// Every request takes the same walk (serve.go, from top to bottom): normalise,
// journal, faults, contract, identity, document, operation. What was meant is
// judged before a scenario bends it, so a mock's own mistake is never hidden
// behind an injected one.
//
// The package knows no insurer: those stand in a folder each and are listed in
// catalog. It reads the wall clock in real.go and nowhere else, and it shares
// no protocol code with the clients and checks that judge it.
package mocks
