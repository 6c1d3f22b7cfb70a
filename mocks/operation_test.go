package mocks

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/contracts"
)

func TestAnOperationGetsTheBodyWhole(t *testing.T) {
	s := open(t, toy{quote: func(r *http.Request) (Answer, error) {
		body, err := io.ReadAll(r.Body)
		decoded, _ := Decoded(r.Context()).(map[string]any)
		if err != nil || string(body) != quoteBody || r.ContentLength != int64(len(quoteBody)) || decoded["channel"] != "WS" || Called(r.Context()) != "quickQuote" {
			t.Errorf("got %s of %d bytes, %v, decoded %v, called as %s", body, r.ContentLength, err, decoded, Called(r.Context()))
		}
		return tokenAnswer(r)
	}})
	for _, c := range []struct{ encoding string }{{"identity"}, {"chunked"}} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/allianz/v1/motor/quickquotes", strings.NewReader(quoteBody))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if c.encoding == "chunked" {
			r.ContentLength = -1
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: got %v %v", c.encoding, answer, err)
		}
		must(0, answer.Body.Close())
	}
}

func TestAFaceMayBeMoreTolerantThanItsDocument(t *testing.T) {
	s := open(t, toy{
		normalise: func(q *contracts.Request) { q.Query = strings.ToLower(q.Query) },
		token: func(r *http.Request) (Answer, error) {
			return OK(tokenBody{r.URL.Query().Get("grant_type"), "Bearer", 1}), nil
		},
	})
	shouted := strings.Replace(tokenPath, "grant_type=", "GRANT_TYPE=", 1)
	if got := send(t, "POST", s.URL+shouted, ""); got.status != 200 || !strings.Contains(got.body, "client_credentials") || got.header.Get("X-Sandbox-Violations") != "" {
		t.Errorf("got %d %s %v", got.status, got.body, got.header)
	}
	if got := send(t, "POST", open(t, toy{}).URL+shouted, ""); got.status != 400 {
		t.Errorf("without: got %d %s, want a refusal", got.status, got.body)
	}
}

func TestPathParametersArriveUnescaped(t *testing.T) {
	var got []string
	s := open(t, toy{token: func(r *http.Request) (Answer, error) {
		got = append(got, r.PathValue("id"))
		return tokenAnswer(r)
	}})
	f, _ := s.carriers[0].face("")
	for _, sent := range []string{"7", "a%2Fb", "%E0%B8%81", "%zz", ""} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, tokenPath, nil)
		f.serve(httptest.NewRecorder(), r, &call{world: s.world(t), operation: "token", path: "/api/oauth2/token", vars: map[string]string{"id": sent}})
	}
	if diff := cmp.Diff([]string{"7", "a/b", "ก", "%zz", ""}, got); diff != "" {
		t.Error(diff)
	}
}

func TestARefusalIsAnErrorForTheLog(t *testing.T) {
	refusal := &Refusal{Kind: Broken, Code: "999", Detail: "owner", Err: errToy}
	if got, want := refusal.Error(), "refused 999 owner: the toy broke: invalid character"; got != want || !errors.Is(refusal, errToy) {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := (&Refusal{}).Error(); got != "refused" {
		t.Errorf("got %q", got)
	}
}

func TestOnlyRequestsAndJobsHaveAMoment(t *testing.T) {
	defer func() {
		if cause := recover(); cause == nil {
			t.Error("a context of neither has a world")
		}
	}()
	WorldOf(t.Context())
}

func TestAFaceUnderAMount(t *testing.T) {
	s := open(t, toy{mount: "/as1/", token: func(r *http.Request) (Answer, error) {
		return OK(tokenBody{Base(r.Context()) + " " + r.URL.Path, "Bearer", 1}), nil
	}})
	got := send(t, "POST", s.URL+"/w/a/allianz/as1/api/oauth2/token?grant_type=client_credentials", "")
	if want := s.URL + "/w/a/allianz /w/a/allianz/as1/api/oauth2/token"; !strings.Contains(got.body, want) {
		t.Errorf("got %d %s, want %s", got.status, got.body, want)
	}
	if e := newest(t, must(s.World("a"))); e.Exchange.Request.Path != "/api/oauth2/token" {
		t.Errorf("the exchange has the path %s", e.Exchange.Request.Path)
	}
	if got := send(t, "POST", s.URL+tokenPath, ""); got.status != 404 || !strings.Contains(got.body, "the nearest is POST /allianz/as1/api/oauth2/token") {
		t.Errorf("without the mount: got %d %s", got.status, got.body)
	}
}
