package lifeishard

import (
	_ "embed"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// localitiesText holds, for each county, a line with letters, code and name, and
// lines with its municipalities and towns. A code of the register SIRUTA stands
// behind a name where we are sure of it.
//
//go:embed localities.txt
var localitiesText string

//go:embed countries.txt
var countriesText string

// The ranks that were observed at the sibling; villages, which have 5, are not in
// our list. That the sectors of the capital rank as municipalities is ours.
const (
	rankMunicipality = 2
	rankTown         = 3
)

// notInRegister is the first number of the localities whose code we do not know.
const notInRegister = 900_000

type county struct {
	ID      int    `json:"id"`
	Siruta  int    `json:"siruta"`
	Code    string `json:"code"`
	Name    string `json:"name"`
	Country string `json:"country"`
}

// locality is one as the sibling's server sends it.
type locality struct {
	ID         int    `json:"id"`
	Rank       int    `json:"rang"`
	Name       string `json:"name"`
	CountyCode string `json:"countyCode"`
	Siruta     int    `json:"siruta"`
}

// place is a locality as it is printed.
type place struct {
	Name   string `json:"nume"`
	County string `json:"cod_judet"`
	Siruta int    `json:"cod_siruta"`
}

type country struct {
	Name string `json:"name"`
	ISO2 string `json:"iso2"`
	ISO3 string `json:"iso3"`
}

// listAnswer is the printed envelope of a list.
type listAnswer[T any] struct {
	Error  bool `json:"error"`
	Status int  `json:"status"`
	Data   []T  `json:"data"`
}

type gazetteer struct {
	counties   []county
	count      int                   // of localities
	localities map[string][]locality // by the letters of a county
	countries  []country
}

// places reads the lists, once a process; they are part of the program, so a line
// that cannot be read is a mistake in it.
var places = sync.OnceValue(func() *gazetteer {
	g := &gazetteer{localities: map[string][]locality{}}
	for line := range strings.Lines(localitiesText) {
		if err := g.read(strings.TrimSpace(line)); err != nil {
			panic(err)
		}
	}
	for line := range strings.Lines(countriesText) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 3)
		g.countries = append(g.countries, country{ISO2: words[0], ISO3: words[1], Name: words[2]})
	}
	return g
})

func (g *gazetteer) read(line string) error {
	kind, rest, _ := strings.Cut(line, " ")
	switch kind {
	case "municipalities":
		return g.add(rankMunicipality, rest)
	case "towns":
		return g.add(rankTown, rest)
	}
	code, name, _ := strings.Cut(rest, " ")
	siruta, err := strconv.Atoi(code)
	if err != nil {
		return fmt.Errorf("lifeishard: county %q: %w", line, err)
	}
	g.counties = append(g.counties, county{ID: len(g.counties) + 1, Siruta: siruta, Code: kind, Name: strings.ToUpper(name), Country: "RO"})
	return nil
}

func (g *gazetteer) add(rank int, list string) error {
	in := g.counties[len(g.counties)-1].Code
	for one := range strings.SplitSeq(list, ", ") {
		g.count++
		name, code, sure := strings.Cut(one, "=")
		siruta := notInRegister + g.count
		if sure {
			var err error
			if siruta, err = strconv.Atoi(code); err != nil {
				return fmt.Errorf("lifeishard: locality %q: %w", one, err)
			}
		}
		g.localities[in] = append(g.localities[in], locality{ID: g.count, Rank: rank, Name: name, CountyCode: in, Siruta: siruta})
	}
	return nil
}

func localities(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	there := places().localities[strings.ToUpper(strings.TrimSpace(r.PathValue("county_code")))]
	var body any
	if mocks.WorldOf(ctx).Setting(settingNomenclature) == "observed" {
		body = listed(append([]locality{}, there...))
	} else {
		all := make([]place, len(there))
		for i, l := range there {
			all[i] = place{l.Name, l.CountyCode, l.Siruta}
		}
		body = listed(all)
	}
	a, err := said(ctx, body)
	a.Rule, a.Evidence = "the towns of the county, most of them with a number of ours", contracts.Inferred
	if len(there) == 0 {
		a.Rule, a.Evidence = "an unknown county has no towns, which is no refusal", contracts.Observed
	}
	return a, err
}

func counties(r *http.Request) (mocks.Answer, error) {
	return ours(said(r.Context(), listed(places().counties)))
}

func countries(r *http.Request) (mocks.Answer, error) {
	return ours(said(r.Context(), listed(places().countries)))
}

// ours grades a list whose form is known, and whose rows are from general
// knowledge.
func ours(a mocks.Answer, err error) (mocks.Answer, error) {
	a.Rule, a.Evidence = "the form is public, the rows and their numbers are ours", contracts.Inferred
	return a, err
}

func listed[T any](all []T) listAnswer[T] { return listAnswer[T]{Status: http.StatusOK, Data: all} }
