package uae_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// with is an answer with headers of its own.
func with(answer http.HandlerFunc, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		answer(w, r)
	}
}

func TestRefusals(t *testing.T) {
	sentinels := []error{uae.ErrUnauthorized, uae.ErrNotFound, uae.ErrTooManyRequests}
	tests := map[string]struct {
		answer http.HandlerFunc
		want   uae.Error
		is     []error
		text   string
	}{
		"one code": {
			says(403, `{"Errors":[{"Code":"Consent.Revoked","Message":"it is over","Path":"Data","Url":"https://help.test"}]}`),
			uae.Error{Status: 403, Errors: []uae.Problem{{Code: uae.CodeConsentRevoked, Message: "it is over", Path: "Data", URL: "https://help.test"}}},
			[]error{uae.CodeConsentRevoked},
			"answered 403 Forbidden: Consent.Revoked: it is over",
		},
		"two codes": {
			says(400, `{"Errors":[{"Code":"Body.InvalidFormat","Message":"a"},{"Code":"Own.Code","Message":"b"}]}`),
			uae.Error{Status: 400, Errors: []uae.Problem{{Code: uae.CodeBodyFormat, Message: "a"}, {Code: "Own.Code", Message: "b"}}},
			[]error{uae.CodeBodyFormat, uae.Code("Own.Code")},
			"answered 400 Bad Request: Body.InvalidFormat: a",
		},
		"500 in JSON":      {says(500, `{"Errors":[{"Code":"GenericError","Message":"a\nb"}]}`), uae.Error{Status: 500, Errors: []uae.Problem{{Code: uae.CodeGenericError, Message: "a\nb"}}}, []error{uae.CodeGenericError}, "answered 500 Internal Server Error: GenericError: a b"},
		"401, v1.2":        {says(401, `{}`), uae.Error{Status: 401}, []error{uae.ErrUnauthorized}, "answered 401 Unauthorized"},
		"401, no body":     {says(401, ``), uae.Error{Status: 401}, []error{uae.ErrUnauthorized}, "answered 401 Unauthorized"},
		"404, v1.2":        {says(404, `{}`), uae.Error{Status: 404}, []error{uae.ErrNotFound}, "answered 404 Not Found"},
		"404, no body":     {says(404, ``), uae.Error{Status: 404}, []error{uae.ErrNotFound}, "answered 404 Not Found"},
		"429":              {with(says(429, `{}`), "Retry-After", "7"), uae.Error{Status: 429, RetryAfter: 7 * time.Second}, []error{uae.ErrTooManyRequests}, "answered 429 Too Many Requests"},
		"429, no time":     {says(429, ``), uae.Error{Status: 429}, []error{uae.ErrTooManyRequests}, "answered 429"},
		"429, a long time": {with(says(429, ``), "Retry-After", "99999999999999999999"), uae.Error{Status: 429, RetryAfter: 24 * time.Hour}, []error{uae.ErrTooManyRequests}, "answered 429"},
		"429, a date":      {with(says(429, ``), "Retry-After", "Mon, 02 Mar 2026 09:05:09 GMT"), uae.Error{Status: 429}, []error{uae.ErrTooManyRequests}, "answered 429"},
		"429, negative":    {with(says(429, ``), "Retry-After", "-5"), uae.Error{Status: 429}, []error{uae.ErrTooManyRequests}, "answered 429"},
		"405":              {says(405, `{}`), uae.Error{Status: 405}, nil, "answered 405 Method Not Allowed"},
		"406":              {says(406, `{}`), uae.Error{Status: 406}, nil, "answered 406"},
		"415":              {says(415, `{}`), uae.Error{Status: 415}, nil, "answered 415"},
		"a page":           {says(500, "<html>oh</html>"), uae.Error{Status: 500}, nil, "answered 500"},
		"half a body":      {says(400, `{"Errors":[{"Code":"Cons`), uae.Error{Status: 400}, nil, "answered 400"},
		"a list":           {says(400, `[1]`), uae.Error{Status: 400}, nil, "answered 400"},
		"members miscased": {says(400, `{"errors":[{"code":"Consent.Revoked"}]}`), uae.Error{Status: 400}, nil, "answered 400"},
		"no such status":   {says(599, ``), uae.Error{Status: 599}, nil, "answered 599"},
	}
	h := newHub(t)
	c := h.v12(t)
	for _, op := range operations(h.rc1(t), c) {
		for name, test := range tests {
			t.Run(op.at()+" "+name, func(t *testing.T) {
				h.on(op.at(), test.answer)
				v := visit(c.Client)
				v.InteractionID = "i1"
				got, _, err := op.do(t.Context(), v)
				e, ok := errors.AsType[*uae.Error](err)
				if got || !ok {
					t.Fatalf("got %t, %v, want an *Error", got, err)
				}
				want := test.want
				want.Call, want.InteractionID = op.name, "i1"
				if diff := cmp.Diff(want, *e, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("error (-want +got):\n%s", diff)
				}
				if !strings.HasPrefix(err.Error(), "uae: "+op.name+": "+test.text) || strings.Contains(err.Error(), "\n") {
					t.Errorf("says %q, want %q", err, test.text)
				}
				for _, target := range slices.Concat(test.is, sentinels) {
					if errors.Is(err, target) != slices.Contains(test.is, target) {
						t.Errorf("is %v: %t", target, errors.Is(err, target))
					}
				}
			})
		}
	}
}

