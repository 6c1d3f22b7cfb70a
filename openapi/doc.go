// Package openapi holds the documents: what each insurer's calls look like, in our own words, and what our own control API looks like.
//
// The documents are the program. Routes, validation, redaction and named examples come from them, so a document is refused as soon as it says
// something that the program would ignore: an unknown keyword, a format nobody checks, an operation without a refusal, an example whose proof is
// not graded. A document that loads is one that is kept, whole.
//
// Every operation and every example carries x-evidence, because much of what insurers do is printed nowhere, and a reader must see at once what is
// the insurer's own word and what is our guess. Documents under sandbox/ describe our own API: there is nothing to prove, so they carry none.
//
// It refuses to judge traffic (that is contracts), to know any insurer's rules beyond its document, and to read documents from anywhere but the
// binary.
package openapi
