// Package oneassure is a client of OneAssure's partner API for health insurance
// in India: sessions, and the quotes, proposals and policies that come of them.
// It fetches and keeps the token, and makes the address of the hosted journey.
//
// It is written by hand from OneAssure's pages and imports nothing but the
// standard library: no OpenAPI document, no generated model, no code of a mock.
// It is a witness of its own, so that a mistake in a document or in a mock is
// seen here and not repeated.
//
// It refuses to judge a request: OneAssure does that, and its answer comes back
// as an [*Error] with its code. It refuses to hand out half an answer: what cannot
// be read whole is a [*ProtocolError]. Amounts and dates keep the text they have
// on the wire; there is no floating point here. What may be null is a pointer.
package oneassure
