package mocks

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/understudy-sandbox/understudy/mocks/clock"
)

func TestStrangeRequests(t *testing.T) {
	s := open(t, toy{})
	host := strings.TrimPrefix(s.URL, "http://")
	const end = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"absolute":            {"POST http://elsewhere" + tokenPath + end, 200},
		"absolute, no path":   {"GET http://elsewhere" + end, 404},
		"all of the server":   {"OPTIONS *" + end, 200},
		"connect":             {"CONNECT allianz:443" + end, 404},
		"head":                {"HEAD " + tokenPath + end, 405},
		"options":             {"OPTIONS " + tokenPath + end, 405},
		"a method of ours":    {"QUOTE " + tokenPath + end, 405},
		"a long method":       {strings.Repeat("Q", 5000) + " /allianz" + end, 404},
		"slashes":             {"POST ////" + end, 404},
		"escaped slash":       {"POST /allianz%2Fapi/oauth2/token" + end, 404},
		"NUL":                 {"POST /w/%00/allianz/%00" + end, 404},
		"no world":            {"POST /w//allianz" + end, 404},
		"half an escape":      {"POST /allianz/%e0%a4" + end, 404},
		"semicolons":          {"POST " + tokenPath + ";a=b" + end, 400},
		"half a query escape": {"POST " + tokenPath + "&a=%" + end, 400},
		"a long query":        {"POST " + tokenPath + "&a=" + strings.Repeat("b", 100_000) + end, 200},
		"many headers":        {"POST " + tokenPath + end + strings.Repeat("A: b\r\n", 10_000), 200},
		"a long header":       {"POST " + tokenPath + end + "A: " + strings.Repeat("b", 500_000) + "\r\n", 200},
		"a broken type":       {"POST /allianz/v1/motor/quickquotes" + end + "Content-Type: ;;=\r\nContent-Length: 2\r\n\r\n{}", 400},
		"too short a body":    {"POST /allianz/v1/motor/quickquotes" + end + "Content-Type: application/json\r\nContent-Length: 200\r\n\r\n{}", 400},
		"broken chunks":       {"POST /allianz/v1/motor/quickquotes" + end + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
		"no host":             {"POST " + tokenPath + " HTTP/1.0\r\n", 200},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.Write([]byte(c.request + "\r\n")); err != nil {
				t.Fatal(err)
			}
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			method, _, _ := strings.Cut(c.request, " ")
			answer, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
			if err != nil {
				t.Fatalf("no answer: %v", err)
			}
			defer answer.Body.Close()
			if answer.StatusCode != c.status {
				t.Errorf("got %d, want %d", answer.StatusCode, c.status)
			}
		})
	}
	if got := send(t, "POST", s.URL+tokenPath, ""); got.status != 200 {
		t.Errorf("afterwards: got %d", got.status)
	}
}

func FuzzServeHTTP(f *testing.F) {
	s, err := New(Options{Insurers: []Insurer{toy{}.insurer()}, Clock: clock.Frozen(dawn), MaxWorlds: 3})
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range []string{tokenPath, "/w/a" + tokenPath, "/allianz/v1/motor/quickquotes", "/", "/w/", "/w/A/allianz", "//", "/allianz/%2F?a=%zz;"} {
		for _, method := range []string{"POST", "GET", "OPTIONS"} {
			f.Add(method, path, "application/json", []byte(quoteBody))
			f.Add(method, path, "application/x-www-form-urlencoded", []byte("a=%zz&b"))
		}
	}
	f.Fuzz(func(t *testing.T, method, path, contentType string, body []byte) {
		at, err := url.ParseRequestURI(path)
		if err != nil || len(body) > 4<<10 {
			return
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
		r.Method, r.URL = method, at
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Origin", contentType)
		rw := httptest.NewRecorder()
		s.ServeHTTP(rw, r)
		if full := strings.Contains(rw.Body.String(), "are in use"); rw.Code >= 500 && !full {
			t.Errorf("got %d %s", rw.Code, rw.Body)
		}
		if strings.Contains(rw.Body.String(), "invalid character") {
			t.Errorf("Go's words: %s", rw.Body)
		}
	})
}
