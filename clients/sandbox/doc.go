// Package sandbox is a client of the control API under /__admin/: it looks at
// and changes the worlds of a sandbox, for suites and for anybody's own tests.
//
//	c := sandbox.New("http://127.0.0.1:7800", nil)
//	w := c.World("ci-17")
//	quotes := w.URL("allianz") // the base URL to give to the client under test
//	_, err := w.Play(ctx, "allianz/first-two-fail")
//
// It is written by hand and imports nothing but the standard library, so that it
// is a second witness of what the control API promises. It refuses to repeat a
// call: what changes a world is not done twice. A refusal is a [*Problem]; an
// answer that the control API does not give, from another server at the same
// address, is an error that says so.
package sandbox
