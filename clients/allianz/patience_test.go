package allianz_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

func TestContractTimeouts(t *testing.T) {
	hang := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	stall := func(r *http.Request) (*http.Response, error) {
		answer := reply(200, "")
		read, write := io.Pipe()
		context.AfterFunc(r.Context(), func() { write.CloseWithError(r.Context().Err()) })
		answer.Body = read
		return answer, nil
	}
	own := allianz.Timeouts{Issue: 7 * time.Second, Contract: 8 * time.Second, Cancel: 9 * time.Second}
	usual := map[string]time.Duration{"issue contract": time.Minute, "verify contract": time.Minute, "get contract": 30 * time.Second, "cancel contract": 30 * time.Second}
	chosen := map[string]time.Duration{"issue contract": own.Issue, "verify contract": own.Issue, "get contract": own.Contract, "cancel contract": own.Cancel}
	hasty := map[string]time.Duration{"issue contract": time.Second, "verify contract": time.Second, "get contract": time.Second, "cancel contract": time.Second}
	tests := map[string]struct {
		carrier  carrier
		timeouts allianz.Timeouts
		caller   time.Duration
		want     map[string]time.Duration
	}{
		"no answer":         {hang, allianz.Timeouts{}, time.Hour, usual},
		"body stalls":       {stall, allianz.Timeouts{}, time.Hour, usual},
		"own":               {hang, own, time.Hour, chosen},
		"caller is shorter": {hang, allianz.Timeouts{}, time.Second, hasty},
	}
	for name, test := range tests {
		for _, op := range operations() {
			t.Run(name+" "+op.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					calls := 0
					c := client(t, allianz.Options{Timeouts: test.timeouts, HTTP: &http.Client{Transport: carrier(func(r *http.Request) (*http.Response, error) {
						calls++
						return test.carrier(r)
					})}})
					ctx, cancel := context.WithTimeout(t.Context(), test.caller)
					defer cancel()
					start := time.Now()
					got, err := op.do(ctx, c)
					if took := time.Since(start); took != test.want[op.name] || calls != 1 {
						t.Errorf("took %v in %d calls, want %v in 1", took, calls, test.want[op.name])
					}
					if got || !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("got %t, %v, want deadline exceeded", got, err)
					}
					if _, unknown := errors.AsType[*allianz.UnknownOutcomeError](err); unknown != op.binds {
						t.Errorf("unknown outcome is %t in %v", unknown, err)
					}
				})
			})
		}
	}
	for name, negative := range map[string]allianz.Timeouts{"issue": {Issue: -1}, "contract": {Contract: -1}, "cancel": {Cancel: -1}, "document": {Document: -1}, "token": {Token: -1}} {
		if c, err := allianz.New(allianz.Options{BaseURL: "http://host", Timeouts: negative}); c != nil || err == nil {
			t.Errorf("a negative timeout for %s is taken", name)
		}
	}
}

func TestContractRepeats(t *testing.T) {
	broken := func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset by peer") }
	down := func(*http.Request) (*http.Response, error) { return reply(503, ""), nil }
	late := func(*http.Request) (*http.Response, error) { return reply(504, timeout504), nil }
	for name, fail := range map[string]carrier{"broken": broken, "down": down, "late": late} {
		for _, op := range operations() {
			t.Run(name+" "+op.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					calls := 0
					c := open(t, func(r *http.Request) (*http.Response, error) {
						if calls++; calls == 1 {
							return fail(r)
						}
						return reply(200, op.body), nil
					})
					got, err := op.do(t.Context(), c)
					if op.binds {
						checkUnknown(t, op, got, err)
					} else if !got || err != nil {
						t.Errorf("got %t, %v, want success by a repeat", got, err)
					}
					if want := map[bool]int{true: 1, false: 2}[op.binds]; calls != want {
						t.Errorf("%d calls, want %d", calls, want)
					}
				})
			})
		}
	}
}

// A refused token is no answer to the call, so that even an issue is sent again with a new one.
func TestContractTokenIsRenewed(t *testing.T) {
	for _, op := range operations() {
		t.Run(op.name, func(t *testing.T) {
			var seen []string
			tokens := 0
			after := carrier(func(*http.Request) (*http.Response, error) { return reply(200, op.body), nil })
			c := client(t, allianz.Options{ClientID: "id", ClientSecret: "hush-hush", Retry: allianz.Retry{Times: -1}, HTTP: &http.Client{Transport: carrier(func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, tokenPath) {
					if tokens++; tokens == 4 {
						return reply(503, ""), nil
					}
					return reply(200, `{"access_token":"token`+string(rune('0'+tokens))+`"}`), nil
				}
				body, err := io.ReadAll(r.Body)
				if r.Method == http.MethodPost && len(body) == 0 || err != nil {
					t.Errorf("sent %q, %v", body, err)
				}
				seen = append(seen, r.Header.Get("Authorization"))
				if len(seen)%2 == 1 {
					return reply(401, ""), nil
				}
				return after(r)
			})}})
			expect := func(what string, want ...string) {
				t.Helper()
				if got := strings.Join(seen, ", "); got != strings.Join(want, ", ") {
					t.Errorf("%s: sent with %s, want %s", what, got, strings.Join(want, ", "))
				}
				seen = nil
			}

			if got, err := op.do(t.Context(), c); !got || err != nil {
				t.Errorf("got %t, %v, want success", got, err)
			}
			expect("one refusal", "Bearer token1", "Bearer token2")

			after = func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset by peer") }
			got, err := op.do(t.Context(), c)
			if _, unknown := errors.AsType[*allianz.UnknownOutcomeError](err); got || err == nil || unknown != op.binds {
				t.Errorf("lost after a renewal: got %t, %v", got, err)
			}
			expect("lost after a renewal", "Bearer token2", "Bearer token3")

			got, err = op.do(t.Context(), c)
			if e, ok := errors.AsType[*allianz.Error](err); got || !ok || e.Call != "token" {
				t.Errorf("no new token: got %t, %v, want the token's error", got, err)
			}
			if _, unknown := errors.AsType[*allianz.UnknownOutcomeError](err); unknown {
				t.Errorf("nothing was accepted, yet %v", err)
			}
			expect("no new token", "Bearer token3")
		})
	}
}
