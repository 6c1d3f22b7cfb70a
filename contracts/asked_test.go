package contracts

import (
	"slices"
	"testing"
)

// TestAsked: an exchange speaks only for the checks that it could have broken.
func TestAsked(t *testing.T) {
	refusal := []byte(`{"code":"003","message":"garageType ข้อมูลที่ส่งมาไม่ถูกต้อง"}`)
	tests := []struct {
		name         string
		change       func(*Exchange)
		asked, aside []string
	}{
		{
			name: "a quote", change: func(*Exchange) {},
			asked: []string{"allianz/stamp-and-vat", "allianz/owner-null", "allianz/body-fits", "allianz/no-server-error"},
			aside: []string{"allianz/refusal-text", "allianz/refusal-shape", "allianz/refuses-misfits", "allianz/malformed-refused", "allianz/token-given", "allianz/gateway-fault"},
		},
		{
			name: "a quote that is wrong",
			change: func(x *Exchange) {
				x.Response.SetBody([]byte(`{"productPackages":[{"premium":{"netPremium":1,"grossPremium":2,"additionalCosts":[]}}]}`))
			},
			asked: []string{"allianz/stamp-and-vat", "allianz/body-fits"},
			aside: []string{"allianz/refusal-text"},
		},
		{
			name:   "a refusal",
			change: func(x *Exchange) { x.Response.Status = 400; x.Response.SetBody(refusal) },
			asked:  []string{"allianz/refusal-text", "allianz/refusal-envelope", "allianz/documented-status", "allianz/body-fits"},
			aside:  []string{"allianz/stamp-and-vat", "allianz/garage-fits-plan", "allianz/registration-required"},
		},
		{
			name: "a refusal of what is malformed",
			change: func(x *Exchange) {
				x.Request.SetBody([]byte("{"))
				x.Response.Status = 500
				x.Response.SetBody([]byte(`{"code":"999","message":"เกิดข้อผิดพลาดในระบบ"}`))
			},
			asked: []string{"allianz/malformed-refused", "allianz/refuses-misfits", "allianz/refusal-text"},
			aside: []string{"allianz/no-server-error", "allianz/all-items-sent", "allianz/stamp-and-vat"},
		},
		{
			name:   "another status",
			change: func(x *Exchange) { x.Response.Status = 418; x.Response.SetBody(refusal) },
			asked:  []string{"allianz/documented-status", "allianz/refusal-shape"},
			aside:  []string{"allianz/body-fits", "allianz/media-type"},
		},
		{
			name:   "half an answer",
			change: func(x *Exchange) { x.Response.Cut = true },
			asked:  []string{"allianz/documented-status"},
			aside:  []string{"allianz/body-fits", "allianz/stamp-and-vat"},
		},
		{
			name:   "no answer",
			change: func(x *Exchange) { x.Response = Response{} },
			aside:  []string{"allianz/documented-status", "allianz/request-fits", "allianz/stamp-and-vat"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, x := sample(t)
			tt.change(x)
			asked := c.Asked(x)
			for _, id := range tt.asked {
				if !slices.Contains(asked, id) {
					t.Errorf("%s is not asked", id)
				}
			}
			for _, id := range tt.aside {
				if _, known := c.Check(id); !known || slices.Contains(asked, id) {
					t.Errorf("%s is asked, or is no check", id)
				}
			}
			for _, found := range c.Examine(x) {
				if x.Response.Status != 0 && !slices.Contains(asked, found.Check) {
					t.Errorf("%s is broken and was not asked", found.Check)
				}
			}
		})
	}
}
