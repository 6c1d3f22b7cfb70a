// Package bima plays Bima, an aggregator of insurers in Oman: what a phone number
// has asked for, a request in full, its documents and their files.
//
// The printed requests, details and documents come back byte for byte in a fresh
// world, whatever its clock says, and never change. The calls only read, so the
// requests that move are those of three published numbers: the first look at such
// a number begins its request, and the world's clock takes it on (course.go).
//
// What a request becomes after Pending, and every refusal, is printed nowhere and
// inferred here, with its grade beside it. Nothing is priced: the premium on a
// policy's page is our own, since no answer has one.
//
// A row is what is known of a request; each answer is derived from it in the
// order and the spelling of its call. It is the smallest insurer here, and the
// one to read before adding another.
package bima
