package mocks

import (
	"crypto/tls"
	"net/http"
	"testing"
)

func TestAddressesOfTwoListeners(t *testing.T) {
	for name, c := range map[string]struct {
		ports      Ports
		public     string
		host       string
		base, mtls string
	}{
		"at the main one":       {Ports{7800, 7801}, "", "127.0.0.1:7800", "https://127.0.0.1:7800/allianz", "https://127.0.0.1:7801/allianz"},
		"at the other one":      {Ports{7800, 7801}, "", "127.0.0.1:7801", "https://127.0.0.1:7800/allianz", "https://127.0.0.1:7801/allianz"},
		"by IPv6":               {Ports{7800, 7801}, "", "[::1]:7801", "https://[::1]:7800/allianz", "https://[::1]:7801/allianz"},
		"on the port of HTTPS":  {Ports{443, 444}, "", "a.example:444", "https://a.example/allianz", "https://a.example:444/allianz"},
		"without a port":        {Ports{443, 444}, "", "[::1]", "https://[::1]/allianz", "https://[::1]:444/allianz"},
		"behind a public name":  {Ports{7800, 7801}, "https://b.example/x", "10.0.0.1:7800", "https://b.example/x/allianz", "https://b.example:7801/allianz"},
		"with one listener":     {Ports{}, "", "127.0.0.1:7800", "https://127.0.0.1:7800/allianz", ""},
		"a Host without a port": {Ports{}, "", "c.example", "https://c.example/allianz", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, w := alone(t, toy{}, func(o *Options) { o.Ports, o.PublicURL = c.ports, c.public })
			r := &http.Request{Host: c.host, TLS: &tls.ConnectionState{}}
			if base, mtls := s.carriers[0].faces[0].bases(r, w); base != c.base || mtls != c.mtls {
				t.Errorf("got %s and %s, want %s and %s", base, mtls, c.base, c.mtls)
			}
		})
	}
}
