// Package scenarios holds replayable failures: one file, one failure, one lesson.
//
// A scenario is data: the clock, the seed and the settings of a world, and rules that say which answers are bent and
// how. The same struct is the YAML in this folder, the JSON of the control API and what the mocks carry out, so a
// failure that was seen once can be written down, sent to a colleague and seen again. Nothing in it is left to chance:
// what is said elsewhere as "one call in twenty" is "every: 20" here.
//
// Reading is strict, because a slip in a scenario makes a test pass for the wrong reason. An unknown key, a wrong type,
// a combination that cannot happen are refused with file, line, column and what is allowed there. Numbers keep their
// text: 18.000 stays 18.000 from the file to the wire.
//
// The package refuses to carry out anything, to know any insurer (Check is told what exists) and to read more YAML than
// scenarios need: anchors, aliases, tags and several documents in one file are errors.
package scenarios
