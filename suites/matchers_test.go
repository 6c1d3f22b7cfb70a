package suites

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	motor "github.com/understudy-sandbox/understudy/clients/allianz"
)

func TestRefuse(t *testing.T) {
	tests := []struct {
		name   string
		actual any
		want   bool
	}{
		{"the client's error", fmt.Errorf("quote: %w", &motor.Error{Status: 400, Code: "003"}), true},
		{"another code", &motor.Error{Status: 400, Code: "999"}, false},
		{"another error", errors.New("003"), false},
		{"no error", nil, false},
		{"a reply", reply{400, []byte(`{"code":"003","message":"x"}`)}, true},
		{"a reply with a list", reply{400, []byte(`{"errors":[{"code":"003"},{"code":"999"}]}`)}, true},
		{"a reply with the code further down the list", reply{400, []byte(`{"errors":[{"code":"999"},{"code":"003"}]}`)}, false},
		{"a reply that says yes", reply{200, []byte(`{"code":"003"}`)}, false},
		{"a reply that is no JSON", reply{400, []byte(`003`)}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Refuse("003").Match(tt.actual)
			if err != nil || got != tt.want {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
	if _, err := Refuse("003").Match("003"); err == nil {
		t.Error("a text is neither an error nor a reply, and is matched")
	}
}

func TestHaveMoney(t *testing.T) {
	tests := []struct {
		actual fmt.Stringer
		amount string
		want   bool
	}{
		{motor.Satang(155540), "1555.40", true},
		{motor.Satang(155540), "1555.4", true},
		{motor.Satang(155541), "1555.4", false},
		{json.Number("2e3"), "2000", true},
		{motor.Baht(0), "0.00", true},
	}
	for _, tt := range tests {
		t.Run(tt.actual.String()+" and "+tt.amount, func(t *testing.T) {
			got, err := HaveMoney(tt.amount).Match(tt.actual)
			if err != nil || got != tt.want {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
	for _, amount := range []motor.Amount{{}, motor.Baht(1)} {
		wrong := "1"
		if !amount.None() {
			wrong = "one"
		}
		if _, err := HaveMoney(wrong).Match(amount); err == nil {
			t.Errorf("%q and %q: one of them is no amount, and they are compared", amount, wrong)
		}
	}
}

func TestBeDoubtful(t *testing.T) {
	refused := &motor.Error{Call: "issue contract", Status: 400, Code: "112"}
	tests := []struct {
		name   string
		actual error
		want   bool
	}{
		{"an outcome that is not known", fmt.Errorf("sell: %w", &motor.UnknownOutcomeError{Call: "issue contract", Err: refused}), true},
		{"a no", refused, false},
		{"another error", errors.New("outcome unknown"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := BeDoubtful().Match(tt.actual); err != nil || got != tt.want {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
}
