package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"syscall"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/gorilla/mux"

	"github.com/understudy-sandbox/understudy/openapi"
)

// serveStack is a server of its own process, to be measured:
//
//	stack understudy
//	stack naive FILE DOCUMENT MOUNT
//	stack bare FILE
//
// where the file holds the answer that the last two give. It prints where it
// listens and where it tells the CPU time it has used, and ends with its standard
// input.
func serveStack(args []string) int {
	words := map[string]int{"understudy": 1, "naive": 4, "bare": 2}
	if len(args) == 0 || len(args) != words[args[0]] {
		fmt.Fprintln(os.Stderr, "usage: stack understudy | naive FILE DOCUMENT MOUNT | bare FILE")
		return 2
	}
	if err := playStack(args[0], args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func playStack(kind string, told []string) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	usage, err := listenOn("", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() { _ = http.Serve(usage, http.HandlerFunc(tellUsage)) }()
	fmt.Printf("usage on http://%s\n", usage.Addr())

	switch kind {
	case "understudy":
		out := &forgetful{text: &lockedText{}}
		go func() {
			run(ctx, []string{"serve", "--addr", "127.0.0.1:0"}, os.Stdin, out, os.Stderr, func(string) string { return "" })
		}()
		out.text.await(listening)
		fmt.Println(listening.FindString(out.text.String()))
	default:
		said, err := os.ReadFile(told[0])
		if err != nil {
			return err
		}
		handler := bareHandler(said)
		if kind == "naive" {
			if handler, err = naiveHandler(said, told[1], told[2]); err != nil {
				return err
			}
		}
		l, err := listenOn("", "127.0.0.1:0")
		if err != nil {
			return err
		}
		go func() {
			_ = (&http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}).Serve(l)
		}()
		fmt.Printf("listening on http://%s\n", l.Addr())
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// forgetful keeps what is written until the sandbox listens, and counts the rest.
type forgetful struct {
	text *lockedText
	seen bool
	rest int
}

func (f *forgetful) Write(p []byte) (int, error) {
	if f.seen {
		f.rest += len(p)
		return len(p), nil
	}
	n, err := f.text.Write(p)
	f.seen = listening.MatchString(f.text.String())
	return n, err
}

// tellUsage answers the CPU time of the process in microseconds.
func tellUsage(rw http.ResponseWriter, _ *http.Request) {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprint(rw, (used.Utime.Nano()+used.Stime.Nano())/1000)
}

// bareHandler reads what it is sent and says always the same: the least that an
// HTTP server can do.
func bareHandler(said []byte) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write(said)
	})
}

// naiveHandler is what one writes first with a router and an OpenAPI library:
// request and answer are validated, and there is neither state nor check nor
// journal. It serves a document under a mount, and says always the same.
func naiveHandler(said []byte, name, mount string) (http.Handler, error) {
	document, err := openapi.Load(name)
	if err != nil {
		return nil, err
	}
	find, err := gorillamux.NewRouter(document.T)
	if err != nil {
		return nil, err
	}
	var answer any
	if err := json.Unmarshal(said, &answer); err != nil {
		return nil, err
	}
	options := &openapi3filter.Options{
		SkipSettingDefaults: true, IncludeResponseStatus: true,
		AuthenticationFunc: func(context.Context, *openapi3filter.AuthenticationInput) error { return nil },
	}
	naive := &naive{find, options, answer}
	router := mux.NewRouter().SkipClean(true).UseEncodedPath()
	for _, op := range document.Operations() {
		router.Path(op.Path).Methods(op.Method).Handler(naive)
	}
	return http.StripPrefix(mount, router), nil
}

type naive struct {
	find    routers.Router
	options *openapi3filter.Options
	said    any
}

func (n *naive) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	status, body, err := n.answer(r)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(err.Error())
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_, _ = rw.Write(body)
}

func (n *naive) answer(r *http.Request) (int, []byte, error) {
	route, vars, err := n.find.FindRoute(r)
	if err != nil {
		return 0, nil, err
	}
	asked := &openapi3filter.RequestValidationInput{Request: r, PathParams: vars, Route: route, Options: n.options}
	if err := openapi3filter.ValidateRequest(r.Context(), asked); err != nil {
		return 0, nil, err
	}
	if route.Operation.RequestBody != nil {
		var request map[string]any
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			return 0, nil, err
		}
	}
	body, err := json.Marshal(n.said)
	if err != nil {
		return 0, nil, err
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: asked, Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Options: n.options,
	}
	return http.StatusOK, body, openapi3filter.ValidateResponse(r.Context(), answer.SetBodyBytes(body))
}
