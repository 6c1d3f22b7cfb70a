// Package allianz plays Allianz Ayudhya's motor web service: a token, the premium
// of a car, asked for without storing anything, and the life of a contract, from
// its issue through an inspection of the car to its document or its end.
//
// What the insurer prints is played as printed: the cover items, garages and
// plates of each plan, who must be named and how, the texts of its refusals,
// stamp and VAT, and what an answer repeats of its request. Nothing else is
// refused.
//
// How it rates a car is printed nowhere. The tariff here is our own (inferred),
// a function of the request and the world's seed, whose few coefficients are
// solved for the net premiums of the insurer's samples; the cars of those cost
// the same under every seed. It is not advice on what a car costs to insure.
//
// Tokens, contracts and the names of customers are rows, so they live and expire
// in the world that gave them. Whom the insurer knows in a fresh world is
// published, and an agent's address is refused by the same line as any other.
package allianz
