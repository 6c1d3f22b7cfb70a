package contracts

import (
	"bytes"
	"encoding/json"
	"errors"
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
		if breaks(c, check, x) {
			return
		}
	}
	t.Error("no change of the exchange breaks the check: it is not about it")
}

// breaks is what Examine says of one check, without asking the others.
func breaks(c *Contract, check Check, x *Exchange) bool {
	asked := slices.ContainsFunc(c.on[x.Operation], func(one *Check) bool { return one.ID == check.ID })
	err := check.Verify(x)
	return asked && err != nil && !errors.Is(err, errBeside)
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
// empty line and a body. A section face names the face of a call that several
// have, and a section webhook the operation of what the insurer sent.
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
		case "face":
			x.Face = strings.TrimSpace(string(file.Data))
		case "webhook":
			x.Webhook, x.Operation = true, strings.TrimSpace(string(file.Data))
		case "findings":
		default:
			t.Fatalf("section %s means nothing", file.Name)
		}
	}
	identify(c, x)
	return x
}

// identify is what a mock or a transport does, which know the face.
func identify(c *Contract, x *Exchange) {
	switch face := c.Face(x.Face); {
	case x.Webhook:
		for _, face := range c.Faces {
			if face.operations[x.Operation] != nil {
				x.Face = face.Name
			}
		}
	case face != nil && len(c.Faces) > 1:
		face.Identify(x)
	default:
		c.identify(x)
	}
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
	m.SetBody(written(t, m.MediaType(), bytes.TrimSuffix(body, []byte("\n"))))
	return lines[0]
}

// mutants yields the exchange with one thing changed: a status, a header, the
// call, a body, or one value in one body.
func mutants(t testing.TB, c *Contract, archive *txtar.Archive) func(yield func(*Exchange) bool) {
	return func(yield func(*Exchange) bool) {
		change := func(do func(*Exchange)) bool {
			x := exchangeIn(t, c, archive)
			do(x)
			identify(c, x)
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
			func(x *Exchange) { x.Response.Header.Set("Location", "https://elsewhere.example/?code=x") },
			func(x *Exchange) { x.Response.Header.Set("Location", "https://elsewhere.example/?error=odd") },
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
			m := half(exchangeIn(t, c, archive))
			for name := range m.Header {
				for _, value := range []string{"x", ""} {
					if !change(func(x *Exchange) { half(x).Header.Set(name, value) }) {
						return
					}
				}
				if !change(func(x *Exchange) { half(x).Header.Del(name) }) {
					return
				}
			}
			tree, media := readable(m), m.MediaType()
			for another := range others(tree) {
				body, err := json.Marshal(another)
				if err != nil {
					t.Fatal(err)
				}
				if !change(func(x *Exchange) { half(x).SetBody(written(t, media, body)) }) {
					return
				}
			}
		}
	}
}
