package oneassure_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/clock"
)

// BenchmarkCalls is what a look-up and a page of ten cost, without a network.
func BenchmarkCalls(b *testing.B) {
	for name, path := range map[string]string{"policy": policies + "/" + printedNumber, "page": policies + printedWeek} {
		b.Run(name, func(b *testing.B) {
			s, err := mocks.New(optionsOf(clock.Frozen(monday)))
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				answer := httptest.NewRecorder()
				s.ServeHTTP(answer, httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil))
				if answer.Code != http.StatusOK {
					b.Fatalf("%d %s", answer.Code, answer.Body)
				}
			}
		})
	}
}
