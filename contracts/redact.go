package contracts

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// removed stands where a secret stood. It needs no escaping in JSON, a form, a
// query or a header.
const removed = "***"

// Redact is a copy of the exchange without its secrets: headers, parameters and
// members by name, credentials and tokens by shape, and what one place gave away
// in all the others. A signed token keeps its header and claims. What holds no
// secret is shared with x.
func (c *Contract) Redact(x *Exchange) *Exchange {
	kept, _ := c.redact(x)
	return kept
}

func (c *Contract) redact(x *Exchange) (*Exchange, *redactor) {
	r := &redactor{secretNames: c.secrets[x.Operation]}
	if r.secretNames == nil {
		r.secretNames = commonSecrets
	}
	kept := *x
	kept.judged, kept.violations = false, nil
	kept.rewrite(r.headers, r.text, r.form, r.body)
	if r.collect(); len(r.found) > 0 {
		kept.rewrite(r.quotes, r.known, r.known, r.quoted)
	}
	return &kept, r
}

// rewrite runs a redaction over everything that an exchange holds.
func (x *Exchange) rewrite(headers func(http.Header) http.Header, text, query func(string) string, body func(*Message) []byte) {
	q, a := &x.Request, &x.Response
	q.Path, q.Query = text(q.Path), query(q.Query)
	q.Header, a.Header = headers(q.Header), headers(a.Header)
	q.redacted(body(&q.Message))
	a.redacted(body(&a.Message))
	x.Notes, _ = each(x.Notes, text)
	for name, value := range q.Vars {
		if clean := text(value); clean != value {
			q.Vars = maps.Clone(q.Vars)
			q.Vars[name] = clean
		}
	}
}

// redacted replaces the body and keeps the decoded tree of one that is the same.
func (m *Message) redacted(body []byte) {
	if cut := m.Cut; !bytes.Equal(body, m.Body) {
		m.SetBody(body)
		m.Cut = cut
	}
}

// hush takes the secrets of an exchange out of what the checks quote of it.
func (c *Contract) hush(x *Exchange, found []Finding) {
	_, r := c.redact(x)
	for i := range found {
		m := &found[i].Mismatch
		m.Where, m.Got, m.Want = r.known(r.text(m.Where)), r.known(r.text(m.Got)), r.known(r.text(m.Want))
		if r.at(m.Where) && m.Got != "nothing" && m.Got != "null" && m.Got != `""` {
			m.Got = removed
		}
	}
}

// at says whether a place in an exchange, as a finding names it, holds a secret.
func (r *redactor) at(where string) bool {
	if in, name, ok := strings.Cut(where, " "); ok && (in == "header" || in == "query") {
		return r.header(name) || r.parameter(name)
	}
	return r.member(unescapePointer(where[strings.LastIndexByte(where, '/')+1:]))
}

// redactor removes the secrets of one exchange and remembers them, because an
// answer may quote what a header gave away.
type redactor struct {
	*secretNames
	raw   []string // as they stood
	found []string // in every spelling that a message may quote, longest first
}

// conceal is what may be kept of a secret.
func (r *redactor) conceal(secret string) string {
	token, signature := cutToken(secret)
	switch {
	case secret == "" || secret == removed || signature == "" && token != "":
		return secret
	case token != "":
		r.remember(secret)
		r.remember(signature)
		return token + "." + removed
	default:
		r.remember(secret)
		return removed
	}
}

// credentials handles a header that names a scheme before the secret.
func (r *redactor) credentials(value string) string {
	scheme, secret, ok := strings.Cut(strings.TrimSpace(value), " ")
	if !ok {
		return r.conceal(value)
	}
	secret = strings.TrimSpace(secret)
	if password, ok := basicPassword(secret); ok {
		r.remember(password)
	}
	return scheme + " " + r.conceal(secret)
}

// cookies keeps the names in a Cookie header, and the attributes in Set-Cookie.
func (r *redactor) cookies(value string) string {
	pairs := strings.Split(value, ";")
	for i, pair := range pairs {
		name, secret, named := strings.Cut(pair, "=")
		switch {
		case slices.Contains(cookieAttributes, strings.ToLower(strings.TrimSpace(name))):
		case named:
			pairs[i] = name + "=" + r.conceal(strings.TrimSpace(secret))
		default:
			pairs[i] = r.conceal(strings.TrimSpace(pair))
		}
	}
	return strings.Join(pairs, ";")
}

var cookieAttributes = []string{"path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "partitioned", "priority"}

func (r *redactor) headers(all http.Header) http.Header {
	return eachHeader(all, func(name string) func(string) string {
		switch name {
		case "Content-Type", "Content-Length", "Date", "Accept":
			return r.text
		case "Authorization", "Proxy-Authorization":
			return r.credentials
		case "Cookie", "Set-Cookie":
			return r.cookies
		}
		if r.header(name) {
			return r.conceal
		}
		return r.text
	})
}

// form redacts a query or a form and keeps the spelling of what stays.
func (r *redactor) form(raw string) string {
	if !strings.Contains(raw, "%") && !suspects(r.secretNames, raw) {
		return raw
	}
	pairs := strings.Split(raw, "&")
	for i, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			continue
		}
		plain := unescapeQuery(value)
		if r.parameter(unescapeQuery(name)) {
			if clean := r.conceal(plain); clean != plain {
				pairs[i] = name + "=" + clean
			}
		} else if clean := r.text(plain); clean != plain {
			pairs[i] = name + "=" + url.QueryEscape(clean)
		}
	}
	return r.text(strings.Join(pairs, "&"))
}

