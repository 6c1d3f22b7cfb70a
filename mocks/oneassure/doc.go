// Package oneassure plays OneAssure's partner API for health insurance in India:
// a token, a session for a visitor, and the lists of quotes, proposals and
// policies that come of it.
//
// A visitor fills in quote and proposal on OneAssure's hosted journey, and no
// call is published by which a partner could. So the sandbox plays the visitor: a
// session is followed by a quote, a proposal and its way to a policy, each step a
// job that runs by the world's clock and can be held and decided at its gate.
// The steps and their times are ours (inferred); the words for the states and
// what each carries are OneAssure's. What a visitor does otherwise, and what
// becomes of the proposal, a partner chooses by a word in the metadata.
//
// A fresh world holds the printed policy and 34 more that are made up, so that
// there is something to page through. Premiums are our own (inferred) but for
// the printed one, and no advice on what health costs to insure.
//
// The partner line for loans is a separate product whose pages are readable only
// in part; it is left out.
package oneassure
