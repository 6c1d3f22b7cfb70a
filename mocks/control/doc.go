// Package control answers below /__admin/: it shows and changes the worlds of a
// sandbox. Its document is openapi/sandbox/admin.yaml.
//
// It holds no state and decides nothing about insurers: each call is a few lines
// between JSON and a method of [mocks.Sandbox] or [mocks.World]. What it adds is
// strictness. A key, a parameter or a value that it does not know is refused
// with what it does know, because a slip in a control call makes a test pass for
// the wrong reason; and a refused call has changed nothing, not even made a world.
//
// It refuses callers whose Host is not the sandbox's own, and pages of foreign
// origins that want to change something, because a developer's browser can reach
// a loopback port that the rest of the world cannot. It sends no CORS headers.
package control
