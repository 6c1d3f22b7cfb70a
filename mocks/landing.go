package mocks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
)

// landing knows every address of the sandbox: it greets who opens it in a
// browser and helps who missed one.
type landing struct {
	sandbox *Sandbox
	calls   []landingCall
}

type landingCall struct {
	Slug, Title, Method, Path string // Path with slug and mount
}

func newLanding(s *Sandbox) landing {
	l := landing{sandbox: s}
	for _, c := range s.carriers {
		for _, f := range c.faces {
			for _, op := range f.Operations() {
				l.calls = append(l.calls, landingCall{c.Slug, c.Title, op.Method, "/" + c.Slug + f.mount + op.Path})
			}
		}
	}
	return l
}

var landingPage = template.Must(template.New("landing").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>understudy</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code{background:#8882;padding:.1em .3em;border-radius:.2em}table{border-collapse:collapse}td,th{text-align:left;padding:.2rem 1rem .2rem 0}
h2{margin-top:2rem}</style>
<h1>understudy</h1>
<p>It stands in for the insurer. Nothing here is real, and nobody named here runs it.</p>
{{range .Insurers}}<h2>{{.Title}}</h2>
<p>Base URL <code>{{.Base}}</code></p>
<table><tr><th>call</th><th>path</th></tr>
{{range .Calls}}<tr><td>{{.Method}}</td><td><code>{{.Path}}</code></td></tr>
{{end}}</table>
{{with .Curl}}<pre><code>{{.}}</code></pre>{{end}}
{{end}}<p>A world of your own: put <code>/w/NAME</code> before the path. Control: <a href="/__admin/insurers"><code>/__admin/</code></a></p>
`))

func (l landing) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	type insurer struct {
		Title, Base, Curl string
		Calls             []landingCall
	}
	var page struct{ Insurers []insurer }
	root := l.sandbox.Root(r)
	for _, c := range l.sandbox.carriers {
		shown := insurer{Title: c.Title, Base: root + "/" + c.Slug}
		if c.Curl != nil {
			shown.Curl = c.Curl(shown.Base)
		}
		for _, call := range l.calls {
			if call.Slug == c.Slug {
				shown.Calls = append(shown.Calls, call)
			}
		}
		page.Insurers = append(page.Insurers, shown)
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	// A caller who has gone does not read.
	_ = landingPage.Execute(rw, page)
}

// nearest answers a path that no document has with the call that comes closest.
func (l landing) nearest(rw http.ResponseWriter, r *http.Request, world string) {
	prefix := ""
	asked := r.URL.Path
	if world != DefaultWorld {
		prefix = "/w/" + world
		asked = strings.TrimPrefix(asked, prefix)
	}
	status, title := http.StatusNotFound, "No insurer answers here"
	if rw.Header().Get("Allow") != "" {
		status, title = http.StatusMethodNotAllowed, "The path is right, the method is not"
	}
	if strings.HasPrefix(asked, "/__admin") && l.sandbox.control == nil {
		problem(rw, http.StatusNotFound, "No control API here", "the control API has a listener of its own, or none")
		return
	}
	if len(l.calls) == 0 {
		problem(rw, status, title, "the sandbox plays no insurer")
		return
	}
	// A call shares little with a path much longer than any.
	method := r.Method[:min(len(r.Method), 16)]
	asked = asked[:min(len(asked), 256)]
	best := slices.MinFunc(l.calls, func(a, b landingCall) int {
		return cmp.Compare(distance(method+" "+asked, a.Method+" "+a.Path), distance(method+" "+asked, b.Method+" "+b.Path))
	})
	root := l.sandbox.Root(r) + prefix
	problem(rw, status, title, fmt.Sprintf("%s %s is no call of any insurer here; the nearest is %s %s (%s, base URL %s/%s). GET / lists all",
		method, asked, best.Method, prefix+best.Path, best.Title, root, best.Slug))
}

// distance is the number of characters to insert, delete or change.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range to {
			change := diagonal
			if x != y {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(to)]
}

// problem answers in the sandbox's own voice (RFC 9457), where no insurer speaks.
func problem(rw http.ResponseWriter, status int, title, detail string) {
	response := problemResponse(status, title, detail)
	maps.Copy(rw.Header(), response.Header)
	rw.WriteHeader(status)
	_, _ = rw.Write(response.Body)
}

func problemResponse(status int, title, detail string) contracts.Response {
	body, err := json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{"about:blank", title, status, detail})
	if err != nil {
		body = nil
	}
	response := contracts.Response{Status: status}
	response.Header, response.Body = http.Header{"Content-Type": {"application/problem+json"}}, body
	return response
}

// cors lets a page from anywhere call the insurers, and answers its preflight.
func (s *Sandbox) cors(rw http.ResponseWriter, r *http.Request) (answered bool) {
	origin := r.Header.Get("Origin")
	if s.options.NoCORS || origin == "" {
		return false
	}
	header := rw.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Access-Control-Expose-Headers", "*")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	header.Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
	if wanted := r.Header.Get("Access-Control-Request-Headers"); wanted != "" {
		header.Set("Access-Control-Allow-Headers", wanted)
	}
	header.Set("Access-Control-Max-Age", "600")
	rw.WriteHeader(http.StatusNoContent)
	return true
}
