package control

import (
	"net/http"
	"slices"

	"github.com/understudy-sandbox/understudy/contracts"
	"github.com/understudy-sandbox/understudy/mocks"
)

type statusAnswer struct {
	Status string `json:"status"`
}

func (h *handler) live(*http.Request) (any, error) { return statusAnswer{"ok"}, nil }

func (h *handler) ready(*http.Request) (any, error) {
	if !h.sandbox.Ready() {
		return nil, refuse(http.StatusServiceUnavailable, "the sandbox is shutting down")
	}
	return statusAnswer{"ok"}, nil
}

type healthAnswer struct {
	Status   string   `json:"status"`
	Version  string   `json:"version"`
	Insurers []string `json:"insurers"`
	// InsurersAt is where the insurers are called when that is not here.
	InsurersAt string `json:"insurers_at,omitempty"`
}

func (h *handler) health(*http.Request) (any, error) {
	return healthAnswer{"ok", h.version, h.slugs(), h.root}, nil
}

func (h *handler) slugs() []string {
	slugs := []string{}
	for _, insurer := range h.sandbox.Insurers() {
		slugs = append(slugs, insurer.Slug)
	}
	return slugs
}

// rootOf is where whoever asks here finds the insurers.
func (h *handler) rootOf(r *http.Request) string {
	if h.root == "" || h.sandbox.PublicURL() != "" {
		return h.sandbox.Root(r)
	}
	return h.root
}

type insurersAnswer struct {
	Insurers []insurerAnswer `json:"insurers"`
}

type insurerAnswer struct {
	Slug        string            `json:"slug"`
	Title       string            `json:"title"`
	BaseURLs    map[string]string `json:"base_urls"` // by face
	Credentials map[string]any    `json:"credentials"`
	Operations  []operationAnswer `json:"operations"`
	Magic       []mocks.Magic     `json:"magic"`
	Settings    []settingAnswer   `json:"settings"`
	Events      []mocks.Event     `json:"events"` // that can be triggered
}

type operationAnswer struct {
	ID       string             `json:"id"`
	Method   string             `json:"method"`
	Path     string             `json:"path"` // below the face's base URL
	Face     string             `json:"face"`
	Evidence contracts.Evidence `json:"evidence"`
}

type settingAnswer struct {
	Key      string             `json:"key"`
	Values   []string           `json:"values"` // empty: any text
	Default  string             `json:"default"`
	Says     string             `json:"says"`
	Evidence contracts.Evidence `json:"evidence"`
}

func (h *handler) listInsurers(r *http.Request) (any, error) {
	all := insurersAnswer{Insurers: []insurerAnswer{}}
	root := h.rootOf(r)
	for _, insurer := range h.sandbox.Insurers() {
		one := insurerAnswer{
			Slug: insurer.Slug, Title: insurer.Title,
			BaseURLs: map[string]string{}, Credentials: insurer.Credentials, Operations: []operationAnswer{},
			Magic: listed(insurer.Magic), Settings: []settingAnswer{}, Events: listed(h.sandbox.Events(insurer.Slug)),
		}
		if one.Credentials == nil {
			one.Credentials = map[string]any{}
		}
		for _, face := range h.sandbox.Faces(insurer.Slug) {
			one.BaseURLs[face.Name] = root + "/" + insurer.Slug + face.Mount
			for _, op := range face.Operations() {
				one.Operations = append(one.Operations, operationAnswer{op.ID, op.Method, op.Path, face.Name, op.Evidence})
			}
		}
		if face := h.sandbox.Webhooks(insurer.Slug); face != nil && one.BaseURLs[face.Name] == "" {
			for _, op := range face.Operations() {
				one.Operations = append(one.Operations, operationAnswer{op.ID, op.Method, op.Path, face.Name, op.Evidence})
			}
		}
		for _, setting := range insurer.Settings {
			one.Settings = append(one.Settings, settingAnswer{setting.Key, listed(setting.Values), setting.Default, setting.Says, setting.Evidence})
		}
		all.Insurers = append(all.Insurers, one)
	}
	return all, nil
}

// listed is a list that is written as one where it is empty too.
func listed[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

func (h *handler) getDocument(r *http.Request) (any, error) {
	slug, name := r.PathValue("slug"), r.PathValue("document")
	if !slices.Contains(h.slugs(), slug) {
		return nil, missing("insurer", slug, h.slugs())
	}
	var names []string
	for _, face := range h.sandbox.Faces(slug) {
		if face.Name == name {
			return text{"application/yaml", face.Document.Source}, nil
		}
		names = append(names, face.Name)
	}
	if face := h.sandbox.Webhooks(slug); face != nil && !slices.Contains(names, face.Name) {
		if face.Name == name {
			return text{"application/yaml", face.Document.Source}, nil
		}
		names = append(names, face.Name)
	}
	return nil, missing("document of "+slug, name, names)
}
