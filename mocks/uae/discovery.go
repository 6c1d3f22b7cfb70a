package uae

import (
	"net/http"

	"github.com/go-jose/go-jose/v4"

	"github.com/understudy-sandbox/understudy/mocks"
)

// metadata is the discovery document. It names what the hub here does; what other
// hubs publish besides (userinfo, introspection, the ciba grant) is left out.
type metadata struct {
	Issuer                  string   `json:"issuer"`
	AuthorizationEndpoint   string   `json:"authorization_endpoint"`
	TokenEndpoint           string   `json:"token_endpoint"`
	JwksURI                 string   `json:"jwks_uri"`
	PushedEndpoint          string   `json:"pushed_authorization_request_endpoint"`
	GrantTypes              []string `json:"grant_types_supported"`
	ResponseTypes           []string `json:"response_types_supported"`
	ResponseModes           []string `json:"response_modes_supported"`
	TokenAuthMethods        []string `json:"token_endpoint_auth_methods_supported"`
	TokenAuthAlgorithms     []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	RequestObjectAlgorithms []string `json:"request_object_signing_alg_values_supported"`
	RequestObjectEncryption []string `json:"request_object_encryption_alg_values_supported"`
	RequestObjectContent    []string `json:"request_object_encryption_enc_values_supported"`
	IDTokenAlgorithms       []string `json:"id_token_signing_alg_values_supported"`
	ChallengeMethods        []string `json:"code_challenge_methods_supported"`
	RequirePushed           bool     `json:"require_pushed_authorization_requests"`
	AnswersNameIssuer       bool     `json:"authorization_response_iss_parameter_supported"`
	SubjectTypes            []string `json:"subject_types_supported"`
	Claims                  []string `json:"claims_supported"`
	Scopes                  []string `json:"scopes_supported"`
	DetailTypes             []string `json:"authorization_details_types_supported"`
	CertificateBoundTokens  bool     `json:"tls_client_certificate_bound_access_tokens"` // false although tokens are bound, as published
	Aliases                 *aliases `json:"mtls_endpoint_aliases,omitempty"`
}

// aliases are the addresses on the listener that asks for client certificates.
type aliases struct {
	TokenEndpoint  string `json:"token_endpoint"`
	PushedEndpoint string `json:"pushed_authorization_request_endpoint"`
}

func (h *hub) getDiscovery(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	base, ps256 := mocks.Base(ctx), []string{string(jose.PS256)}
	m := metadata{
		Issuer:                  issuer(ctx),
		AuthorizationEndpoint:   base + hubMount + "/auth",
		TokenEndpoint:           base + authMount + "/token",
		JwksURI:                 base + hubMount + "/jwks",
		PushedEndpoint:          base + authMount + "/par",
		GrantTypes:              []string{grantCode, grantClient, grantRefresh},
		ResponseTypes:           []string{"code"},
		ResponseModes:           []string{"query"},
		TokenAuthMethods:        []string{"private_key_jwt"},
		TokenAuthAlgorithms:     ps256,
		RequestObjectAlgorithms: ps256,
		RequestObjectEncryption: []string{},
		RequestObjectContent:    []string{},
		IDTokenAlgorithms:       ps256,
		ChallengeMethods:        []string{challengeMethod},
		RequirePushed:           true,
		AnswersNameIssuer:       true,
		SubjectTypes:            []string{"public"},
		Claims:                  []string{"aud", "exp", "nbf"},
		Scopes:                  []string{scopeOpenID, scopeInsurance},
	}
	for _, e := range editions() {
		m.DetailTypes = append(m.DetailTypes, e.kind)
	}
	if own := mocks.MTLSBase(ctx); own != "" {
		m.Aliases = &aliases{TokenEndpoint: own + authMount + "/token", PushedEndpoint: own + authMount + "/par"}
	}
	answer := mocks.OK(m)
	answer.Header = http.Header{"Cache-Control": {"max-age=900"}}
	return answer, nil
}

func (h *hub) getJwks(*http.Request) (mocks.Answer, error) {
	return mocks.OK(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{testkeys().hub.public(useSignature, string(jose.PS256))}}), nil
}
