// Package cmd holds the tests of the module's shape: which way its imports run, what every insurer has, and how long a
// file may grow. The program itself is in the folder below.
package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const (
	module  = "github.com/understudy-sandbox/understudy"
	onsi    = "github.com/onsi/" // where Ginkgo and Gomega live
	longest = 400                // lines of a Go file; beyond it, a file wants to be two nouns
)

// A rule says which packages of this module a package may import. In a pattern {slug} is any insurer, * one path element
// and ... everything.
type rule struct {
	folder string
	may    []string
	tests  []string // what its test files may import besides
}

// rules is the import picture, lowest floor first. A package that fits no row is refused: a new one is placed here by hand.
var rules = []rule{
	{folder: "openapi"},
	{folder: "scenarios", tests: []string{"openapi"}},
	{folder: "clients/{slug}", tests: []string{"openapi"}},
	{folder: "clients/sandbox", tests: []string{"openapi"}},

	{folder: "contracts", may: []string{"openapi"}},
	{folder: "contracts/report", may: []string{"contracts", "openapi"}},
	{folder: "contracts/compare", may: []string{"contracts", "contracts/report", "openapi"}},
	{folder: "contracts/proxy", may: []string{"contracts", "openapi"}},

	{folder: "mocks/clock"},
	{folder: "mocks/paper"},
	{folder: "mocks/store", tests: []string{"mocks/store/storetest"}},
	{folder: "mocks/store/*", may: []string{"mocks/store"}, tests: []string{"mocks/store/storetest"}},
	{
		folder: "mocks",
		may:    []string{"contracts", "openapi", "scenarios", "mocks/clock", "mocks/store"},
		tests:  []string{"mocks/*"},
	},
	{
		folder: "mocks/{slug}",
		may:    []string{"contracts", "openapi", "scenarios", "mocks", "mocks/paper", "mocks/store"},
		tests:  []string{"mocks/*"},
	},
	{
		folder: "mocks/control",
		may:    []string{"contracts", "openapi", "scenarios", "mocks", "mocks/clock", "mocks/store"},
		tests:  []string{"mocks/*"},
	},
	{
		folder: "mocks/catalog",
		may:    []string{"mocks", "mocks/{slug}"},
		tests:  []string{"contracts", "openapi", "scenarios", "mocks/*"},
	},

	{
		folder: "suites",
		may:    []string{"clients/*", "contracts", "contracts/report", "scenarios"},
		tests:  []string{"mocks", "mocks/*"},
	},
	{folder: "cmd", may: []string{"..."}},
	{folder: "cmd/*", may: []string{"..."}},
}

// places is what every insurer has.
var places = []string{
	"openapi/{slug}/*.yaml",
	"contracts/{slug}.go",
	"mocks/{slug}/*.go",
	"clients/{slug}/*.go",
	"scenarios/{slug}/*.yaml",
	"suites/{slug}.go",
	"suites/targets/uat-{slug}.yaml",
}

// listed is what these tests read of a package as `go list -json` prints it.
type listed struct {
	ImportPath                               string
	Imports, TestImports, XTestImports, Deps []string
}

func TestImportsRunDownhill(t *testing.T) {
	packages := list(t)
	if len(packages) == 0 {
		t.Fatal("go list found no package")
	}
	for _, v := range violations(packages, insurers(t)) {
		t.Error(v)
	}
}

func TestOneSlugSixPlaces(t *testing.T) {
	for _, slug := range insurers(t) {
		for _, place := range missing(os.DirFS(".."), slug) {
			t.Errorf("insurer %s has no %s", slug, place)
		}
	}
}

