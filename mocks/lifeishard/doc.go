// Package lifeishard plays the Liability API of Life is Hard's 24Broker, through
// which Romanian brokers sell covers of OMNIASIG: a token, an offer, the policy
// that it becomes, the papers of both, and lists of places.
//
// What the operator prints is played as printed: names, order and the two shapes of
// a provider, the header Token with its word Refresh, a file that is called an offer
// whatever it is. What its live server was seen to do is played for the sibling's
// sake: refusals by path and text, an empty list for an unknown county. The
// printed sums do not add up; here they do.
//
// What a cover costs is printed nowhere. The tariff is our own (inferred), a
// function of the request and the world's seed, made so that the printed request
// costs the printed 89 euro. It is no advice on what a cover costs.
//
// Tokens, offers and policies are rows, so they live and expire in the world that
// gave them. The towns, and the codes of those of which we are sure, are written
// down from general knowledge; the Romanian names of countries are those of the
// Unicode CLDR (Unicode License v3).
package lifeishard
