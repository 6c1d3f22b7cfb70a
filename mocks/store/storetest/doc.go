// Package storetest is the suite that every store has to pass, so that a world
// lives the same life in memory and on a shared engine.
//
// A check is a function that returns an error and not one that fails a test:
// that way the suite's own test can hand it broken stores, one for every defect
// it claims to notice, and see that it does.
//
// It says nothing about speed, size or what survives a restart.
package storetest