func unescapeQuery(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

func (r *redactor) body(m *Message) []byte {
	switch m.MediaType() {
	case mediaForm:
		if raw := string(m.Body); len(raw) > 0 {
			return []byte(r.form(raw))
		}
		return m.Body
	case mediaJWT, mediaJWE:
		return r.token(m.Body)
	}
	if !suspects(r.secretNames, m.Body) {
		return m.Body
	}
	body := r.json(m.Body)
	if json.Valid(body) {
		return body
	}
	return []byte(r.text(string(body)))
}

// token is a body whose media type calls it a token: whatever its header is, the
// signature of a signed one goes, and all but the header of an encrypted one.
func (r *redactor) token(body []byte) []byte {
	parts := strings.Split(strings.TrimSpace(string(body)), ".")
	kept := map[int]int{3: 2, 5: 1}[len(parts)]
	if kept == 0 {
		return []byte(r.text(string(body)))
	}
	closed := strings.Join(parts[kept:], ".")
	if closed == removed || strings.Trim(closed, ".") == "" {
		return body
	}
	r.remember(strings.Join(parts, "."))
	r.remember(closed)
	return []byte(strings.Join(parts[:kept], ".") + "." + removed)
}

// json redacts members by name and texts by shape, and leaves every other byte
// as it was. It goes through broken JSON as far as it can.
func (r *redactor) json(body []byte) []byte {
	var out bytes.Buffer
	from := 0
	replace := func(start, end int, with string) {
		out.Write(body[from:start])
		out.WriteString(with)
		from = end
	}
	for i := 0; i < len(body); {
		if body[i] != '"' {
			i++
			continue
		}
		end, next := stringEnd(body, i)
		colon := skipSpace(body, next)
		if colon < len(body) && body[colon] == ':' && r.member(unquote(body[i+1:end])) {
			start := skipSpace(body, colon+1)
			i = valueEnd(body, start)
			if clean, ok := r.value(body[start:i]); ok {
				replace(start, i, clean)
			}
			continue
		}
		text := string(body[i+1 : end])
		if clean := r.text(text); clean != text {
			replace(i+1, end, clean)
		}
		i = next
	}
	if from == 0 {
		return body
	}
	out.Write(body[from:])
	return out.Bytes()
}

// value is what stays of the JSON value of a secret member; false for one that
// says nothing.
func (r *redactor) value(text []byte) (string, bool) {
	switch string(text) {
	case "", "null", "true", "false":
		return "", false
	}
	if text[0] != '"' {
		return `"` + removed + `"`, true
	}
	end, _ := stringEnd(text, 0)
	plain := unquote(text[1:end])
	clean := r.conceal(plain)
	return `"` + clean + `"`, clean != plain
}

// remember keeps a secret to look for it elsewhere. There is an end to that: a
// body full of secrets must cost no more than its length.
func (r *redactor) remember(secret string) {
	if len(r.raw) < 64 && !slices.Contains(r.raw, secret) {
		r.raw = append(r.raw, secret)
	}
}

// collect lists the secrets in the spellings that another part of the exchange
// may quote. A short one is left out: it would be found where nobody wrote it.
func (r *redactor) collect() {
	for _, secret := range r.raw {
		letters := strings.ContainsFunc(secret, func(c rune) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' })
		if len(secret) < 8 || !letters || r.member(secret) {
			continue
		}
		inJSON, err := json.Marshal(secret)
		if err != nil {
			continue
		}
		r.found = append(r.found, secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(inJSON), `"`))
	}
	slices.SortFunc(r.found, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	r.found = slices.Compact(r.found)
}

// known removes the secrets that were found elsewhere.
func (r *redactor) known(text string) string {
	for _, secret := range r.found {
		text = strings.ReplaceAll(text, secret, removed)
	}
	return text
}

func (r *redactor) quoted(m *Message) []byte {
	body := m.Body
	for _, secret := range r.found {
		if bytes.Contains(body, []byte(secret)) {
			body = bytes.ReplaceAll(body, []byte(secret), []byte(removed))
		}
	}
	return body
}

func (r *redactor) quotes(all http.Header) http.Header {
	return eachHeader(all, func(string) func(string) string { return r.known })
}

// eachHeader clones the map only where a value changes.
func eachHeader(all http.Header, clean func(name string) func(string) string) http.Header {
	kept := all
	cloned := false
	for name, values := range all {
		changed, ok := each(values, clean(name))
		if !ok {
			continue
		}
		if !cloned {
			kept, cloned = maps.Clone(all), true
		}
		kept[name] = changed
	}
	return kept
}

// each clones the list only where an element changes, and says whether one did.
func each(all []string, clean func(string) string) ([]string, bool) {
	kept, cloned := all, false
	for i, value := range all {
		changed := clean(value)
		if changed == value {
			continue
		}
		if !cloned {
			kept, cloned = slices.Clone(all), true
		}
		kept[i] = changed
	}
	return kept, cloned
}
