package suites

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/contracts/report"
)

// hidden stands where a secret stood.
const hidden = "***"

// shortestSecret is how many bytes a secret has at least: a shorter one would be
// found in words that nobody meant.
const shortestSecret = 6

// secrets are what a run must tell nobody: the credentials of a live target, and
// the tokens that it gave for them.
type secrets struct {
	mu    sync.Mutex
	raw   map[string]bool
	known []string // in every spelling, longest first
}

// add learns secrets.
func (s *secrets) add(all ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range all {
		if len(secret) < shortestSecret || s.raw[secret] {
			continue
		}
		if s.raw == nil {
			s.raw = map[string]bool{}
		}
		s.raw[secret] = true
		s.known = append(s.known, spellings(secret)...)
	}
	slices.SortFunc(s.known, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	s.known = slices.Compact(s.known)
}

// learn takes the secrets out of a request that is about to be sent: what it signs
// in with.
func (s *secrets) learn(r *http.Request) {
	for _, value := range r.Header.Values("Authorization") {
		_, secret, _ := strings.Cut(value, " ")
		s.add(strings.TrimSpace(secret))
	}
}

// hide is the text without the secrets.
func (s *secrets) hide(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range s.known {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	for _, mark := range cutMarks {
		for _, secret := range s.known {
			text = hideCut(text, secret, mark)
		}
	}
	return text
}

// cutMarks are how an excerpt ends.
var cutMarks = []string{"...", "…"}

// hideCut is the text without the beginning of a secret where an excerpt ends.
func hideCut(text, secret, mark string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, mark)
		if !found {
			return b.String() + text
		}
		for n := min(len(secret)-1, len(before)); n >= shortestSecret; n-- {
			if strings.HasSuffix(before, secret[:n]) {
				before = before[:len(before)-n] + hidden
				break
			}
		}
		b.WriteString(before + mark)
		text = after
	}
}

// spellings are how a text may quote a secret.
func spellings(secret string) []string {
	inJSON, _ := json.Marshal(secret) // a string never fails
	var plain strings.Builder
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(secret)
	all := []string{
		secret,
		strings.Trim(string(inJSON), `"`),
		strings.Trim(strings.TrimSpace(plain.String()), `"`),
		unquoted(strconv.Quote(secret)),
		unquoted(strconv.QuoteToASCII(secret)),
		url.QueryEscape(secret),
		url.PathEscape(secret),
		html.EscapeString(secret),
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.URLEncoding.EncodeToString([]byte(secret)),
	}
	return slices.DeleteFunc(all, func(s string) bool { return len(s) < shortestSecret })
}

func unquoted(text string) string { return text[1 : len(text)-1] }

// scrub takes the secrets out of whatever a report quotes.
func (s *secrets) scrub(r *report.Report) {
	for i := range r.Inconclusive {
		r.Inconclusive[i] = s.hide(r.Inconclusive[i])
	}
	for i := range r.Specs {
		spec := &r.Specs[i]
		spec.Name, spec.Reason = s.hide(spec.Name), s.hide(spec.Reason)
		for j := range spec.Findings {
			s.mismatch(&spec.Findings[j].Mismatch)
		}
	}
	for i := range r.Findings {
		s.mismatch(&r.Findings[i].Mismatch)
	}
	for i := range r.Checks {
		for j := range r.Checks[i].Trials {
			if worst := r.Checks[i].Trials[j].Worst; worst != nil {
				s.mismatch(&worst.Mismatch)
			}
		}
	}
}

func (s *secrets) mismatch(m *contracts.Mismatch) {
	m.Where, m.Got, m.Want = s.hide(m.Where), s.hide(m.Got), s.hide(m.Want)
}