func TestFilesStayShort(t *testing.T) {
	long, err := tooLong(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range long {
		t.Errorf("%s: split it by noun", file)
	}
}

func TestViolations(t *testing.T) {
	tests := []struct {
		name                       string
		folder                     string
		imports, inTests, indirect string // a leading ./ is this module
		want                       string
	}{
		{name: "downhill", folder: "mocks", imports: "fmt ./contracts ./mocks/store"},
		{
			name: "documents that lean on anything", folder: "openapi", imports: "./scenarios",
			want: "openapi imports scenarios, and may import nothing",
		},
		{
			name: "a contract that knows who answers", folder: "contracts", inTests: "./mocks",
			want: "contracts (tests) imports mocks, and may import openapi, contracts",
		},
		{
			name: "a client that reads the documents", folder: "clients/bima", imports: "./openapi",
			want: "clients/bima imports openapi, and may import nothing",
		},
		{name: "a client whose tests read them", folder: "clients/bima", inTests: "./clients/bima ./openapi"},
		{
			name: "a client that leans on another", folder: "clients/bima", imports: "./clients/sandbox",
			want: "clients/bima imports clients/sandbox, and may import nothing",
		},
		{
			name: "a mock that reads a client", folder: "mocks/allianz", imports: "./clients/allianz",
			want: "mocks/allianz imports clients/allianz, and may import contracts, openapi, scenarios, mocks, mocks/paper, mocks/store",
		},
		{
			name: "a mock that reads its neighbour", folder: "mocks/allianz", imports: "./mocks/bima",
			want: "mocks/allianz imports mocks/bima, and may import contracts, openapi, scenarios, mocks, mocks/paper, mocks/store",
		},
		{
			name: "a sandbox that knows an insurer", folder: "mocks", imports: "./mocks/bima",
			want: "mocks imports mocks/bima, and may import contracts, openapi, scenarios, mocks/clock, mocks/store",
		},
		{
			name: "a control API that knows an insurer", folder: "mocks/control", imports: "./mocks/bima",
			want: "mocks/control imports mocks/bima, and may import contracts, openapi, scenarios, mocks, mocks/clock, mocks/store",
		},
		{name: "the catalog", folder: "mocks/catalog", imports: "./mocks ./mocks/allianz ./mocks/bima"},
		{
			name: "a suite that reaches into a mock", folder: "suites", imports: "./mocks",
			want: "suites imports mocks, and may import clients/*, contracts, contracts/report, scenarios",
		},
		{name: "a suite whose tests start a mock", folder: "suites", inTests: "./mocks ./mocks/catalog"},
		{name: "the program", folder: "cmd/understudy", imports: "./mocks/catalog ./suites", indirect: onsi + "ginkgo/v2"},
		{name: "a package nobody placed", folder: "mocks/helpers", want: "mocks/helpers has no row in rules"},
		{name: "a package at the root", folder: ".", want: ". has no row in rules"},
		{
			name: "Ginkgo by way of a library", folder: "mocks", imports: "example.com/lib", indirect: "example.com/lib " + onsi + "ginkgo/v2",
			want: "mocks reaches " + onsi + "ginkgo/v2, which belongs to suites and cmd",
		},
		{
			name: "Gomega in a test", folder: "contracts", inTests: onsi + "gomega",
			want: "contracts reaches " + onsi + "gomega, which belongs to suites and cmd",
		},
		{name: "Ginkgo in a suite", folder: "suites", imports: onsi + "ginkgo/v2", indirect: onsi + "ginkgo/v2"},
	}
	paths := func(text string) []string { return strings.Fields(strings.ReplaceAll(text, "./", module+"/")) }
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			planted := listed{
				ImportPath:  path.Join(module, tt.folder),
				Imports:     paths(tt.imports),
				TestImports: paths(tt.inTests),
				Deps:        paths(tt.indirect),
			}
			got := strings.Join(violations([]listed{planted}, []string{"allianz", "bima"}), "\n")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMissing(t *testing.T) {
	whole := []string{
		"openapi/x/motor.yaml", "contracts/x.go", "mocks/x/quotes.go", "clients/x/client.go", "scenarios/x/late.yaml",
		"suites/x.go", "suites/targets/uat-x.yaml",
	}
	for i, place := range places {
		t.Run(place, func(t *testing.T) {
			tree := fstest.MapFS{"contracts/y.go": {}, "mocks/y/quotes.go": {}}
			for _, name := range whole {
				tree[name] = &fstest.MapFile{}
			}
			if got := missing(tree, "x"); got != nil {
				t.Fatalf("a whole insurer misses %q", got)
			}
			delete(tree, whole[i])
			want := []string{strings.ReplaceAll(place, "{slug}", "x")}
			if diff := cmp.Diff(want, missing(tree, "x")); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTooLong(t *testing.T) {
	lines := func(n int) *fstest.MapFile { return &fstest.MapFile{Data: bytes.Repeat([]byte("\n"), n)} }
	got, err := tooLong(fstest.MapFS{
		"mocks/fits.go":            lines(longest),
		"mocks/long.go":            lines(longest + 1),
		"mocks/long_test.go":       lines(longest + 1),
		"mocks/testdata/long.go":   lines(longest + 1),
		".cache/somewhere/long.go": lines(longest + 1),
		"openapi/x/motor.yaml":     lines(longest + 1),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"mocks/long.go has 401 lines, more than 400"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tooLong (-want +got):\n%s", diff)
	}
}

// violations says, package by package, which imports run uphill or lead to Ginkgo.
func violations(packages []listed, slugs []string) []string {
	var found []string
	for _, p := range packages {
		folder := within(p.ImportPath)
		i := slices.IndexFunc(rules, func(r rule) bool { return fits(r.folder, folder, slugs) })
		if i < 0 {
			found = append(found, folder+" has no row in rules")
			continue
		}
		r := rules[i]
		tests := slices.Concat(p.TestImports, p.XTestImports)
		found = append(found, uphill(folder, p.Imports, r.may, slugs)...)
		found = append(found, uphill(folder+" (tests)", tests, slices.Concat(r.may, r.tests, []string{folder}), slugs)...)

		if top, _, _ := strings.Cut(folder, "/"); top == "suites" || top == "cmd" {
			continue
		}
		for _, dep := range slices.Concat(p.Deps, tests) {
			if strings.HasPrefix(dep, onsi) {
				found = append(found, fmt.Sprintf("%s reaches %s, which belongs to suites and cmd", folder, dep))
			}
		}
	}
	return found
}

// uphill names the imports of this module that no pattern allows.
func uphill(importer string, imports, may, slugs []string) []string {
	var found []string
	for _, imported := range imports {
		if imported != module && !strings.HasPrefix(imported, module+"/") {
			continue
		}
		folder := within(imported)
		if !slices.ContainsFunc(may, func(pattern string) bool { return fits(pattern, folder, slugs) }) {
			allowed := strings.Join(may, ", ")
			if allowed == "" {
				allowed = "nothing"
			}
			found = append(found, fmt.Sprintf("%s imports %s, and may import %s", importer, folder, allowed))
		}
	}
	return found
}

// within turns an import path of this module into a folder; its root is ".".
func within(importPath string) string {
	return path.Clean(strings.TrimPrefix(strings.TrimPrefix(importPath, module), "/"))
}

func fits(pattern, folder string, slugs []string) bool {
	if pattern == "..." {
		return true
	}
	if strings.Contains(pattern, "{slug}") {
		return slices.ContainsFunc(slugs, func(slug string) bool { return strings.ReplaceAll(pattern, "{slug}", slug) == folder })
	}
	fit, err := path.Match(pattern, folder)
	return err == nil && fit
}

// missing names the places where an insurer is absent.
func missing(tree fs.FS, slug string) []string {
	var absent []string
	for _, place := range places {
		place = strings.ReplaceAll(place, "{slug}", slug)
		if found, err := fs.Glob(tree, place); err != nil || len(found) == 0 {
			absent = append(absent, place)
		}
	}
	return absent
}

// tooLong names the Go files beyond the budget, tests left out. It reads tests too: a file that a test has read makes the
// next run of these tests a fresh one, which what `go list` reads does not.
func tooLong(tree fs.FS) ([]string, error) {
	var long []string
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || name != "." && strings.HasPrefix(entry.Name(), ".")):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if n := bytes.Count(text, []byte("\n")); n > longest && !strings.HasSuffix(name, "_test.go") {
			long = append(long, fmt.Sprintf("%s has %d lines, more than %d", name, n, longest))
		}
		return err
	})
	return long, err
}

// insurers reads the slugs off the folders of documents; the sandbox's own document is no insurer's.
func insurers(t *testing.T) []string {
	t.Helper()
	documents, err := fs.Glob(os.DirFS("../openapi"), "*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var slugs []string
	for _, document := range documents {
		if slug := path.Dir(document); slug != "sandbox" && slug != "testdata" && !slices.Contains(slugs, slug) {
			slugs = append(slugs, slug)
		}
	}
	if len(slugs) == 0 {
		t.Fatal("no insurer has a document under openapi")
	}
	return slugs
}

// list asks the go command for every package of the module, those that do not build included: the compiler speaks of them.
func list(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports,Deps", "./...")
	cmd.Dir = ".."
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return packages
		case err != nil:
			t.Fatalf("go list: %v", err)
		}
		packages = append(packages, p)
	}
}
