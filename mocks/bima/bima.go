package bima

import (
	"fmt"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// The published credentials; they open nothing but sandboxes.
const (
	username = "sandbox"
	password = "opens-nothing"
)

const settingAuth = "bima.auth"

// muscat is where the aggregator's day begins; Oman keeps no summer time.
var muscat = time.FixedZone("Asia/Muscat", 4*60*60)

// Insurer is Bima, Oman: one server with the token and four calls that read.
func Insurer() mocks.Insurer {
	return mocks.Insurer{
		Slug:        "bima",
		Title:       "Bima, Oman, insurance aggregator",
		Credentials: map[string]any{"username": username, "password": password},
		Magic:       magic(),
		Settings: []mocks.Setting{{
			Key: settingAuth, Values: []string{"lenient", "strict"}, Default: "lenient",
			Says:     "lenient lets a call without a token through, strict demands one; a wrong or expired token is always refused",
			Evidence: contracts.Inferred,
		}},
		Curl: func(base string) string {
			return fmt.Sprintf("curl -s '%s%s?contactNo=%s&langCode=en'", base, recentRequestsPath, printedContact)
		},
		Export: func(base string) [][2]string {
			return [][2]string{{"BIMA_BASE_URL", base}, {"BIMA_USERNAME", username}, {"BIMA_PASSWORD", password}}
		},
		New: build,
	}
}

// insurer is what the handlers share. A world has five requests at most, so one
// table holds all there is.
type insurer struct{ requests store.Table[request] }

func build(s store.Store) mocks.API {
	in := &insurer{store.NewTable[request](s, mocks.Place("requests"))}
	return mocks.API{
		Faces: []mocks.Face{{
			Document: "bima/insurance",
			Operations: map[string]mocks.Operation{
				"token":           in.token,
				"recentRequests":  in.recentRequests,
				"policyDetails":   in.policyDetails,
				"sharedDocuments": in.sharedDocuments,
				"sharedDownload":  in.sharedDownload,
			},
			Normalise: nameAsDocumented,
		}},
		Jobs: map[string]mocks.Job{
			jobAskDocuments:  in.askDocuments,
			jobSendDocuments: in.sendDocuments,
			jobDecide:        in.decide,
		},
		Populate:     in.populate,
		Authenticate: authenticate,
		Refuse:       refuse,
	}
}
