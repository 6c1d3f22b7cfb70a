package uae

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
)

// What a status alone says, for errors.Is, whichever server said it. The hub
// sends these with an empty body or an empty object.
var (
	ErrUnauthorized    = errors.New("uae: unauthorized")      // 401: the token has expired, or was never good
	ErrNotFound        = errors.New("uae: not found")         // 404
	ErrTooManyRequests = errors.New("uae: too many requests") // 429: see RetryAfter
)

// What is found on this side, for errors.Is.
var (
	// ErrNoSession is a call for a customer's data without that customer's session.
	ErrNoSession = errors.New("uae: a customer's data needs a session")

	// ErrNoRefresh is a session whose access token is over and that has no refresh token.
	ErrNoRefresh = errors.New("uae: the access token is over and there is no refresh token")

	// ErrState is a callback whose state is not the one that was sent out.
	ErrState = errors.New("uae: the state is not ours")
)

// What is wrong with something signed: an id_token or an event.
var (
	ErrMalformed  = errors.New("uae: malformed")
	ErrAlgorithm  = errors.New("uae: the algorithm is not PS256, or RSA-OAEP-256 with A256GCM")
	ErrUnknownKey = errors.New("uae: the key is not known")
	ErrDecryption = errors.New("uae: cannot be decrypted")
	ErrSignature  = errors.New("uae: the signature is wrong")
	ErrIssuer     = errors.New("uae: the issuer is another")
	ErrAudience   = errors.New("uae: meant for another audience")
	ErrExpired    = errors.New("uae: expired")
	ErrNotYet     = errors.New("uae: not valid yet")
	ErrNonce      = errors.New("uae: the nonce is not ours") // of an id_token
	ErrReplayed   = errors.New("uae: replayed")              // of an event
)

// Code is a code out of an error answer of the resource server. It is an error
// itself: errors.Is(err, uae.CodeConsentRevoked).
type Code string

// The codes of v1.2. Others exist and are passed on as they come.
const (
	CodeTokenUnauthorized       Code = "AccessToken.Unauthorized"
	CodeTokenScope              Code = "AccessToken.InvalidScope"
	CodeConsentRevoked          Code = "Consent.Revoked"
	CodeConsentInvalid          Code = "Consent.Invalid"
	CodeConsentRule             Code = "Consent.BusinessRuleViolation"
	CodeAccessTransient         Code = "Consent.TransientAccountAccessFailure"
	CodeAccessBlocked           Code = "Consent.AccountTemporarilyBlocked"
	CodeAccessPermanent         Code = "Consent.PermanentAccountAccessFailure"
	CodeJWSSignature            Code = "JWS.InvalidSignature"
	CodeJWSMalformed            Code = "JWS.Malformed"
	CodeJWSClaim                Code = "JWS.InvalidClaim"
	CodeJWSHeader               Code = "JWS.InvalidHeader"
	CodeJWEDecryption           Code = "JWE.DecryptionError"
	CodeJWEHeader               Code = "JWE.InvalidHeader"
	CodeEventUnexpected         Code = "Event.UnexpectedEvent"
	CodeBodyFormat              Code = "Body.InvalidFormat"
	CodeResourceID              Code = "Resource.InvalidResourceId"
	CodeResourceFormat          Code = "Resource.InvalidFormat"
	CodeGenericRecoverableError Code = "GenericRecoverableError"
	CodeGenericError            Code = "GenericError"
)

// Error makes a Code fit for errors.Is and errors.As.
func (c Code) Error() string { return "uae: code " + string(c) }

// Problem is one entry of an error answer. Path and URL may be missing.
type Problem struct {
	Code    Code   `json:"Code"`
	Message string `json:"Message"`
	Path    string `json:"Path"`
	URL     string `json:"Url"`
}

// Error is an answer of the resource server that says no. It unwraps to its codes,
// and to what its status alone says.
type Error struct {
	Call          string // which call was refused: "list policies"
	Status        int    // the HTTP status, as sent
	Errors        []Problem
	InteractionID string        // as the answer has it, "" if it has none
	RetryAfter    time.Duration // 0 when the answer does not say
}

