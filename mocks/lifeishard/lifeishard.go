package lifeishard

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// The published credentials; they open nothing but sandboxes.
const (
	account   = "sandbox-broker"
	accountID = 1403
	password  = "sandbox-password-opens-nothing"
)

const (
	settingLiterals     = "lifeishard.literals"
	settingTokenStatus  = "lifeishard.token-status"
	settingNomenclature = "lifeishard.nomenclature"
)

// Insurer is Life is Hard, Romania: one server for liability covers of OMNIASIG.
func Insurer() mocks.Insurer {
	return mocks.Insurer{
		Slug:        "lifeishard",
		Title:       "Life is Hard, Romania, liability (OMNIASIG)",
		Credentials: map[string]any{"account": account, "password": password},
		Magic:       magic(),
		Settings:    settings(),
		Curl:        curl,
		Export:      export,
		New:         build,
	}
}

// broker is what the handlers share; what changes lies in its tables.
type broker struct {
	sessions store.Table[session]
	offers   store.Table[offer]
	policies store.Table[policy]
	numbers  store.Table[numbered]
	persons  store.Table[person]
}

func build(s store.Store) mocks.API {
	b := &broker{
		sessions: store.NewTable[session](s, mocks.Place("sessions")),
		offers:   store.NewTable[offer](s, mocks.Place("offers")),
		policies: store.NewTable[policy](s, mocks.Place("policies")),
		numbers:  store.NewTable[numbered](s, mocks.Place("numbers")),
		persons:  store.NewTable[person](s, mocks.Place("persons")),
	}
	return mocks.API{
		Faces: []mocks.Face{{
			Document: "lifeishard/liability",
			Operations: map[string]mocks.Operation{
				"authenticate":           b.authenticate,
				"renewToken":             b.renewToken,
				"logOut":                 b.logOut,
				"createOffer":            b.createOffer,
				"downloadOffer":          b.downloadOffer,
				"issuePolicy":            b.issuePolicy,
				"downloadPolicyByNumber": b.downloadPolicyByNumber,
				"downloadPolicy":         b.downloadPolicy,
				"downloadReceipt":        b.downloadReceipt,
				"localities":             localities,
				"counties":               counties,
				"countries":              countries,
			},
		}},
		Populate:     b.populate,
		Authenticate: b.identify,
		Refuse:       refuse,
	}
}

func settings() []mocks.Setting {
	return []mocks.Setting{
		{
			Key: settingLiterals, Values: []string{"real", "seed"}, Default: "real",
			Says:     "real answers numbers and booleans as such, which the manual says and the sibling's server does; seed puts them in quotes as the samples do",
			Evidence: contracts.Inferred,
		},
		{
			Key: settingNomenclature, Values: []string{"documented", "observed"}, Default: "documented",
			Says:     "documented lists localities with the printed Romanian members, observed with the English ones of the sibling's server",
			Evidence: contracts.Inferred,
		},
		{
			Key: settingTokenStatus, Values: []string{"401", "403"}, Default: "401",
			Says:     "the status that refuses a token; public clients expect the one or the other",
			Evidence: contracts.Inferred,
		},
	}
}

// said is an answer in the world's kind of literals.
func said(ctx context.Context, body any) (mocks.Answer, error) {
	if mocks.WorldOf(ctx).Setting(settingLiterals) != "seed" {
		return mocks.OK(body), nil
	}
	text, err := quoted(body)
	if err != nil {
		return mocks.Answer{}, err
	}
	return mocks.OK(text), nil
}

// quoted is the JSON of a value with its numbers and booleans in quotes, in the
// same order.
func quoted(body any) (json.RawMessage, error) {
	plain, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write an answer: %w", err)
	}
	text := make([]byte, 0, len(plain)+len(plain)/8)
	inText, bare := false, false
	for i, c := range plain {
		if !inText {
			starts := c == 't' || c == 'f' || c == '-' || c >= '0' && c <= '9'
			ends := c == ',' || c == '}' || c == ']'
			if starts && !bare && (i == 0 || plain[i-1] == ':' || plain[i-1] == ',' || plain[i-1] == '[') || bare && ends {
				text, bare = append(text, '"'), !bare
			}
		}
		if c == '"' && !escaped(plain, i) {
			inText = !inText
		}
		text = append(text, c)
	}
	return text, nil
}

// escaped says whether an odd number of backslashes stands before a place.
func escaped(text []byte, at int) bool {
	n := 0
	for at--; at >= 0 && text[at] == '\\'; at-- {
		n++
	}
	return n%2 == 1
}

func curl(base string) string {
	return fmt.Sprintf(`curl -s %s/auth -H 'Content-Type: application/json' -d '{"account":"%s","password":"%s"}'`, base, account, password)
}

func export(base string) [][2]string {
	return [][2]string{
		{"LIFEISHARD_BASE_URL", base},
		{"LIFEISHARD_ACCOUNT", account},
		{"LIFEISHARD_PASSWORD", password},
	}
}
