//go:build !race

package suites

// racing says that the race detector watches.
const racing = false
