package contracts

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // Romanian time holds on machines without a zone database
)

// sessionOf is the pair of an accepted log-in or renewal.
func sessionOf(x *Exchange) (any, bool) {
	_, answer, ok := lifeishardYes(x)
	data := member(answer, "data")
	return data, ok && data != nil
}

// claimsOf reads the claims of a JWT, whose signature may have been taken out.
func claimsOf(token string) (any, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, false
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, false
	}
	claims, err := decodeJSON(text)
	return claims, err == nil
}

var secondsText = regexp.MustCompile(`^[0-9]{1,11}([.][0-9]{1,9})?$`)

// momentOf reads a time of a claim, which has decimals.
func momentOf(claims any, name string) (*big.Rat, bool) {
	text := plain(member(claims, name))
	if !secondsText.MatchString(text) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

func tokenClaims(x *Exchange) error {
	data, ok := sessionOf(x)
	if !ok || text(data, "token") == removed {
		return errBeside
	}
	claims, ok := claimsOf(text(data, "token"))
	if !ok {
		return &Mismatch{Where: "/data/token", Got: shown(data, "token"), Want: "a JWT"}
	}
	var all []error
	if text(claims, "iss") != "Life is hard" {
		all = append(all, &Mismatch{Where: "/data/token", Got: "iss " + shown(claims, "iss"), Want: `iss "Life is hard"`})
	}
	began, ok1 := momentOf(claims, "iat")
	ends, ok2 := momentOf(claims, "exp")
	if !ok1 || !ok2 {
		return errors.Join(append(all, &Mismatch{Where: "/data/token", Got: fmt.Sprintf("iat %s, exp %s", shown(claims, "iat"), shown(claims, "exp")), Want: "two moments in seconds"})...)
	}
	if life := ends.Sub(ends, began); life.Cmp(big.NewRat(12*60*60, 1)) != 0 {
		all = append(all, &Mismatch{Where: "/data/token", Got: life.FloatString(0) + " seconds", Want: "43200 seconds from iat to exp"})
	}
	return errors.Join(all...)
}

func expiresLocally(x *Exchange) error {
	data, ok := sessionOf(x)
	if !ok {
		return errBeside
	}
	claims, _ := claimsOf(text(data, "token"))
	ends, ok := momentOf(claims, "exp")
	if !ok {
		return errBeside
	}
	zone, err := time.LoadLocation("Europe/Bucharest")
	if err != nil {
		return errBeside
	}
	seconds := new(big.Int).Quo(ends.Num(), ends.Denom()).Int64()
	if want := time.Unix(seconds, 0).In(zone).Format(time.DateTime); text(data, "expires_at") != want {
		return differ("/data", data, "expires_at", want)
	}
	return nil
}

var refreshText = regexp.MustCompile(`^[0-9a-f]{64}$`)

func refreshTokenForm(x *Exchange) error {
	data, ok := sessionOf(x)
	got := text(data, "refresh_token")
	switch {
	case !ok, got == removed:
		return errBeside
	case refreshText.MatchString(got):
		return nil
	}
	return differ("/data", data, "refresh_token", "64 hexadecimal digits")
}

func tokenRequired(x *Exchange) error {
	header := x.Request.Header.Get("Token")
	bearer := len(header) >= 7 && strings.EqualFold(header[:7], "Bearer ")
	if x.Operation == "" || x.Operation == "authenticate" || x.Response.Status == 0 || header != "" && !bearer {
		return errBeside
	}
	if lifeishardAccepted(x) {
		return &Mismatch{Where: "request header Token", Got: "accepted", Want: "refused without a bare token"}
	}
	return nil
}

func refreshWord(x *Exchange) error {
	header := x.Request.Header.Get("Token")
	if x.Response.Status == 0 || header == "" || header == removed || strings.HasPrefix(header, "Refresh ") {
		return errBeside
	}
	if lifeishardAccepted(x) {
		return &Mismatch{Where: "request header Token", Got: "accepted", Want: "refused without the word Refresh"}
	}
	return nil
}
