// Package allianz plays Allianz Ayudhya's motor web service: a token, and the
// premium of a car, asked for without storing anything.
//
// What the insurer prints is played as printed: the cover items, garages and
// plates of each plan, the texts of its refusals, stamp and VAT, and what an
// answer repeats of its request. Nothing else is refused.
//
// How it rates a car is printed nowhere. The tariff here is our own (inferred),
// a function of the request and the world's seed, whose few coefficients are
// solved for the net premiums of the insurer's samples; the cars of those cost
// the same under every seed. It is not advice on what a car costs to insure.
//
// Tokens are rows, so they live and expire in the world that gave them.
package allianz
