package contracts

import (
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// body is what a document says of a request or response body.
type body struct {
	required bool
	media    map[string]*schema // nil schema: the bytes are the insurer's
	pointer  string
}

func newBody(content openapi3.Content, required bool, pointer string, as openapi3.SchemaValidationOption) *body {
	b := &body{required: required, media: map[string]*schema{}, pointer: pointer}
	for media, described := range content {
		at := pointer + "/content/" + pointerEscaper.Replace(media)
		if described.Schema == nil || described.Schema.Value.Format == "binary" || media == mediaJWT && described.Schema.Value.Type.Is("string") {
			b.media[media] = nil
			continue
		}
		b.media[media] = newSchema(described.Schema, at+"/schema", as)
	}
	return b
}

func (b *body) mediaTypes() []string {
	var all []string
	for media := range b.media {
		all = append(all, media)
	}
	slices.Sort(all)
	return all
}

// judgeMedia says whether the media type is documented.
func (b *body) judgeMedia(m *Message) []Violation {
	if _, ok := b.media[m.MediaType()]; ok || len(b.media) == 0 || len(m.Body) == 0 {
		return nil
	}
	got := m.Header.Get("Content-Type")
	if got == "" {
		got = "none"
	}
	return []Violation{{In: "media type", Rule: "content", Got: got, Want: strings.Join(b.mediaTypes(), " or "), Pointer: b.pointer + "/content"}}
}

// judge says where the bytes depart from the schema of their media type. The
// schema of a compact JWS is about its claims.
func (b *body) judge(m *Message) []Violation {
	if m.Cut {
		return nil
	}
	if len(m.Body) == 0 {
		if b.required {
			return []Violation{{In: "body", Rule: "required", Got: "nothing", Want: strings.Join(b.mediaTypes(), " or "), Pointer: b.pointer}}
		}
		return nil
	}
	media := m.MediaType()
	described, ok := b.media[media]
	if !ok || described == nil {
		return nil
	}
	if media == mediaForm {
		form := m.formed()
		if form == nil {
			return []Violation{{In: "body", Rule: "syntax", Got: "a form that does not parse", Want: mediaForm, Pointer: b.pointer}}
		}
		return described.judge(formTree(form))
	}
	if media == mediaJWT {
		signed := m.jws()
		if signed == nil {
			return []Violation{{In: "body", Rule: "syntax", Got: "a text that is none", Want: "a compact JWS", Pointer: b.pointer}}
		}
		return described.judge(signed.claims)
	}
	if !isJSON(media) {
		return nil
	}
	tree, err := m.JSON()
	if err != nil {
		return []Violation{{In: "body", Rule: "syntax", Got: err.Error(), Want: "JSON", Pointer: b.pointer}}
	}
	if len(m.Body) > longBody {
		return described.judgeFirst(tree)
	}
	return described.judge(tree)
}

func isJSON(media string) bool {
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

func formTree(form url.Values) any {
	tree := make(map[string]any, len(form))
	for name, values := range form {
		if len(values) == 1 {
			tree[name] = values[0]
			continue
		}
		several := make([]any, len(values))
		for i, value := range values {
			several[i] = value
		}
		tree[name] = several
	}
	return tree
}
