package bima

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

// lifetime of a token (upstream).
const lifetime = 24 * time.Hour

// testKey signs tokens; it is public and opens nothing.
const testKey = "understudy test key of bima, worthless on purpose"

// claims are those of the token that the aggregator prints elsewhere (upstream),
// in that order.
type claims struct {
	Subject        string `json:"sub"`
	ID             string `json:"jti"`
	Role           string `json:"role"`
	ClientCode     string `json:"clientCode"`
	PaymentGateway string `json:"paymentGateway"`
	Name           string `json:"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"`
	Expires        int64  `json:"exp"` // seconds since 1970
	Issuer         string `json:"iss"`
	Audience       string `json:"aud"`
}

type tokenAnswer struct {
	StatusCode    string   `json:"status_code"`
	StatusMessage string   `json:"status_message"`
	Data          *string  `json:"data"`
	Messages      []string `json:"messages"`
}

func (in *insurer) token(r *http.Request) (mocks.Answer, error) {
	ctx := r.Context()
	ask, _ := mocks.Decoded(ctx).(map[string]any)
	if ask["username"] != username || ask["password"] != password {
		return mocks.Answer{}, &mocks.Refusal{
			Kind: mocks.Unauthenticated, Where: "/password",
			Rule:   "a token is given for the published username and password",
			Remedy: "send them; `understudy env bima` prints them",
		}
	}
	world := mocks.WorldOf(ctx)
	n, err := world.Next(ctx, "bima-token")
	if err != nil {
		return mocks.Answer{}, fmt.Errorf("count tokens: %w", err)
	}
	text, err := sign(world.Name, claims{
		Subject: username, ID: world.Fake("token", world.Name, strconv.FormatUint(n, 10)).UUID(), Role: "APIUser",
		ClientCode: "BIMAAPP", PaymentGateway: "External_BIMA", Name: username,
		Expires: mocks.Now(ctx).Add(lifetime).Unix(), Issuer: "http://localhost", Audience: "http://localhost",
	})
	if err != nil {
		return mocks.Answer{}, err
	}
	return mocks.OK(tokenAnswer{StatusCode: "200", StatusMessage: "Token Created Successfully", Data: &text, Messages: []string{}}), nil
}

// sign writes a JWT by HS256. The world's name is part of the key, so a token is
// good in its own world alone.
func sign(world string, c claims) (string, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("write a token: %w", err)
	}
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(body)
	return text + "." + encode(signature(world, text)), nil
}

func signature(world, text string) []byte {
	mac := hmac.New(sha256.New, []byte(testKey+" "+world))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func encode(part []byte) string { return base64.RawURLEncoding.EncodeToString(part) }

// authenticate judges the token of a call; that it comes as a bearer is inferred.
func authenticate(r *http.Request, _ []string) error {
	world := mocks.WorldOf(r.Context())
	header := r.Header.Get("Authorization")
	if header == "" {
		if world.Setting(settingAuth) != "strict" {
			return nil
		}
		return unauthenticated("", settingAuth+" is strict here, which demands a token")
	}
	scheme, text, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return unauthenticated("", "the call takes a bearer token")
	}
	expires, ok := verify(world.Name, strings.TrimSpace(text))
	if !ok {
		return unauthenticated("The signature is invalid", "the token is none that this world gave; a token is good in its own world alone")
	}
	if !mocks.Now(r.Context()).Before(expires) {
		return unauthenticated("The token expired at '"+expires.Format("01/02/2006 15:04:05")+"'", "a token lives for 24 hours by the world's clock")
	}
	return nil
}

// verify reads when a token expires, if the world signed it.
func verify(world, token string) (time.Time, bool) {
	last := max(strings.LastIndexByte(token, '.'), 0)
	if !hmac.Equal([]byte(token[last:]), []byte("."+encode(signature(world, token[:last])))) {
		return time.Time{}, false
	}
	_, body, _ := strings.Cut(token[:last], ".")
	plain, err := base64.RawURLEncoding.DecodeString(body)
	var c claims
	if err != nil || json.Unmarshal(plain, &c) != nil {
		return time.Time{}, false
	}
	return time.Unix(c.Expires, 0).UTC(), true
}

// unauthenticated refuses a caller; detail is for the challenge.
func unauthenticated(detail, rule string) *mocks.Refusal {
	return &mocks.Refusal{
		Kind: mocks.Unauthenticated, Detail: detail, Where: "header Authorization", Rule: rule,
		Remedy: "get a token at POST /api/Auth/Token of the same base URL", Evidence: contracts.Inferred,
	}
}

// challenge is the WWW-Authenticate of a refusal, as services of this kind write it.
func challenge(r *mocks.Refusal) string {
	if r.Detail == "" {
		return "Bearer"
	}
	return `Bearer error="invalid_token", error_description="` + r.Detail + `"`
}
