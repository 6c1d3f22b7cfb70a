package allianz_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
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
