package uae

import (
	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

const (
	settingScope  = "uae.scope"
	settingNonce  = "uae.nonce"
	settingReplay = "uae.replay"
	settingEvents = "uae.events"
)

func settings() []mocks.Setting {
	return []mocks.Setting{
		{
			Key: settingScope, Values: []string{"openid-insurance", "insurance-too"}, Default: "openid-insurance",
			Says:     "the scope of a request object: openid-insurance demands both, insurance-too also takes insurance alone, as the rc1 guide prints it",
			Evidence: contracts.Upstream,
		},
		{
			Key: settingNonce, Values: []string{"optional", "required"}, Default: "optional",
			Says:     "state and nonce of a request object: the published files leave them optional, the security pages demand them",
			Evidence: contracts.Upstream,
		},
		{
			Key: settingReplay, Values: []string{"400", "401"}, Default: "400",
			Says:     "the status for a client assertion that is used twice: the files know 400 alone, a security page allows either",
			Evidence: contracts.Upstream,
		},
		{
			Key: settingEvents, Values: []string{"jws", "jwe"}, Default: "jws",
			Says:     "how an event travels: jws signed, as up to v2.0; jwe signed and then encrypted to the client, as from v2.1 on",
			Evidence: contracts.Upstream,
		},
	}
}
