package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
)

var refusals = calls{
	"state-missing": {world((*sandbox.World).State), sandbox.Problem{Status: 404, Title: "Not Found", Detail: `no such world: "ci-17"`}},
	"set-unknown": {
		world(func(w *sandbox.World, ctx context.Context) (any, error) {
			return w.Set(ctx, map[string]string{"allianz.envelop": "errors"})
		}),
		sandbox.Problem{Status: 400, Title: "Bad Request", Detail: `the body has no key "allianz.envelop"`, Allowed: []string{"allianz.envelope"}},
	},
	"play-unknown": {
		world(func(w *sandbox.World, ctx context.Context) (any, error) { return w.Play(ctx, "allianz/first-two-fial") }),
		nil,
	},
	"hold-unknown": {
		done(func(w *sandbox.World, ctx context.Context) error { return w.Hold(ctx, "a/b c") }),
		sandbox.Problem{Status: 404, Title: "Not Found", Detail: `there is no kind of job "a/b c"; there is decide, deliver`},
	},
	"restore-unusable": {
		snap(func(w *sandbox.World, ctx context.Context) (any, error) {
			return w.Restore(ctx, json.RawMessage(`{"version":2,"world":"a","rows":[]}`))
		}),
		sandbox.Problem{Status: 400, Title: "Bad Request", Detail: "the snapshot cannot be used: a snapshot of version 2; this program reads version 1"},
	},
}

func TestRefusals(t *testing.T) {
	for name, test := range refusals {
		t.Run(name, func(t *testing.T) {
			file := load(t, name)
			_, err := test.call(t.Context(), speak(file))
			var refused *sandbox.Problem
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want a *Problem", err)
			}
			if want, ok := test.want.(sandbox.Problem); ok {
				want.Type = "about:blank"
				if diff := cmp.Diff(want, *refused); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			}
			path, _, _ := strings.Cut(file.target, "?")
			for _, part := range append([]string{"sandbox: " + file.method + " " + path + ": ", fmt.Sprint(refused.Status), refused.Detail}, refused.Allowed...) {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("got %q, want it to contain %q", err, part)
				}
			}
		})
	}
}
