package uae

import (
	"slices"
	"testing"
)

// What is published as magic is there in a fresh world, and does what it is said to.
func TestMagic(t *testing.T) {
	acts := map[string]bool{hamadID: false, uninsuredID: false, suspendedID: false, withdrawnID: false}
	for _, m := range magic() {
		switch m.Pointer {
		case "/persona":
			at := slices.IndexFunc(people, func(p person) bool { return p.id == m.Value })
			if at < 0 {
				t.Errorf("there is no persona %s", m.Value)
				continue
			}
			acts[m.Value] = true
			p := people[at]
			if special := m.Value != hamadID; special == (p.note == "") || special == (len(p.cars) > 0 && len(p.turns) == 0) {
				t.Errorf("%s: note %q, %d cars, %d turns", m.Value, p.note, len(p.cars), len(p.turns))
			}
		case "/InsurancePolicyId":
			if m.Value != hamadPolicy {
				t.Errorf("%s is no policy of every world", m.Value)
			}
		default:
			t.Errorf("nobody knows what %s means", m.Pointer)
		}
	}
	for id, published := range acts {
		if !published {
			t.Errorf("%s is published nowhere", id)
		}
	}
	for _, p := range people {
		if _, known := acts[p.id]; !known && p.note != "" {
			t.Errorf("%s is special and not published", p.id)
		}
	}
}
