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

// serveStack is a server of its own process, to be measured: stack KIND FILE,
// where the file holds the answer that "bare" and "naive" give. It prints where
// it listens and where it tells the CPU time it has used, and ends with its
// standard input.
func serveStack(args []string) int {
	if len(args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: stack bare|naive|understudy FILE")
		return 2
	}
	said, err := os.ReadFile(args[1])
	if err == nil {
		err = playStack(args[0], said)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func playStack(kind string, said []byte) error {
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
		handler, err := bareHandler(said), error(nil)
		if kind == "naive" {
			handler, err = naiveHandler(said)
		}
		if err != nil {
			return err
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
// journal.
func naiveHandler(said []byte) (http.Handler, error) {
	document, err := openapi.Load("allianz/motor")
	if err != nil {
		return nil, err
	}
	find, err := gorillamux.NewRouter(document.T)
	if err != nil {
		return nil, err
	}
	var quote any
	if err := json.Unmarshal(said, &quote); err != nil {
		return nil, err
	}
	options := &openapi3filter.Options{
		SkipSettingDefaults: true, IncludeResponseStatus: true,
		AuthenticationFunc: func(context.Context, *openapi3filter.AuthenticationInput) error { return nil },
	}
	naive := &naive{find, options, quote}
	router := mux.NewRouter().SkipClean(true).UseEncodedPath()
	router.Path("/v1/motor/quickquotes").Methods(http.MethodPost).Handler(naive)
	return http.StripPrefix("/allianz", router), nil
}

type naive struct {
	find    routers.Router
	options *openapi3filter.Options
	quote   any
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
	var request map[string]any
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		return 0, nil, err
	}
	body, err := json.Marshal(n.quote)
	if err != nil {
		return 0, nil, err
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: asked, Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Options: n.options,
	}
	return http.StatusOK, body, openapi3filter.ValidateResponse(r.Context(), answer.SetBodyBytes(body))
}
