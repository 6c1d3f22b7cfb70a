// Package lifeishard is a client of the Liability API of Life is Hard (24Broker),
// through which Romanian brokers sell covers of OMNIASIG: offers, the policies that
// they become, the papers of both, and lists of places. It logs in, renews the
// token and logs out.
//
// It is written by hand from the operator's own page and from what clients of its
// sibling products do, and imports nothing but the standard library: no OpenAPI
// document, no generated model, no code of a mock. It is a witness of its own, so
// that a mistake in a document or in a mock is seen here and not repeated.
//
// The page puts numbers and booleans in quotes and the server, it seems, does not:
// both are read, and real ones are written. Amounts keep the text they have on the
// wire; there is no floating point here.
//
// It refuses to judge a request: the insurer does that, and its answer comes back
// as an [*Error] with the members at fault. It refuses to hand out half an answer:
// what cannot be read whole is a [*ProtocolError]. It refuses to issue twice:
// whether a lost answer was a yes is an [*UnknownOutcomeError].
package lifeishard
