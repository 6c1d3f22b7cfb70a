package control

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// guard knows who may call. A page can make a browser call a loopback port, or
// give its own name a loopback address; Host and Origin tell.
type guard struct {
	hosts   []string // besides loopback, lower case, without port
	origins *http.CrossOriginProtection
}

func newGuard(allowed []string, publicURL string) guard {
	g := guard{origins: http.NewCrossOriginProtection()}
	for _, host := range allowed {
		g.hosts = append(g.hosts, strings.ToLower(host))
	}
	if public, err := url.Parse(publicURL); err == nil && public.Hostname() != "" {
		g.hosts = append(g.hosts, strings.ToLower(public.Hostname()))
		// It fails only for what is no origin, which then is not trusted.
		_ = g.origins.AddTrustedOrigin(public.Scheme + "://" + public.Host)
	}
	return g
}

func (g guard) check(r *http.Request) error {
	if !g.knows(r.Host) {
		return refuse(http.StatusForbidden, "the host %s is neither loopback nor the public URL's; call http://127.0.0.1, or serve with --public-url http://%s",
			clip(r.Host), clip(r.Host))
	}
	if g.origins.Check(r) != nil {
		return refuse(http.StatusForbidden, "a page of another origin (%s) may not change anything here", clip(r.Header.Get("Origin")))
	}
	return nil
}

func (g guard) knows(host string) bool {
	name := host
	if before, _, err := net.SplitHostPort(host); err == nil {
		name = before
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if address, err := netip.ParseAddr(name); err == nil && address.Unmap().IsLoopback() {
		return true
	}
	return name == "localhost" || name != "" && slices.Contains(g.hosts, name)
}
