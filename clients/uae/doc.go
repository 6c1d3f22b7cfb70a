// Package uae is a third party's client of UAE Open Finance insurance: consent
// through the hub's FAPI 2.0 profile, motor policies and payment details in
// v1.0-rc1 ([V10RC1]) and v1.2 ([V12]), and a [Receiver] of the hub's events.
//
// It is written by hand from the published pages and imports nothing but the
// standard library and go-jose: no OpenAPI document, no generated model, no code
// of a mock. It is a witness of its own, so that a mistake in a document or in a
// mock is seen here and not repeated. Names are read to the letter, and a member
// that is said twice is refused.
//
// It refuses to judge a request: the hub does that, and its answer comes back as
// an [*OAuthError] or an [*Error]. It refuses to hand out half an answer: what
// cannot be read whole is a [*ProtocolError]. It refuses to send a token anywhere
// but to the addresses it was given. What is sent once (a pushed request, a code,
// a change of a consent) is not repeated: after a broken connection, look the
// consent up. Numbers keep the text they have on the wire.
package uae
