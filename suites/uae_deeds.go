package suites

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/understudy-sandbox/understudy/clients/uae"
	"github.com/understudy-sandbox/understudy/contracts"
)

// uaeDeeds: a pushed request stages a consent, unless it can be none; it is undone
// by revoking the consent.
var uaeDeeds = deeds{read: readUAE, answered: answeredUAE, undo: undoUAE, undoing: 8}

func readUAE(x *contracts.Exchange) deed {
	switch x.Operation {
	case "issueToken", "decideInteraction":
		return deed{harmless: true} // what binds is the consent, which is in the ledger by then
	case "pushAuthorizationRequest":
		id := pushedConsent(x)
		return deed{harmless: id == "", binds: id != "", key: "consent " + id, id: id}
	case uaeRC1.ops.patch, uaeV12.ops.patch:
		if revokes(x.Request.Body) {
			return deed{ends: x.Request.Vars["ConsentId"]}
		}
		return deed{harmless: true} // a subscription ends with its consent
	default:
		return deed{}
	}
}

// pushedConsent is the consent that a push may stage; "" where the profile has no
// way to take it for one: it is not signed with PS256, or asks for none or several.
func pushedConsent(x *contracts.Exchange) string {
	form, err := url.ParseQuery(string(x.Request.Body))
	if err != nil {
		return ""
	}
	head, rest, _ := strings.Cut(form.Get("request"), ".")
	payload, _, _ := strings.Cut(rest, ".")
	var header struct{ Alg string }
	if !readPart(head, &header) || header.Alg != "PS256" {
		return ""
	}
	type consent struct{ ConsentID string }
	var claims struct {
		Challenge string                       `json:"code_challenge"`
		Details   []struct{ Consent *consent } `json:"authorization_details"`
	}
	if !readPart(payload, &claims) || claims.Challenge == "" || len(claims.Details) != 1 || claims.Details[0].Consent == nil {
		return ""
	}
	return claims.Details[0].Consent.ConsentID
}

func readPart(part string, into any) bool {
	text, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(text, into) == nil
}

func revokes(body []byte) bool {
	var sent struct{ Data struct{ Status string } }
	return json.Unmarshal(body, &sent) != nil || sent.Data.Status != ""
}

func answeredUAE(x *contracts.Exchange) answer {
	status := x.Response.Status
	switch {
	case status/100 == 2 && x.Operation == "pushAuthorizationRequest":
		return answer{id: pushedConsent(x)}
	case status/100 == 2:
		return answer{ended: true}
	default:
		return answer{refused: status/100 == 4 && status != http.StatusRequestTimeout}
	}
}

func undoUAE(ctx context.Context, t *Target, c *http.Client, id string) error {
	refused := errors.New("the target speaks no version of it")
	spoken, unknown := 0, 0 // versions: of the target, and those that know no such consent
	for _, v := range slices.Backward(uaeVersions) {
		if t.Abilities != nil && !slices.Contains(t.Abilities, v.name) {
			continue
		}
		spoken++
		p, err := uaeHub{t}.newParty(v, c)
		if err != nil {
			return err
		}
		if _, refused = p.Revoke(ctx, uae.Visit{}, id, uae.ByTPP); refused == nil {
			return nil
		}
		// It may have ended before, or now without an answer.
		found, err := p.look(ctx, id)
		switch {
		case errors.Is(err, uae.ErrNotFound):
			unknown++
			continue // it is of another version, or was never made
		case errors.Is(err, uae.CodeConsentInvalid):
			continue // it is of another version
		case err != nil:
			return errors.Join(refused, err)
		case found.Data.Status == uae.Revoked, found.Data.Status == uae.Rejected, found.Data.Status == uae.Expired:
			return nil
		}
		return refused
	}
	if spoken > 0 && unknown == spoken {
		return nil // its push never came to the hub
	}
	return fmt.Errorf("%w: %w", errStays, refused)
}

// uaeKnock asks for a token of the client's own.
func uaeKnock(ctx context.Context, c *http.Client, t *Target) error {
	if t.Credentials["client_id"] == "" || t.Credentials[credentialKey] == "" {
		return errors.New("the target file does not say who calls: it wants client_id and signing")
	}
	p, err := uaeHub{t}.newParty(uaeV12, c)
	if err != nil {
		return fmt.Errorf("credentials: %w", err)
	}
	_, err = p.OwnToken(ctx)
	return err
}
