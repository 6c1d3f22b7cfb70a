package contracts

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/gorilla/mux"

	"github.com/understudy-sandbox/understudy/openapi"
)

// Face is one server of an insurer, in one version: what one document says.
type Face struct {
	Name     string
	Document *openapi.Document

	router     *mux.Router
	operations map[string]*operation
}

// operation is a documented call with what judging it needs.
type operation struct {
	openapi.Operation
	parameters parameters
	request    *body // nil: the document describes none
	responses  map[string]*response
}

func newFace(document *openapi.Document) *Face {
	f := &Face{
		Name:       document.Face(),
		Document:   document,
		router:     mux.NewRouter().SkipClean(true).UseEncodedPath(),
		operations: map[string]*operation{},
	}
	for _, op := range document.Operations() {
		f.operations[op.ID] = newOperation(op)
		f.router.Path(op.Path).Methods(op.Method).Name(op.ID)
	}
	return f
}

// Operations lists the calls of the face in the order of its document.
func (f *Face) Operations() []openapi.Operation { return f.Document.Operations() }

// Match finds the documented call for a method and an escaped path that is
// relative to the face's base. Where only the method is wrong, the operation is
// empty and allowed is not.
func (f *Face) Match(method, path string) (operation string, vars map[string]string, allowed []string) {
	plain, err := url.PathUnescape(path)
	if err != nil {
		return "", nil, nil
	}
	r := &http.Request{Method: method, URL: &url.URL{Path: plain, RawPath: path}}
	var match mux.RouteMatch
	if f.router.Match(r, &match) {
		return match.Route.GetName(), match.Vars, nil
	}
	if !errors.Is(match.MatchErr, mux.ErrMethodMismatch) {
		return "", nil, nil
	}
	for _, op := range f.Operations() {
		r.Method = op.Method
		if f.router.Match(r, &mux.RouteMatch{}) {
			allowed = append(allowed, op.Method)
		}
	}
	slices.Sort(allowed)
	return "", nil, slices.Compact(allowed)
}

// Identify names the call an exchange is about by the documents; it leaves the
// operation empty when the document has no such call.
func (f *Face) Identify(x *Exchange) {
	x.Face = f.Name
	x.Operation, x.Request.Vars, _ = f.Match(x.Request.Method, x.Request.Path)
}

// response finds what the document says of a status: its own entry, its range,
// or the default; nil when it says nothing.
func (o *operation) response(status int) *response {
	for _, key := range [...]string{fmt.Sprint(status), fmt.Sprintf("%dXX", status/100), "default"} {
		if found, ok := o.responses[key]; ok {
			return found
		}
	}
	return nil
}
