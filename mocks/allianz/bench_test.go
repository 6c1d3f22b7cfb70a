package allianz

import "testing"

func BenchmarkQuote(b *testing.B) {
	ask := sample(b, "vmi1-items")
	b.ReportAllocs()
	for b.Loop() {
		if _, refusal := quote(ask, today); refusal != nil {
			b.Fatal(refusal)
		}
	}
}
