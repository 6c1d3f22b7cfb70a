// Package uae plays UAE Open Finance for one insurer: the hub with its
// authorization server and its resources, and behind it the insurer with its
// consent page and its customers.
//
// A version of the standard is an edition: a type of consent, a server, the order
// in which its answers print what they have. Each lies in files of its own, and no
// handler asks which one it serves. What versions share is the customer's record,
// which is kept as v1 words it, the states of a consent, and the tokens.
//
// The customers of a fresh world are fixed persons whose numbers grow from the
// world's seed; whoever is printed in the standard's examples is as printed. Some
// are there for what their insurer does: suspend a consent, withdraw it, have
// nothing to share.
//
// What a client signs is judged by the real time or by the world's, whichever fits,
// because an unmodified client knows only the first. What the hub signs is dated by
// the real time; codes, tokens and consents live by the world's.
//
// It is no Open Finance platform: no directory, no registration over the network,
// no encryption of a login hint is looked into, and the keys are public.
package uae
