// Package allianz is a client of the motor API of Allianz Ayudhya General
// Insurance, Thailand (AAGI Motor Web Service): quick quotes, and the life of a
// policy from verifying and issuing to its document and its cancellation. It
// fetches and keeps the gateway's token.
//
// It is written by hand from the carrier's own page and imports nothing but the
// standard library: no OpenAPI document, no generated model, no code of a mock.
// It is a witness of its own, so that a mistake in a document or in a mock is
// seen here and not repeated.
//
// It refuses to judge a request: the carrier does that, and its answer comes
// back as an [*Error] with the carrier's code. It refuses to hand out half an
// answer: what cannot be read whole is a [*ProtocolError]. It refuses to issue or
// cancel twice: whether a lost answer was a yes is an [*UnknownOutcomeError].
// Amounts keep the text they have on the wire; there is no floating point here.
//
// Where a member may be null or absent, the zero value of its field is sent as
// the carrier's samples print it, so that a request can be written without pointers.
package allianz
