package contracts

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the findings in testdata")

// TestEveryCheckHasItsPair demands, for each check, an exchange that it accepts
// and one that it refuses, and that it does look at the one it accepts.
func TestEveryCheckHasItsPair(t *testing.T) {
	for _, slug := range Slugs() {
		c := contractOf(t, slug)
		known := map[string]bool{}
		for _, check := range c.Checks {
			insurer, name, _ := strings.Cut(check.ID, "/")
			if insurer != slug || name == "" {
				t.Errorf("check %q does not begin with %s/", check.ID, slug)
				continue
			}
			for _, kind := range []string{"pass", "fail"} {
				file := filepath.Join("testdata", slug, name+"."+kind+".txtar")
				known[file] = true
				t.Run(check.ID+"."+kind, func(t *testing.T) {
					if kind == "pass" {
						testPass(t, c, check, file)
					} else {
						testFail(t, c, check, file)
					}
				})
			}
		}
		files, err := filepath.Glob(filepath.Join("testdata", slug, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !known[file] {
				t.Errorf("%s belongs to no check: remove it, or name it after one", file)
			}
		}
	}
}

func testPass(t *testing.T, c *Contract, check Check, file string) {
	archive := readArchive(t, file)
	x := exchangeIn(t, c, archive)
	if found := of(check, c.Examine(x)); len(found) > 0 {
		t.Fatalf("the check refuses what it should accept:\n%s", render(found))
	}
	if !slices.Contains(c.Asked(x), check.ID) {
		t.Error("the check says that it is not about what it accepts")
	}
	for x := range mutants(t, c, archive) {
		if len(of(check, c.Examine(x))) > 0 {
			return
		}
	}
	t.Error("no change of the exchange breaks the check: it is not about it")
}

func testFail(t *testing.T, c *Contract, check Check, file string) {
	archive := readArchive(t, file)
	found := of(check, c.Examine(exchangeIn(t, c, archive)))
	if len(found) == 0 {
		t.Fatal("the check accepts what it should refuse")
	}
	got := render(found)
	section := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "findings" })
	if section < 0 {
		t.Fatal("there is no section findings: add one and run with -update")
	}
	if *update {
		archive.Files[section].Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(archive.Files[section].Data), got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func of(check Check, found []Finding) []Finding {
	return slices.DeleteFunc(found, func(f Finding) bool { return f.Check != check.ID })
}

func render(found []Finding) string {
	var b strings.Builder
	for i, f := range found {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "where %s\ngot %s\nwant %s\nevidence %s\n", f.Where, f.Got, f.Want, f.Evidence)
	}
	return b.String()
}

func contractOf(t testing.TB, slug string) *Contract {
	t.Helper()
	c, err := For(slug)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func readArchive(t testing.TB, file string) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// exchangeIn reads the sections request and response: a first line, headers, an
// empty line and a body.
func exchangeIn(t testing.TB, c *Contract, archive *txtar.Archive) *Exchange {
	t.Helper()
	x := &Exchange{Insurer: c.Insurer}
	for _, file := range archive.Files {
		switch file.Name {
		case "request":
			var target string
			x.Request.Method, target, _ = strings.Cut(messageIn(t, file.Data, &x.Request.Message), " ")
			x.Request.Path, x.Request.Query, _ = strings.Cut(target, "?")
		case "response":
			status, err := strconv.Atoi(messageIn(t, file.Data, &x.Response.Message))
			if err != nil {
				t.Fatal(err)
			}
			x.Response.Status = status
		case "findings":
		default:
			t.Fatalf("section %s means nothing", file.Name)
		}
	}
	c.identify(x)
	return x
}

func messageIn(t testing.TB, data []byte, m *Message) (first string) {
	t.Helper()
	head, body, _ := bytes.Cut(data, []byte("\n\n"))
	lines := strings.Split(strings.TrimSuffix(string(head), "\n"), "\n")
	m.Header = http.Header{}
	for _, line := range lines[1:] {
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			t.Fatalf("header %q", line)
		}
		m.Header[textproto.CanonicalMIMEHeaderKey(name)] = append(m.Header[textproto.CanonicalMIMEHeaderKey(name)], value)
	}
	m.SetBody(bytes.TrimSuffix(body, []byte("\n")))
	return lines[0]
}

// mutants yields the exchange with one thing changed: a status, a header, the
// call, a body, or one value in one body.
func mutants(t testing.TB, c *Contract, archive *txtar.Archive) func(yield func(*Exchange) bool) {
	return func(yield func(*Exchange) bool) {
		change := func(do func(*Exchange)) bool {
			x := exchangeIn(t, c, archive)
			do(x)
			c.identify(x)
			return yield(x)
		}
		for _, status := range []int{200, 202, 400, 401, 418, 500} {
			if !change(func(x *Exchange) { x.Response.Status = status }) {
				return
			}
		}
		edits := []func(*Exchange){
			func(x *Exchange) { x.Request.Path += "/" },
			func(x *Exchange) { x.Request.Query = "" },
			func(x *Exchange) { x.Response.Header.Set("Content-Type", "text/html") },
			func(x *Exchange) { x.Response.SetBody([]byte("{}")) },
			func(x *Exchange) { x.Response.SetBody(nil) },
			func(x *Exchange) { x.Response.Status = 200; x.Response.SetBody([]byte("{}")) },
		}
		for _, edit := range edits {
			if !change(edit) {
				return
			}
		}
		for _, half := range []func(*Exchange) *Message{
			func(x *Exchange) *Message { return &x.Request.Message },
			func(x *Exchange) *Message { return &x.Response.Message },
		} {
			tree, err := half(exchangeIn(t, c, archive)).JSON()
			if err != nil {
				continue
			}
			for _, pointer := range pointers(tree, "") {
				for _, value := range []any{nil, "", "x", json.Number("0"), json.Number("1.005"), removed} {
					body, err := json.Marshal(changed(tree, strings.Split(pointer, "/")[1:], value))
					if err != nil {
						t.Fatal(err)
					}
					if !change(func(x *Exchange) { half(x).SetBody(body) }) {
						return
					}
				}
			}
		}
	}
}

// pointers lists every place below the root of a tree.
func pointers(tree any, at string) []string {
	var all []string
	visit := func(name string, child any) {
		all = append(all, at+"/"+name)
		all = append(all, pointers(child, at+"/"+name)...)
	}
	switch node := tree.(type) {
	case map[string]any:
		for name, child := range node {
			visit(name, child)
		}
	case []any:
		for i, child := range node {
			visit(strconv.Itoa(i), child)
		}
	}
	return all
}

// changed is a copy of a tree with one value replaced, or taken out where the
// new value is removed.
func changed(tree any, steps []string, value any) any {
	if len(steps) == 0 {
		return value
	}
	switch node := tree.(type) {
	case map[string]any:
		kept := map[string]any{}
		for name, child := range node {
			if name != steps[0] {
				kept[name] = child
			} else if child = changed(child, steps[1:], value); child != removed {
				kept[name] = child
			}
		}
		return kept
	case []any:
		var kept []any
		for i, child := range node {
			if strconv.Itoa(i) != steps[0] {
				kept = append(kept, child)
			} else if child = changed(child, steps[1:], value); child != removed {
				kept = append(kept, child)
			}
		}
		return kept
	}
	return tree
}
