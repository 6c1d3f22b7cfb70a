package contracts

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/understudy-sandbox/understudy/openapi"
)

// secretNames are the names under which one call holds secrets, folded.
type secretNames struct {
	members    []string // of a JSON body or a form
	parameters []string // of a query or a form only
	headers    []string
	hints      [256][]string // lower-case beginnings of all that betrays a secret, by first letter
	second     [256]uint32   // the low five bits of what may come after that letter, one bit each
}

var commonSecrets = newSecretNames(nil)

// newSecretNames adds what a document marks as secret to what is one anywhere.
func newSecretNames(marked []openapi.Secret) *secretNames {
	n := &secretNames{
		members: []string{
			"accesstoken", "refreshtoken", "idtoken", "token", "clientsecret", "clientassertion", "password", "apikey",
		},
		parameters: []string{"code", "assertion"},
	}
	hints := []string{
		"token", "secret", "assertion", "password", "apikey", "api_key", "api-key", "code=", "bearer", "basic",
		"eyj", "eya", "ewo", "ewk", "ew0", // `{"`, `{ `, `{\n`, ... in base64: the header of a token
		`\u`, // a name may be spelt with escapes
	}
	for _, secret := range marked {
		name := strings.TrimRight(secret.Name, "/*")
		name = unescapePointer(name[strings.LastIndexByte(name, '/')+1:])
		switch secret.In {
		case "header":
			n.headers = append(n.headers, fold(name))
		case "query", "path":
			n.parameters = append(n.parameters, fold(name))
		default:
			n.members = append(n.members, fold(name))
		}
		hints = append(hints, strings.ToLower(name))
	}
	for _, hint := range hints {
		if len(hint) < 2 {
			continue
		}
		for _, first := range slices.Compact([]byte{hint[0], strings.ToUpper(hint)[0]}) {
			n.hints[first] = append(n.hints[first], hint)
			n.second[first] |= 1 << (hint[1] & 31)
		}
	}
	return n
}

// secretsOf lists the names for every call of the faces.
func secretsOf(faces []*Face) map[string]*secretNames {
	all := map[string]*secretNames{}
	for _, face := range faces {
		for _, op := range face.Operations() {
			all[op.ID] = newSecretNames(op.Secrets)
		}
	}
	return all
}

// fold makes client_secret, clientSecret and Client-Secret the same name.
func fold(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '_' || c == '-' || c == ' ':
			return -1
		case c >= 'A' && c <= 'Z':
			return c + 'a' - 'A'
		}
		return c
	}, name)
}

func (n *secretNames) member(name string) bool { return slices.Contains(n.members, fold(name)) }

func (n *secretNames) parameter(name string) bool {
	return n.member(name) || slices.Contains(n.parameters, fold(name))
}

func (n *secretNames) header(name string) bool {
	name = fold(name)
	for _, part := range [...]string{"token", "secret", "apikey", "password", "authorization", "cookie"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return slices.Contains(n.headers, name)
}

// suspects says whether a text may hold a secret at all. It is asked of every
// body, so it looks for beginnings and parses nothing.
func suspects[T string | []byte](n *secretNames, text T) bool {
	for i := range len(text) - 1 {
		if n.second[text[i]]>>(text[i+1]&31)&1 == 0 {
			continue
		}
		for _, hint := range n.hints[text[i]] {
			if beginsFold(text[i:], hint) {
				return true
			}
		}
	}
	return false
}

func beginsFold[T string | []byte](text T, lower string) bool {
	if len(text) < len(lower) {
		return false
	}
	for i := range len(lower) {
		c := text[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// How secrets look in a text that is neither JSON nor a form.
var (
	tokenText  = regexp.MustCompile(`(e[wy][A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){2}(?:(?:\.[A-Za-z0-9_-]+){2})?)`)
	schemeText = regexp.MustCompile(`(?i)\b(?:bearer|basic)\s+([A-Za-z0-9._~+/-]{6,}=*)`)
	pairText   = regexp.MustCompile(`(?i)(?:(?:access|refresh|id)[_-]?token|client[_-]?(?:secret|assertion)|password|api[_-]?key)` +
		`(?:\\*["'])?\s*[:=]\s*(?:\\*["'])?([^\s"'\\&,;<>(){}\[\]]+)`)
	codeText = regexp.MustCompile(`[?&]code=([^\s"'\\&<>#]+)`)
)

// text redacts by shape, and by name where a value follows.
func (r *redactor) text(s string) string {
	if !suspects(r.secretNames, s) {
		return s
	}
	s = replaceGroup(tokenText, s, func(token string) string {
		if cut, _ := cutToken(token); cut == "" {
			return token
		}
		return r.conceal(token)
	})
	s = replaceGroup(schemeText, s, func(word string) string {
		if password, ok := basicPassword(word); ok {
			r.remember(password)
		} else if !looksRandom(word) {
			return word
		}
		return r.conceal(word)
	})
	s = replaceGroup(pairText, s, r.conceal)
	return replaceGroup(codeText, s, r.conceal)
}

// replaceGroup rewrites the first group of every match.
func replaceGroup(pattern *regexp.Regexp, s string, rewrite func(string) string) string {
	var out strings.Builder
	from := 0
	for _, at := range pattern.FindAllStringSubmatchIndex(s, -1) {
		out.WriteString(s[from:at[2]])
		out.WriteString(rewrite(s[at[2]:at[3]]))
		from = at[3]
	}
	out.WriteString(s[from:])
	return out.String()
}

// looksRandom tells a credential from the word after "basic" in a sentence.
func looksRandom(word string) bool {
	return len(word) >= 20 || strings.ContainsAny(word, "0123456789=_+/") || strings.ToLower(word[1:]) != word[1:]
}

// basicPassword is the password in the base64 of user and password.
func basicPassword(encoded string) (string, bool) {
	plain, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", false
	}
	_, password, ok := strings.Cut(string(plain), ":")
	return password, ok
}

// cutToken parts what may be kept of a JOSE token from what may not: header and
// claims of a signed one, the header of an encrypted one. Both are empty for any
// other text; the second alone where nothing is left to remove.
func cutToken(text string) (open, closed string) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 && len(parts) != 5 {
		return "", ""
	}
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil || len(header) == 0 || header[0] != '{' {
		return "", ""
	}
	open = parts[0]
	if len(parts) == 3 {
		open += "." + parts[1]
	}
	return open, strings.TrimPrefix(text[len(open)+1:], removed)
}

// stringEnd is where the content of the JSON string that begins at i ends, and
// where the text after it goes on.
func stringEnd(body []byte, i int) (end, next int) {
	for i++; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '"':
			return i, i + 1
		}
	}
	return len(body), len(body)
}

func skipSpace(body []byte, i int) int {
	for i < len(body) && (body[i] == ' ' || body[i] == '\t' || body[i] == '\n' || body[i] == '\r') {
		i++
	}
	return i
}

// valueEnd is where the JSON value that begins at i ends.
func valueEnd(body []byte, i int) int {
	for depth := 0; i < len(body); {
		switch body[i] {
		case '"':
			_, i = stringEnd(body, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
			i++
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
			i++
			continue
		default:
			i++
			continue
		}
		if depth == 0 {
			return i
		}
	}
	return len(body)
}

// unquote is the text of the content of a JSON string.
func unquote(content []byte) string {
	var text string
	if quoted := `"` + string(content) + `"`; !strings.Contains(quoted, `\`) || json.Unmarshal([]byte(quoted), &text) != nil {
		return string(content)
	}
	return text
}
