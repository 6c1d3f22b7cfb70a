package allianz

import "testing"

func BenchmarkQuote(b *testing.B) {
	ask := sample(b, "vmi1-items")
	b.ReportAllocs()
	for b.Loop() {
		if _, refusal := quote(ask, today, 1); refusal != nil {
			b.Fatal(refusal)
		}
	}
}
