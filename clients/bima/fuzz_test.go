package bima_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/understudy-sandbox/understudy/clients/bima"
)

// FuzzAnswers hands any body to every call: what comes back is an answer or a
// typed error.
func FuzzAnswers(f *testing.F) {
	for _, name := range []string{"recent-requests", "policy-details", "shared-documents"} {
		f.Add(printed(f, name))
	}
	for _, text := range []string{`{}`, `null`, `[]`, noRecord, emptyList, goodToken, `{"statusCode":1}`, `{"statusCode":"OK","Data":[null]}`, `{"status_code":"OK","documents_required":[{"order_no":1e999}]}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := client(t, func(*http.Request) (*http.Response, error) { return said(text), nil })
		for _, call := range calls {
			err := call.do(t.Context(), c)
			_, refused := errors.AsType[*bima.Error](err)
			_, broken := errors.AsType[*bima.ProtocolError](err)
			if err != nil && !refused && !broken {
				t.Errorf("%s: got %T %v", call.name, err, err)
			}
		}
	})
}