func TestOAuthRefusals(t *testing.T) {
	tests := map[string]struct {
		answer http.HandlerFunc
		want   uae.OAuthError
		is     []error
		text   string
	}{
		"client": {
			says(400, `{"error":"invalid_client","error_description":"no\nsuch client","error_uri":"https://help.test"}`),
			uae.OAuthError{Status: 400, Code: uae.InvalidClient, Description: "no\nsuch client", URI: "https://help.test"},
			[]error{uae.InvalidClient},
			"answered 400 Bad Request: invalid_client: no such client",
		},
		"bare":       {says(400, `{"error":"invalid_grant"}`), uae.OAuthError{Status: 400, Code: uae.InvalidGrant}, []error{uae.InvalidGrant}, "answered 400 Bad Request: invalid_grant"},
		"401":        {says(401, `{"error":"invalid_client"}`), uae.OAuthError{Status: 401, Code: uae.InvalidClient}, []error{uae.InvalidClient, uae.ErrUnauthorized}, "answered 401"},
		"404":        {says(404, ``), uae.OAuthError{Status: 404}, []error{uae.ErrNotFound}, "answered 404 Not Found"},
		"405":        {says(405, ``), uae.OAuthError{Status: 405}, nil, "answered 405"},
		"413":        {says(413, `<html>`), uae.OAuthError{Status: 413}, nil, "answered 413"},
		"429":        {with(says(429, ``), "Retry-After", "3"), uae.OAuthError{Status: 429, RetryAfter: 3 * time.Second}, []error{uae.ErrTooManyRequests}, "answered 429"},
		"not OAuth":  {says(400, `{"Errors":[{"Code":"a"}]}`), uae.OAuthError{Status: 400}, nil, "answered 400"},
		"wrong type": {says(400, `{"error":{"a":1}}`), uae.OAuthError{Status: 400}, nil, "answered 400"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			c := h.v12(t)
			h.on("POST "+pushPath, test.answer)
			h.on("POST "+tokenPath, test.answer)
			calls := map[string]func() error{
				"push":         func() error { _, err := c.Push(t.Context(), requestV12()); return err },
				"token":        func() error { _, err := c.Exchange(t.Context(), pending(), "code-1"); return err },
				"refresh":      func() error { _, err := c.Refresh(t.Context(), "refresh-1"); return err },
				"client token": func() error { _, err := c.OwnToken(t.Context()); return err },
			}
			for call, do := range calls {
				err := do()
				e, ok := errors.AsType[*uae.OAuthError](err)
				if !ok {
					t.Fatalf("%s: got %v, want an *OAuthError", call, err)
				}
				want := test.want
				want.Call = call
				if diff := cmp.Diff(want, *e); diff != "" {
					t.Errorf("%s (-want +got):\n%s", call, diff)
				}
				if !strings.HasPrefix(err.Error(), "uae: "+call+": "+test.text) {
					t.Errorf("says %q, want %q", err, test.text)
				}
				for _, target := range []error{uae.InvalidClient, uae.InvalidGrant, uae.ErrUnauthorized, uae.ErrNotFound, uae.ErrTooManyRequests} {
					if errors.Is(err, target) != slices.Contains(test.is, target) {
						t.Errorf("%s is %v: %t", call, target, errors.Is(err, target))
					}
				}
			}
			// A call for a resource that finds no token says why.
			_, err := c.Consent(t.Context(), uae.Visit{}, "c1")
			if e, ok := errors.AsType[*uae.OAuthError](err); !ok || e.Call != "client token" {
				t.Errorf("got %v, want the token's *OAuthError", err)
			}
		})
	}
}

