package uae

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/store"
)

// Where the servers stand.
const (
	hubMount       = "/auth1"
	authMount      = "/as1"
	resourcesMount = "/rs1"
)

// Insurer is UAE Open Finance as it plays one insurer: the hub with its consent
// page, its authorization server, and the resources in each version.
func Insurer() mocks.Insurer {
	return mocks.Insurer{
		Slug:  "uae",
		Title: "UAE Open Finance, insurance",
		Credentials: map[string]any{
			"client_id":              testClient,
			"redirect_uri":           testRedirect,
			"private_jwk":            testkeys().client.published(useSignature, string(jose.PS256)),
			"encryption_private_jwk": testkeys().clientEncryption.published(useEncryption, string(jose.RSA_OAEP_256)),
		},
		Magic:    magic(),
		Settings: settings(),
		Curl:     curl,
		Export:   export,
		New:      build,
	}
}

// hub is what the handlers share; what changes lies in its tables.
type hub struct {
	kept         uint64 // how many rows of a kind that nobody needs for long
	clients      store.Table[client]
	assertions   store.Table[assertion]
	consents     store.Table[consent]
	families     store.Table[family]
	requests     store.Table[pushed]
	interactions store.Table[interaction]
	grants       store.Table[grant]
	tokens       store.Table[token]
	subscribers  store.Table[subscriber]
	archive
}

func build(s store.Store) mocks.API { return newHub(s, rowsKept).api() }

func newHub(s store.Store, kept uint64) *hub {
	return &hub{
		kept:         kept,
		clients:      store.NewTable[client](s, mocks.Place("clients")),
		assertions:   store.NewTable[assertion](s, mocks.Place("assertions")),
		consents:     store.NewTable[consent](s, mocks.Place("consents")),
		families:     store.NewTable[family](s, mocks.Place("families")),
		requests:     store.NewTable[pushed](s, mocks.Place("requests")),
		interactions: store.NewTable[interaction](s, mocks.Place("interactions")),
		grants:       store.NewTable[grant](s, mocks.Place("grants")),
		tokens:       store.NewTable[token](s, mocks.Place("tokens")),
		subscribers:  store.NewTable[subscriber](s, mocks.Place("subscribers")),
		archive:      newArchive(s),
	}
}

func (h *hub) api() mocks.API {
	faces := []mocks.Face{
		{
			Document: "uae/hub", Mount: hubMount, Refuse: refuseHub,
			Operations: map[string]mocks.Operation{
				"getDiscovery":      h.getDiscovery,
				"getJwks":           h.getJwks,
				"authorize":         h.authorize,
				"decideInteraction": h.decideInteraction,
			},
		},
		{
			Document: "uae/auth", Mount: authMount, Refuse: refuseOAuth,
			Operations: map[string]mocks.Operation{
				"pushAuthorizationRequest": h.pushAuthorizationRequest,
				"issueToken":               h.issueToken,
			},
		},
	}
	for _, e := range editions() {
		faces = append(faces, e.face(h))
	}
	return mocks.API{
		Faces:        faces,
		Jobs:         h.jobs(),
		Populate:     h.populate,
		Authenticate: h.authenticate,
		Refuse:       refuseOAuth,
		Webhooks:     h.webhooks(),
		Register:     h.register,
	}
}

// populate writes the rows of a fresh world.
func (h *hub) populate(ctx context.Context) error {
	if err := h.clients.Insert(ctx, testClient, publishedClient()); err != nil {
		return fmt.Errorf("register the test client: %w", err)
	}
	return h.archive.populate(ctx)
}

// Security schemes of the documents.
const (
	schemeUser   = "UserOAuth2Security" // a token by authorization code
	schemeClient = "TPPOAuth2Security"  // a token by client credentials
)

func (h *hub) authenticate(r *http.Request, schemes []string) error {
	kind := kindClient
	if slices.Contains(schemes, schemeUser) {
		kind = kindUser
	}
	_, err := h.bearer(r, kind)
	return err
}

func curl(base string) string {
	return fmt.Sprintf("curl -s %s%s/.well-known/openid-configuration", base, hubMount)
}

func export(base string) [][2]string {
	jwk, err := json.Marshal(testkeys().client.published(useSignature, string(jose.PS256)))
	if err != nil {
		panic(err) // a committed key
	}
	return [][2]string{
		{"UAE_BASE_URL", base},
		{"UAE_ISSUER", base + hubMount},
		{"UAE_RESOURCES", base + resourcesMount},
		{"UAE_CLIENT_ID", testClient},
		{"UAE_REDIRECT_URI", testRedirect},
		{"UAE_PRIVATE_JWK", string(jwk)},
	}
}
