package bima_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/bima"
	"github.com/understudy-sandbox/understudy/mocks/clock"
)

// BenchmarkCalls is each printed call through the whole walk, checks included.
func BenchmarkCalls(b *testing.B) {
	s, err := mocks.New(mocks.Options{Insurers: []mocks.Insurer{bima.Insurer()}, Clock: clock.Frozen(monday)})
	if err != nil {
		b.Fatal(err)
	}
	for name, path := range map[string]string{
		"requests": printedRequests, "details": printedDetails, "documents": printedDocuments, "stamp": printedStamp, "pdf": printedPDF,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				got := httptest.NewRecorder()
				s.ServeHTTP(got, httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil))
				if got.Code != http.StatusOK {
					b.Fatal(got.Code)
				}
			}
		})
	}
}