// Whatever way a server has of sending our secrets back, no error tells them on.
func TestSecretsStaySecret(t *testing.T) {
	shapes := map[string]string{
		"standard": `{"Errors":[{"Code":"%[1]s","Message":"%[1]s","Path":"%[1]s","Url":"%[1]s"}]}`,
		"oauth":    `{"error":"%[1]s","error_description":"%[1]s","error_uri":"%[1]s"}`,
		"number":   `{"access_token":"a","token_type":"Bearer","expires_in":"%[1]s","request_uri":"u"}`,
		"member":   `{"Data":{"%[1]s":1},"%[1]s":1,"access_token":{"%[1]s":2}}`,
		"twice":    `{"%[1]s":1,"%[1]s":2}`,
		"page":     `<p>%[1]s</p>`,
	}
	for name, shape := range shapes {
		for _, status := range []int{200, 302, 400, 403} {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				h := newHub(t)
				var told []string
				echo := func(w http.ResponseWriter, r *http.Request) {
					secrets := []string{strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
					if form, err := url.ParseQuery(h.asked[len(h.asked)-1].Body); err == nil {
						for _, secret := range []string{"client_assertion", "request", "code", "code_verifier", "refresh_token"} {
							if form.Get(secret) != "" {
								secrets = append(secrets, form.Get(secret))
								told = append(told, form.Get(secret))
							}
						}
					}
					sent := strings.Join(secrets, " ")
					w.Header().Set("X-Fapi-Interaction-Id", sent)
					w.Header().Set("Content-Type", "text/"+strings.ReplaceAll(sent, " ", "-"))
					if name != "page" {
						w.Header().Set("Content-Type", "application/json")
					}
					w.Header().Set("Location", "http://[")
					w.WriteHeader(status)
					_, _ = fmt.Fprintf(w, shape, sent)
				}
				h.on("POST "+pushPath, echo)
				h.on("POST "+tokenPath, echo)
				h.on("GET "+v12+"/insurance-consents/c1", echo)
				c := h.v12(t)
				p := pending()
				p.Verifier = "v3rifier-v3rifier"
				_, err1 := c.Push(t.Context(), requestV12())
				_, err2 := c.Exchange(t.Context(), p, "c0de-c0de")
				_, err3 := c.Refresh(t.Context(), "refr3sh-token")
				_, err4 := c.Consent(t.Context(), uae.Visit{Session: c.Session(uae.Token{AccessToken: "acc3ss-token"})}, "c1")
				if len(told) < 5 {
					t.Fatalf("the hub saw %d secrets", len(told))
				}
				for _, err := range []error{err1, err2, err3, err4} {
					if err == nil {
						t.Fatal("got no error")
					}
					text := fmt.Sprintf("%v", err)
					if e, ok := errors.AsType[*uae.Error](err); ok {
						text += fmt.Sprintf("%+v", *e)
					}
					if e, ok := errors.AsType[*uae.OAuthError](err); ok {
						text += fmt.Sprintf("%+v", *e)
					}
					for _, hidden := range append(told, "acc3ss-token") {
						if strings.Contains(text, hidden) {
							t.Errorf("%s is told: %s", hidden, text)
						}
					}
				}
			})
		}
	}
}

// Not even a server that does not speak HTTP gets them into an error.
func TestBrokenHTTP(t *testing.T) {
	for name, shape := range map[string]string{
		"status line": "HTTP/1.1 %s\r\n\r\n",
		"protocol":    "%s\r\n\r\n",
		"header":      "HTTP/1.1 200 OK\r\n%s\r\n\r\n",
		"length":      "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHub(t)
			h.on("GET "+v12+"/insurance-consents/c1", func(w http.ResponseWriter, r *http.Request) {
				connection, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				defer connection.Close()
				_, _ = fmt.Fprintf(connection, shape, r.Header.Get("Authorization"))
			})
			c := h.v12(t)
			_, err := c.Consent(t.Context(), uae.Visit{Session: c.Session(uae.Token{AccessToken: "acc3ss-token"})}, "c1")
			if err == nil || strings.Contains(err.Error(), "acc3ss") || strings.Contains(err.Error(), "/insurance-consents") {
				t.Errorf("got %v, want an error that tells neither the token nor the path", err)
			}
			if _, ok := errors.AsType[*url.Error](err); !ok {
				t.Errorf("%v hides its cause", err)
			}
		})
	}
}

func TestCodes(t *testing.T) {
	for err, want := range map[error]string{
		uae.CodeConsentRevoked: "uae: code Consent.Revoked",
		uae.AccessDenied:       "uae: access_denied",
		uae.ErrReplayed:        "uae: replayed",
	} {
		if err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}
