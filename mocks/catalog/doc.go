// Package catalog is the one list of the insurers that understudy plays.
//
// It holds nothing else, so that a program that wants a single insurer imports
// that one and leaves this out. There is no registry behind it: what is not
// named in [All] is not played.
package catalog
