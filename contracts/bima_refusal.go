package contracts

import (
	"errors"
	"net/http"
	"strings"
)

// bimaRefused is the body of a refusal that has a code.
func bimaRefused(x *Exchange) (tree any, ok bool) {
	tree, ok = x.Response.tree()
	return tree, ok && x.Response.Status == http.StatusOK && bimaCode(x) != "" && !bimaAccepted(x)
}

func bimaRefusalWorded(x *Exchange) error {
	tree, ok := bimaRefused(x)
	if !ok {
		return errBeside
	}
	_, name := bimaNames(x.Operation)
	if text(tree, name) != "" {
		return nil
	}
	return &Mismatch{Where: "/" + name, Got: shown(tree, name), Want: "a text"}
}

// bimaTexts are how the texts of the codes begin.
var bimaTexts = map[string]string{
	"BadRequest":          "Invalid value: ",
	"NotFound":            "Record not found",
	"InternalServerError": "An error occurred",
}

func bimaRefusalTexts(x *Exchange) error {
	tree, ok := bimaRefused(x)
	want, known := bimaTexts[bimaCode(x)]
	_, name := bimaNames(x.Operation)
	worded := text(tree, name)
	switch {
	case !ok, !known, worded == "":
		return errBeside
	case !strings.HasPrefix(worded, want):
		return &Mismatch{Where: "/" + name, Got: shorten(worded), Want: shorten(want)}
	}
	return nil
}

func bimaTokenRefusal(x *Exchange) error {
	tree, ok := bimaRefused(x)
	if !ok {
		return errBeside
	}
	var broken []error
	if member(tree, "data") != nil {
		broken = append(broken, &Mismatch{Where: "/data", Got: "a value", Want: "null"})
	}
	if len(list(tree, "messages")) == 0 {
		broken = append(broken, &Mismatch{Where: "/messages", Got: shown(tree, "messages"), Want: "why"})
	}
	return errors.Join(broken...)
}

func bimaUnauthorizedBare(x *Exchange) error {
	if x.Response.Status != http.StatusUnauthorized {
		return errBeside
	}
	if len(x.Response.Body) > 0 {
		return &Mismatch{Where: "body", Got: shorten(string(x.Response.Body)), Want: "nothing"}
	}
	return nil
}
