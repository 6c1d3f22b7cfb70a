package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

type version struct{}

// Help shows how it is used.
func (version) Help() string {
	return "Example:\n\n    understudy version"
}

// Run prints one line.
func (version) Run(p *program) error {
	b := built()
	_, err := fmt.Fprintf(p.out, "understudy %s, commit %s, %s %s/%s\n", b.version, b.commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// build is where the program comes from.
type build struct{ version, commit string }

// built reads what the Go command wrote into the program.
func built() build {
	b := build{version: "(devel)", commit: "unknown"}
	facts, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.version = cmp.Or(facts.Main.Version, b.version)
	for _, setting := range facts.Settings {
		switch {
		case setting.Key == "vcs.revision":
			b.commit = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			b.commit += " (changed)"
		}
	}
	return b
}
