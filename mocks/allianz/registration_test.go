package allianz

import "testing"

func TestRegistrationTable(t *testing.T) {
	tests := []struct {
		country, kind any
		state, number bool // mandatory
	}{
		{thailand, plateGeneral, true, true},
		{thailand, plateRed, true, false},
		{thailand, plateGovernment, false, true},
		{"JPN", plateForeign, false, true},
		{nil, nil, true, false},
		{nil, plateGeneral, true, true},
		{nil, plateRed, true, false},
		{nil, plateGovernment, false, true},
		{thailand, nil, true, false},
		{"JPN", nil, false, true},

		// Not printed.
		{gone, gone, true, false},
		{"", gone, true, false},
		{nil, plateForeign, false, true},
		{"JPN", plateGeneral, false, true},
		{"JPN", plateRed, false, true},
		{"JPN", plateGovernment, false, true},
	}
	for _, test := range tests {
		for _, product := range []string{"vmi1-default", "cmi"} {
			state := test.state && (product != "cmi" || test.country == thailand)
			for name, missing := range map[string]any{"absent": gone, "null": nil, "blank": "", "spaces": "  "} {
				t.Run(product+" "+label(test.country)+" "+label(test.kind)+" "+name, func(t *testing.T) {
					plate := []edit{{"/vehicle/registrationCountry", test.country}, {"/vehicle/registrationType", test.kind}}
					with := func(more ...edit) members { return sample(t, product, append(plate, more...)...) }
					noState, noNumber := edit{"/vehicle/registrationState", missing}, edit{"/vehicle/registrationNumber", missing}
					quoted(t, with())
					judged(t, with(noState), state, "registrationState")
					judged(t, with(noNumber), test.number, "registrationNumber")
					if !state && !test.number {
						quoted(t, with(noState, noNumber))
					}
				})
			}
		}
	}
}

func TestForeignPlateInThailand(t *testing.T) {
	for _, product := range []string{"vmi1-default", "cmi"} {
		want003(t, sample(t, product, edit{"/vehicle/registrationType", plateForeign}), "registrationType")
	}
}

func judged(t *testing.T, ask members, mandatory bool, member string) {
	t.Helper()
	if mandatory {
		want003(t, ask, member)
		return
	}
	quoted(t, ask)
}

func label(value any) string {
	switch value {
	case nil:
		return "null"
	case gone:
		return "absent"
	}
	return value.(string)
}
