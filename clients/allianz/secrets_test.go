package allianz_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/clients/allianz"
)

// A carrier that sends our own secrets back must not get them into a log.
func TestSecretsStaySecret(t *testing.T) {
	const secret, bearer = "S3cr3t-Wert", "T0ken-Wert"
	const basic = "aWQ6UzNjcjN0LVdlcnQ="
	shapes := map[string]string{
		"bare":   `{"code":"%[1]s","message":"%[1]s"}`,
		"list":   `{"errors":[{"code":"%[1]s"},{"code":"1","message":"%[1]s"}]}`,
		"fault":  `{"fault":{"faultstring":"%[1]s","detail":{"errorcode":"%[1]s"}}}`,
		"oauth":  `{"error":"%[1]s","error_description":"%[1]s"}`,
		"broken": `{"code":"%[1]s`,
		"page":   `<p>%[1]s</p>`,
	}
	check := func(t *testing.T, what, text string) {
		t.Helper()
		for _, hidden := range []string{secret, bearer, basic} {
			if strings.Contains(text, hidden) {
				t.Errorf("%s tells %q: %s", what, hidden, text)
			}
		}
	}
	for name, shape := range shapes {
		for _, refusing := range []string{tokenPath, quotePath} {
			for _, status := range []int{200, 302, 400, 401, 503} {
				t.Run(fmt.Sprintf("%s %s %d", name, refusing, status), func(t *testing.T) {
					c := client(t, allianz.Options{
						ClientID: "id", ClientSecret: secret, Retry: allianz.Retry{Times: -1},
						HTTP: &http.Client{Transport: carrier(func(r *http.Request) (*http.Response, error) {
							if !strings.HasSuffix(r.URL.Path, refusing) {
								return reply(200, `{"access_token":"`+bearer+`"}`), nil
							}
							sent := r.Header.Get("Authorization")
							echo := sent
							if refusing == tokenPath { // the only call that knows the secret
								echo += " " + secret
							}
							answer := reply(status, fmt.Sprintf(shape, echo))
							if name == "page" {
								answer.Header.Set("Content-Type", `text/`+sent)
							}
							return answer, nil
						})},
					})
					_, err := c.QuickQuote(t.Context(), allianz.QuickQuoteRequest{})
					if err == nil {
						t.Fatal("got no error")
					}
					check(t, "the error", err.Error())
					if e, ok := errors.AsType[*allianz.Error](err); ok {
						check(t, "the error's fields", fmt.Sprintf("%+v", *e))
					}
				})
			}
		}
	}

	options := allianz.Options{BaseURL: "http://u:" + secret + "@host", ClientID: "id", ClientSecret: secret}
	c := client(t, allianz.Options{ClientID: "id", ClientSecret: secret})
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", slog.Any("options", options), slog.Any("client", c))
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", slog.Any("options", options), slog.Any("client", c))
	check(t, "a log", log.String())
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		check(t, verb, fmt.Sprintf(verb, options))
		check(t, verb, fmt.Sprintf(verb, &options))
		check(t, verb, fmt.Sprintf(verb, c))
	}
}

// Whatever way a server has of sending the token back, through HTTP or JSON, no
// call tells it on; nor whom a contract is about, nor where its document lies.
func TestAnswersThatQuoteTheToken(t *testing.T) {
	const bearer, person = "T0ken-Wert", "1833445523445"
	const ok = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n"
	shapes := map[string]string{
		"status line":     "HTTP/1.1 " + bearer + "\r\n\r\n",
		"protocol":        bearer + "\r\n\r\n",
		"header":          "HTTP/1.1 200 OK\r\n" + bearer + "\r\n\r\n",
		"length":          "HTTP/1.1 200 OK\r\nContent-Length: " + bearer + "\r\n\r\n",
		"content type":    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/" + bearer + "\r\n\r\nhello",
		"location":        "HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: http://[" + bearer + "\r\n\r\n",
		"amount":          ok + "\r\n" + `{"productPackages":[{"premium":{"netPremium":"` + bearer + `"}}]}`,
		"status":          ok + "\r\n" + `{"contractId":"` + bearer + `","status":"` + bearer + `"}`,
		"member":          ok + "\r\n" + `{"contractId":{"` + bearer + `":1},"status":{"` + bearer + `":1}}`,
		"text":            ok + "\r\n" + bearer,
		"refusal":         "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" + `{"code":"003","message":"` + bearer + `"}`,
		"system error":    "HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\n" + `{"message":"` + bearer + `"}`,
		"refusal in 200":  ok + "\r\n" + `{"errors":[{"code":"` + bearer + `","message":"` + bearer + `"}]}`,
		"fault":           ok + "\r\n" + `{"fault":{"faultstring":"` + bearer + ` timeout"}}`,
		"document":        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/pdf\r\n\r\n" + bearer,
		"half a document": "HTTP/1.1 200 OK\r\nContent-Length: 900\r\nContent-Type: application/pdf\r\n\r\n" + bearer,
	}
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, tokenPath) {
					w.Header().Set("Content-Type", "application/json")
					_, _ = io.WriteString(w, `{"access_token":"`+bearer+`"}`)
					return
				}
				if r.Header.Get("Authorization") != "Bearer "+bearer {
					t.Errorf("came with %q", r.Header.Get("Authorization"))
				}
				hijacked(t, w, r, shape)
			}))
			defer server.Close()
			c := client(t, allianz.Options{BaseURL: server.URL, ClientID: "id", ClientSecret: "hush-hush", Retry: allianz.Retry{Times: -1}})
			calls := append(operations(),
				operation{name: "quick quote", do: func(ctx context.Context, c *allianz.Client) (bool, error) {
					q, err := c.QuickQuote(ctx, allianz.QuickQuoteRequest{})
					return q != nil, err
				}},
				operation{name: "document", do: func(ctx context.Context, c *allianz.Client) (bool, error) {
					d, err := c.Document(ctx, server.URL+"/"+signed)
					return d != nil, err
				}},
			)
			failed := 0
			for _, op := range calls {
				got, err := op.do(t.Context(), c)
				if err == nil {
					continue
				}
				failed++
				texts := []string{err.Error(), fmt.Sprintf("%v %+v %q", err, err, err)}
				if e, ok := errors.AsType[*allianz.Error](err); ok {
					texts = append(texts, fmt.Sprintf("%+v", *e))
				}
				if e, ok := errors.AsType[*allianz.ProtocolError](err); ok {
					texts = append(texts, fmt.Sprintf("%+v", *e))
				}
				for _, hidden := range []string{bearer, person, "policy-22", "S1gn4tur"} {
					if text := strings.Join(texts, " "); got || strings.Contains(text, hidden) {
						t.Errorf("%s tells %q: %s", op.name, hidden, text)
					}
				}
			}
			if failed < len(calls)-1 {
				t.Errorf("%d calls failed, want all but one", failed)
			}
		})
	}
}
