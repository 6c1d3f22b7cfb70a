// Package bima is a client of Bima, an aggregator of insurers in Oman: the recent
// requests of a phone number, one request in full, its documents and their files.
// It fetches and keeps the token.
//
// It is written by hand from the aggregator's own page and imports nothing but
// the standard library: no OpenAPI document, no generated model, no code of a
// mock. It is a witness of its own, so that a mistake in a document or in a mock
// is seen here and not repeated.
//
// A status of 200 is no yes here: the code in the answer is. An answer with
// another code is an [*Error]. It refuses to hand out half an answer: what cannot
// be read whole, or is not the file that was listed, is a [*ProtocolError]. Every
// call only reads, so each is repeated when the network or a gateway stumbles.
package bima
