package oneassure_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/understudy-sandbox/understudy/clients/oneassure"
)

// One token serves all calls until shortly before its end; one that is refused is
// thrown away, once.
func TestTokens(t *testing.T) {
	refused := said{status: 401, body: `{"type":"A4001","title":"T","detail":"","instance":"/"}`}
	d := open(t, map[string][]said{tokenPath: {ok(granted)}, policies: {ok(noPage), ok(noPage), refused, ok(noPage), refused, refused}})
	now := time.Now()
	c := d.client(t, func(o *oneassure.Options) { o.Now = func() time.Time { return now } })
	ask := func() error {
		_, err := c.Policies(t.Context(), oneassure.Query{})
		return err
	}
	counts := func(want int) {
		t.Helper()
		got := 0
		for _, line := range d.asked {
			if strings.HasPrefix(line, "POST "+tokenPath) {
				got++
			}
		}
		if got != want {
			t.Errorf("%d tokens were asked for, want %d", got, want)
		}
	}
	if err := errors.Join(ask(), ask()); err != nil {
		t.Error(err)
	}
	counts(1)
	if err := ask(); err != nil {
		t.Error(err)
	}
	counts(2)
	if err := ask(); !errors.Is(err, oneassure.CodeCredentials) {
		t.Errorf("got %v, want A4001", err)
	}
	counts(3)
	now = now.Add(59*time.Minute + time.Second)
	_ = ask()
	counts(5) // an expired one, and the one for the call that was refused again
}

func TestTokensThatAreNone(t *testing.T) {
	for name, answer := range map[string]string{
		"without payload": `{"access_token":"x","expires_in":3600}`,
		"without a token": `{"payload":{"expires_in":3600}}`,
		"for no time":     `{"payload":{"access_token":"x"}}`,
		"for ever":        `{"payload":{"access_token":"x","expires_in":99999999999}}`,
		"with a line":     `{"payload":{"access_token":"x\ny","expires_in":3600}}`,
		"as a text":       `{"payload":"x"}`,
	} {
		d := open(t, map[string][]said{tokenPath: {ok(answer)}, policies: {ok(noPage)}})
		_, err := d.client(t).Policies(t.Context(), oneassure.Query{})
		if e, typed := errors.AsType[*oneassure.ProtocolError](err); !typed || e.Call != "token" || len(d.asked) != 1 {
			t.Errorf("%s: got %v after %d calls", name, err, len(d.asked))
		}
	}
}
