// Package report says what a run found: outcome, specs, broken promises, which
// promises were put to the test at all, and which documented calls were made.
//
// A [Report] is a value, sorted and the same for the same run, so that two of
// them can be compared and those of parallel processes merged in any order. Each
// format is one function that writes a whole report.
//
// The package judges nothing: findings come from a tape, outcomes of specs from
// whoever ran them. It only knows what a finding means for the run.
package report
