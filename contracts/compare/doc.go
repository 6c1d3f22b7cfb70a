// Package compare holds two runs of the same checks against each other, one on a
// mock and one on the insurer that it plays, and says of each check who is wrong.
//
// It judges nothing anew: whether a promise was kept stands in the reports. What
// it adds is the other side. A promise that both keep is a [SamePass]; one that
// only one side keeps puts the blame on the other, [MockWrong] or
// [InsurerChanged]; and where a side was not put to the test there is no verdict
// at all, because silence is not a kept promise.
//
// The two sides are weighed alike: exchange them, and the same verdicts come out
// with the blame exchanged.
package compare
