// Package clock says what time it is in a world.
//
// A Clock is a value: it can be copied, compared with ==, kept in a row and read
// back equal. It has no goroutine and no timer, and it never reads the wall
// clock: whoever asks brings the real time along, so that one request sees one
// moment and a test sees the moment it wants.
//
// A clock stands still (frozen) or goes with real time at a distance (running).
// By itself and by Advance it never runs backwards; only Freeze, which sets it,
// may take it anywhere.
package clock
