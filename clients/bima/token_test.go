package bima_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/understudy-sandbox/understudy/clients/bima"
)

// counting answers the token call as told, and every other with an empty list.
func counting(tokens *atomic.Int64, answer func(n int64) *http.Response, other func(*http.Request) *http.Response) aggregator {
	return func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			return answer(tokens.Add(1)), nil
		}
		return other(r), nil
	}
}

func good(int64) *http.Response { return said(goodToken) }

func list(*http.Request) *http.Response { return said(emptyList) }

// A token serves until a minute before its day is over.
func TestTokenLives(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var tokens atomic.Int64
	c := client(t, counting(&tokens, good, list), signedIn, func(o *bima.Options) { o.Now = func() time.Time { return now } })
	for _, step := range []struct {
		after time.Duration
		want  int64
	}{{0, 1}, {time.Hour, 1}, {22*time.Hour + 58*time.Minute, 1}, {time.Minute, 2}} {
		now = now.Add(step.after)
		if err := calls[0].do(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if got := tokens.Load(); got != step.want {
			t.Errorf("after %s more: %d tokens, want %d", step.after, got, step.want)
		}
	}
}

// Many callers fetch one token.
func TestTokenIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tokens atomic.Int64
		c := client(t, counting(&tokens, func(int64) *http.Response {
			<-time.After(time.Second)
			return said(goodToken)
		}, list), signedIn)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if err := calls[0].do(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		// One who cannot wait does not, and takes nobody's token away.
		hasty, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := calls[1].do(hasty, c); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the hasty one got %v", err)
		}
		all.Wait()
		if got := tokens.Load(); got != 1 {
			t.Errorf("got %d tokens, want 1", got)
		}
	})
}

// A refused token is thrown away and the call repeated, once.
func TestTokenIsRenewed(t *testing.T) {
	for name, test := range map[string]struct {
		refused int64 // how many calls
		calls   int64
		in      bool
	}{
		"the first is refused": {1, 2, true},
		"all are refused":      {100, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			var tokens, reads atomic.Int64
			c := client(t, counting(&tokens, good, func(*http.Request) *http.Response {
				if reads.Add(1) <= test.refused {
					return reply(401, "", "")
				}
				return said(emptyList)
			}), signedIn)
			err := calls[0].do(t.Context(), c)
			if (err == nil) != test.in || err != nil && !errors.Is(err, bima.ErrSignIn) {
				t.Errorf("got %v", err)
			}
			if reads.Load() != test.calls || tokens.Load() != 2 {
				t.Errorf("got %d calls and %d tokens, want %d and 2", reads.Load(), tokens.Load(), test.calls)
			}
		})
	}
}

// Without a token nothing is asked.
func TestNoToken(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		status int
		signIn bool
	}{
		"a wrong password": {`{"status_code":"401","status_message":"not hush-hush-hush","data":null,"messages":[]}`, 200, true},
		"a bad request":    {`{"status_code":"400","status_message":"x","data":null,"messages":[]}`, 200, false},
		"a status":         {``, 401, true},
		"no code":          {`{"data":"x"}`, 200, false},
		"a code that is a number": {
			`{"status_code":200,"status_message":"Token Created Successfully","data":"the-token","messages":[]}`, 200, false,
		},
		"no token":              {`{"status_code":"200","data":null}`, 200, false},
		"a token of two lines":  {`{"status_code":"200","data":"a\nb"}`, 200, false},
		"a token that is a map": {`{"status_code":"200","data":{}}`, 200, false},
	} {
		t.Run(name, func(t *testing.T) {
			var tokens atomic.Int64
			c := client(t, counting(&tokens, func(int64) *http.Response { return reply(test.status, "application/json", test.answer) }, func(*http.Request) *http.Response {
				t.Error("a call was made")
				return said(emptyList)
			}), signedIn)
			err := calls[0].do(t.Context(), c)
			if err == nil || errors.Is(err, bima.ErrSignIn) != test.signIn || strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), "token") {
				t.Errorf("got %v", err)
			}
			if tokens.Load() != 1 {
				t.Errorf("asked %d times", tokens.Load())
			}
		})
	}
}
