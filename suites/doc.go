// Package suites drives insurers: Ginkgo specs, told in each insurer's own
// language, that run unchanged on a sandbox and on a live UAT.
//
// A spec says what a caller may expect; the contract is checked besides, on
// every exchange, by the HTTP client that [Target.HTTP] gives it, so an author
// cannot forget to. One suite has two runners: a Go test and an ordinary
// program both call [Run] and get a report, not an exit code.
//
// A live target is somebody else's machine. Hours, budget and rate are kept,
// what is only inferred cannot fail a run there, and whatever prevents judging
// (closed, unreachable, credentials) makes a run inconclusive, never red.
//
// The package sees no mock: a suite that could reach into one would prove
// nothing about a UAT. It prints nothing and reads no environment but what
// LoadTarget is given.
package suites