// Error says which call failed, with status and first code in one line.
func (e *Error) Error() string {
	line := answered(e.Call, e.Status)
	if len(e.Errors) > 0 {
		line += part(string(e.Errors[0].Code)) + part(e.Errors[0].Message)
	}
	return line
}

// Unwrap is the codes of the answer, the first one first.
func (e *Error) Unwrap() []error {
	var codes []error
	for _, p := range e.Errors {
		if p.Code != "" {
			codes = append(codes, p.Code)
		}
	}
	return codes
}

// Is says what the status alone says.
func (e *Error) Is(target error) bool { return saysStatus(e.Status, target) }

// OAuthCode is a code of OAuth, of an answer or of a callback. It is an error
// itself: errors.Is(err, uae.AccessDenied).
type OAuthCode string

// The codes that the hub is known to send. Others are passed on as they come.
const (
	InvalidRequest         OAuthCode = "invalid_request"
	InvalidClient          OAuthCode = "invalid_client"
	InvalidGrant           OAuthCode = "invalid_grant"
	InvalidScope           OAuthCode = "invalid_scope"
	UnauthorizedClient     OAuthCode = "unauthorized_client"
	UnsupportedGrantType   OAuthCode = "unsupported_grant_type"
	AccessDenied           OAuthCode = "access_denied"           // of a callback
	ServerError            OAuthCode = "server_error"            // of a callback
	TemporarilyUnavailable OAuthCode = "temporarily_unavailable" // of a callback
)

// Error makes an OAuthCode fit for errors.Is and errors.As.
func (c OAuthCode) Error() string { return "uae: " + string(c) }

// OAuthError is an answer of the authorization server that says no. It unwraps to
// its code, and to what its status alone says.
type OAuthError struct {
	Call        string    // "push", "token", "refresh", "client token"
	Status      int       // the HTTP status, as sent
	Code        OAuthCode // "" when the answer has none, or could not be read
	Description string
	URI         string
	RetryAfter  time.Duration // 0 when the answer does not say
}

// Error says which call failed, with status and code in one line.
func (e *OAuthError) Error() string {
	return answered(e.Call, e.Status) + part(string(e.Code)) + part(e.Description)
}

// Unwrap is the code of the answer.
func (e *OAuthError) Unwrap() error {
	if e.Code == "" {
		return nil
	}
	return e.Code
}

// Is says what the status alone says.
func (e *OAuthError) Is(target error) bool { return saysStatus(e.Status, target) }

// ProtocolError is an answer that the hub cannot have meant: cut off, too long,
// empty, redirected, not JSON, or without what the call is for.
type ProtocolError struct {
	Call    string // which call was answered
	Status  int    // the HTTP status, as sent
	Problem string // what is wrong, in words
	Err     error  // the cause, if there is one

	cut bool // the connection ended before the answer did
}

// Error says which call was answered how, without quoting the answer.
func (e *ProtocolError) Error() string {
	text := fmt.Sprintf("uae: %s: answered %d: %s", e.Call, e.Status, e.Problem)
	if e.Err != nil {
		text += ": " + oneLine(e.Err.Error())
	}
	return text
}

// Unwrap is the cause.
func (e *ProtocolError) Unwrap() error { return e.Err }

func saysStatus(status int, target error) bool {
	switch status {
	case http.StatusUnauthorized:
		return errors.Is(target, ErrUnauthorized)
	case http.StatusNotFound:
		return errors.Is(target, ErrNotFound)
	case http.StatusTooManyRequests:
		return errors.Is(target, ErrTooManyRequests)
	default:
		return false
	}
}

// passingStatus says that the next try may well be answered.
func passingStatus(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

func answered(call string, status int) string {
	return strings.TrimSpace(fmt.Sprintf("uae: %s: answered %d %s", call, status, http.StatusText(status)))
}

func part(text string) string {
	if text == "" {
		return ""
	}
	return ": " + oneLine(text)
}

// named says which call failed, where the error does not say so itself.
func named(call string, err error) error {
	if strings.HasPrefix(err.Error(), "uae: ") {
		return err
	}
	return fmt.Errorf("uae: %s: %w", call, err)
}

// oneLine keeps a stranger's text from filling or breaking a log line.
func oneLine(text string) string {
	const longest = 200
	runes := []rune(text)
	if len(runes) > longest {
		runes = append(runes[:longest], '…')
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, string(runes))
}
