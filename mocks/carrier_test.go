package mocks

import (
	"slices"
	"testing"

	"github.com/understudy-sandbox/understudy/contracts"
)

func mounted(mounts ...string) *carrier {
	c := &carrier{}
	for _, mount := range mounts {
		c.faces = append(c.faces, &face{Face: &contracts.Face{Name: mount}, mount: mount})
	}
	slices.SortStableFunc(c.faces, longerMount)
	return c
}

func TestTheLongestMountThatFitsNamesTheFace(t *testing.T) {
	c := mounted("", "/rs1", "/rs1/open-finance/v1.2", "/as1", "/rs1/open-finance/v1")
	for _, tt := range []struct{ path, mount, rest string }{
		{"/token", "", "/token"},
		{"", "", ""},
		{"/rs1", "/rs1", ""},
		{"/rs1/", "/rs1", "/"},
		{"/rs1/quotes", "/rs1", "/quotes"},
		{"/rs11/quotes", "", "/rs11/quotes"},
		{"/rs1/open-finance/v1/quotes", "/rs1/open-finance/v1", "/quotes"},
		{"/rs1/open-finance/v1.2/quotes", "/rs1/open-finance/v1.2", "/quotes"},
		{"/rs1/open-finance/v1.20/quotes", "/rs1", "/open-finance/v1.20/quotes"},
		{"/as1//par", "/as1", "//par"},
		{"/as1%2Fpar", "", "/as1%2Fpar"},
	} {
		f, rest := c.face(tt.path)
		if f == nil || f.mount != tt.mount || rest != tt.rest {
			t.Errorf("%s: got %v %s, want %s %s", tt.path, f, rest, tt.mount, tt.rest)
		}
	}
	if f, _ := mounted("/as1").face("/rs1/quotes"); f != nil {
		t.Errorf("a path below no mount: got %s", f.mount)
	}
}
