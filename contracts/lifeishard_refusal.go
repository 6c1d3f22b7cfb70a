package contracts

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func statusEchoed(x *Exchange) error {
	tree, ok := x.Response.tree()
	if !ok || !has(tree, "status") && !has(tree, "error") {
		return errBeside
	}
	var all []error
	if want := strconv.Itoa(x.Response.Status); plain(member(tree, "status")) != want {
		all = append(all, differ("", tree, "status", want))
	}
	want := strconv.FormatBool(x.Response.Status >= 400)
	if got := member(tree, "error"); fmt.Sprint(got) != want {
		all = append(all, differ("", tree, "error", want))
	}
	return errors.Join(all...)
}

// literalMembers are the members that the samples put in quotes and the sibling's
// server does not.
var literalMembers = []string{
	"error", "status", "offerId", "premiumAmount", "amount", "exchangeRate", "id", "policyId", "number", "cod_siruta", "siruta", "rang",
}

// literals counts the numbers and booleans of a tree, in quotes or not.
type literals struct {
	quoted, bare   int
	firstQ, firstB string
	quotedV, bareV any
}

func (l *literals) walk(tree any, at string) {
	switch node := tree.(type) {
	case []any:
		for i, child := range node {
			l.walk(child, at+"/"+strconv.Itoa(i))
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(node)) {
			here := at + "/" + name
			switch value := node[name].(type) {
			case string:
				if slices.Contains(literalMembers, name) {
					if l.quoted++; l.firstQ == "" {
						l.firstQ, l.quotedV = here, value
					}
				}
			case json.Number, bool:
				if l.bare++; l.firstB == "" {
					l.firstB, l.bareV = here, value
				}
			default:
				l.walk(value, here)
			}
		}
	}
}

// oneKindOfLiterals points at the first of the kind that is rarer.
func oneKindOfLiterals(x *Exchange) error {
	tree, ok := x.Response.tree()
	if !ok {
		return errBeside
	}
	var l literals
	l.walk(tree, "")
	switch {
	case l.quoted+l.bare < 2:
		return errBeside
	case l.quoted == 0 || l.bare == 0:
		return nil
	case l.quoted <= l.bare:
		return &Mismatch{Where: l.firstQ, Got: shorten(l.quotedV), Want: "no quotes, as elsewhere in the answer"}
	}
	return &Mismatch{Where: l.firstB, Got: shorten(l.bareV), Want: "quotes, as elsewhere in the answer"}
}

// validationOf is what a VALIDATION_ERROR says of the members at fault.
func validationOf(x *Exchange) (answer, data any, ok bool) {
	tree, readable := x.Response.tree()
	if !readable || lifeishardAccepted(x) || text(tree, "message") != "VALIDATION_ERROR" {
		return nil, nil, false
	}
	return tree, member(tree, "data"), true
}

var dottedPath = regexp.MustCompile(`^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$`)

func validationPaths(x *Exchange) error {
	answer, data, ok := validationOf(x)
	if !ok {
		return errBeside
	}
	var all []error
	if x.Response.Status != 400 {
		all = append(all, &Mismatch{Where: "status", Got: strconv.Itoa(x.Response.Status), Want: "400"})
	}
	paths, _ := data.(map[string]any)
	if len(paths) == 0 {
		all = append(all, differ("", answer, "data", "the members at fault"))
	}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		texts, _ := paths[path].([]any)
		worded := len(texts) > 0 && !slices.ContainsFunc(texts, func(one any) bool { s, _ := one.(string); return s == "" })
		if !dottedPath.MatchString(path) || !worded {
			all = append(all, &Mismatch{Where: "/data/" + pointerEscaper.Replace(path), Got: shorten(paths[path]), Want: "a list of texts under a path with dots"})
		}
	}
	return errors.Join(all...)
}

// missing lists the paths of the members that the document misses in a request.
func missing(c *Contract, x *Exchange) []string {
	var paths []string
	for _, v := range c.JudgeRequest(x) {
		if v.In == "body" && v.Rule == "required" && v.Where != "" {
			paths = append(paths, strings.ReplaceAll(v.Where[1:], "/", "."))
		}
	}
	return paths
}

func missingNamed(c *Contract) func(*Exchange) error {
	return func(x *Exchange) error {
		_, data, ok := validationOf(x)
		paths := missing(c, x)
		if !ok || len(paths) == 0 {
			return errBeside
		}
		var all []error
		for _, path := range paths {
			if !has(data, path) {
				all = append(all, &Mismatch{Where: "/data/" + path, Got: "nothing", Want: "a text, as the member is missing"})
			}
		}
		return errors.Join(all...)
	}
}

var missingWords = regexp.MustCompile(`^Câmpul .+ este obligatoriu\.$`)

func missingText(c *Contract) func(*Exchange) error {
	return func(x *Exchange) error {
		_, data, ok := validationOf(x)
		if !ok || !asksRomanian(x) {
			return errBeside
		}
		var all []error
		some := false
		for _, path := range missing(c, x) {
			texts := list(data, path)
			if len(texts) == 0 {
				continue // another check's business
			}
			some = true
			if said, _ := texts[0].(string); !missingWords.MatchString(said) {
				all = append(all, &Mismatch{Where: "/data/" + path + "/0", Got: shorten(texts[0]), Want: "Câmpul ... este obligatoriu."})
			}
		}
		if !some {
			return errBeside
		}
		return errors.Join(all...)
	}
}

func asksRomanian(x *Exchange) bool {
	return strings.HasPrefix(strings.ToLower(x.Request.Header.Get("Content-Language")), "ro")
}

// observedTexts holds the two refusals that were seen word by word.
func observedTexts(x *Exchange) error {
	_, data, ok := validationOf(x)
	ask, _ := x.Request.tree()
	if !ok || !asksRomanian(x) {
		return errBeside
	}
	address := member(member(member(ask, "product"), "policyholder"), "address")
	insurer := member(member(member(ask, "provider"), "organization"), "businessName")
	var all []error
	some := false
	for _, one := range [...]struct {
		path, want string
		about      bool
	}{
		{"product.policyholder.address.floor", "Câmpul etaj adresă asigurat este obligatoriu.", address != nil && !has(address, "floor")},
		{"provider.organization.businessName", "Câmpul nume asigurator selectat este invalid.", insurer != nil && insurer != "" && insurer != "omniasig"},
	} {
		texts := list(data, one.path)
		if !one.about || len(texts) == 0 {
			continue
		}
		some = true
		if texts[0] != one.want {
			all = append(all, &Mismatch{Where: "/data/" + one.path + "/0", Got: shorten(texts[0]), Want: one.want})
		}
	}
	if !some {
		return errBeside
	}
	return errors.Join(all...)
}
