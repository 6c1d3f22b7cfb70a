package suites

import . "github.com/onsi/ginkgo/v2"

// What a spec asks of its target; every spec has one of the first three.
const (
	safeLabel     = "live-safe"    // reads, or leaves nothing behind
	bindsLabel    = "live-binds"   // leaves something behind
	sandboxLabel  = "sandbox-only" // needs the control API
	inferredLabel = "inferred"     // is nowhere promised: shown on a live target, where it cannot fail the run
)

// Where a spec runs; every spec has the one of its target.
const (
	onSandbox = "sandbox"
	onLive    = "live"
)

var (
	liveSafe    = Label(safeLabel)
	liveBinds   = Label(bindsLabel)
	sandboxOnly = Label(sandboxLabel)
	inferred    = Label(inferredLabel)
)
