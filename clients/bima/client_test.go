package bima_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/clients/bima"
)

// aggregator answers calls in memory, so that tests can run on virtual time.
type aggregator func(*http.Request) (*http.Response, error)

func (a aggregator) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

func reply(status int, media, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {media}}, Body: io.NopCloser(strings.NewReader(body))}
}

func said(body string) *http.Response { return reply(200, "application/json; charset=utf-8", body) }

const (
	goodToken = `{"status_code":"200","status_message":"Token Created Successfully","data":"the-token","messages":[]}`
	noRecord  = `{"statusCode":"NotFound","statusMessage":"Record not found","Data":[],"data":[]}`
	emptyList = `{"statusCode":"OK","statusMessage":null,"Data":[]}`
)

func client(tb testing.TB, a aggregator, change ...func(*bima.Options)) *bima.Client {
	tb.Helper()
	o := bima.Options{BaseURL: "http://aggregator.test/bima/", HTTP: &http.Client{Transport: a}}
	for _, f := range change {
		f(&o)
	}
	c, err := bima.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func signedIn(o *bima.Options) { o.Username, o.Password = "sandbox", "hush-hush-hush" }

func printed(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

var pdf = bima.Document{SharedCode: "CODE", RefID: "REF", FileContentType: "application/pdf", FileSize: 8}

// calls is every call of the client that reads, and what it asks for.
var calls = []struct {
	name, path string
	do         func(context.Context, *bima.Client) error
}{
	{"recent requests", "/bima/api/Insurance/GetCustomerRecentRequests?contactNo=96895542930&langCode=en", func(ctx context.Context, c *bima.Client) error {
		_, err := c.RecentRequests(ctx, "96895542930", "en")
		return err
	}},
	{"policy details", "/bima/api/Insurance/GetPolicyDetails?id=4463702&langcode=en", func(ctx context.Context, c *bima.Client) error {
		got, err := c.PolicyDetails(ctx, 4463702, "en")
		if (got == nil) != (err != nil) {
			return fmt.Errorf("got %v beside %w", got, err)
		}
		return err
	}},
	{"shared documents", "/bima/api/Document/GetSharedDocuments/?entityCode=Insurance&refID=REF", func(ctx context.Context, c *bima.Client) error {
		_, err := c.SharedDocuments(ctx, "Insurance", "REF")
		return err
	}},
	{"download", "/bima/Document/SharedDownload?id=CODE&refID=REF", func(ctx context.Context, c *bima.Client) error {
		got, err := c.Download(ctx, pdf)
		if (got == nil) != (err != nil) {
			return fmt.Errorf("got %d bytes beside %w", len(got), err)
		}
		return err
	}},
}

func TestNewRefuses(t *testing.T) {
	tests := map[string]struct {
		options bima.Options
		want    string
	}{
		"no address":            {bima.Options{}, "want http://host"},
		"another scheme":        {bima.Options{BaseURL: "ftp://host"}, "want http://host"},
		"not a URL":             {bima.Options{BaseURL: "http://u:hush-hush-hush@host:port"}, "cannot be read"},
		"user in the address":   {bima.Options{BaseURL: "http://u:hush-hush-hush@host"}, "has a user"},
		"query":                 {bima.Options{BaseURL: "http://host?a=b"}, "has a query"},
		"fragment":              {bima.Options{BaseURL: "http://host#a"}, "has a query or a fragment"},
		"name without password": {bima.Options{BaseURL: "http://host", Username: "sandbox"}, "go together"},
		"password without name": {bima.Options{BaseURL: "http://host", Password: "hush-hush-hush"}, "go together"},
		"negative timeout":      {bima.Options{BaseURL: "http://host", Timeouts: bima.Timeouts{Read: -1}}, "negative"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := bima.New(test.options)
			if c != nil || err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hush") {
				t.Errorf("got %v, %v, want an error with %q", c, err, test.want)
			}
		})
	}
	if text := fmt.Sprintf("%v %+v %#v", bima.Options{Password: "hush"}, bima.Options{Password: "hush"}, bima.Options{Password: "hush"}); strings.Contains(text, "hush") {
		t.Errorf("the options tell the password: %s", text)
	}
}

// Each call asks for what it should, at the aggregator's own address.
func TestAddresses(t *testing.T) {
	for _, call := range calls {
		var got []string
		c := client(t, func(r *http.Request) (*http.Response, error) {
			got = append(got, r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Authorization"))
			if r.Method == http.MethodPost {
				body, _ := io.ReadAll(r.Body)
				if want := `{"password":"hush-hush-hush","username":"sandbox"}`; string(body) != want || r.Header.Get("Content-Type") != "application/json" {
					t.Errorf("the token call sends %s", body)
				}
				return said(goodToken), nil
			}
			return reply(200, "application/json", noRecord), nil
		}, signedIn)
		_ = call.do(t.Context(), c)
		want := []string{"POST /bima/api/Auth/Token ", "GET " + call.path + " Bearer the-token"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", call.name, diff)
		}
	}
}

func TestPrintedAnswers(t *testing.T) {
	c := client(t, func(r *http.Request) (*http.Response, error) {
		switch {
		case strings.Contains(r.URL.Path, "Recent"):
			return said(printed(t, "recent-requests")), nil
		case strings.Contains(r.URL.Path, "Details"):
			return said(printed(t, "policy-details")), nil
		default:
			return said(printed(t, "shared-documents")), nil
		}
	})
	requests, err := c.RecentRequests(t.Context(), "96895542930", "en")
	if err != nil || len(requests) != 2 {
		t.Fatalf("got %v, %v", requests, err)
	}
	one := requests[0]
	if one.RequestID != 4463702 || one.PolicyStatus != bima.StatusPending || one.RenewalStatusCode != nil || one.StepTitle != "Working on it " || len(one.Images()) != 2 {
		t.Errorf("got %+v", one)
	}
	if at, err := one.PolicyDateFrom.Time(); err != nil || at.Format(time.RFC3339) != "2024-12-07T00:00:00+04:00" {
		t.Errorf("got %v, %v", at, err)
	}
	d, err := c.PolicyDetails(t.Context(), one.RequestID, "en")
	if err != nil {
		t.Fatal(err)
	}
	if d.ProviderName != "Oman Qatar Insurance" || d.PolicyFrom != "" || d.Travelers != nil || d.DocumentsRequired[0].OrderNo != "18.000" ||
		d.FollowUp[0].Message != "Payment processed successfully\r\n" || d.AdditionalDrivers[0].Age != "50" || d.StepCode != "working_on_it" ||
		d.Images[0] != `https://bima.om/\img\Vehicles\10\201004\2016\cd777c3c-1e68-409b-a3e2-b8037ba4e0d6.jpg` {
		t.Errorf("got %+v", d)
	}
	if _, err := d.PolicyFrom.Time(); err == nil {
		t.Error("no moment was read as one")
	}
	documents, err := c.SharedDocuments(t.Context(), one.EntityCode, one.ReferenceNo)
	if err != nil || len(documents) != 2 || documents[1].FileSize != 384288 || documents[0].ThumbnailURL != `/Uploads/thumb/2024\ef97192e-9724-4a47-a431-831e080c1f7a.jpg` {
		t.Errorf("got %+v, %v", documents, err)
	}
}

// Whatever comes is either what was asked for or a typed error, which tells no secret.
func TestAnswers(t *testing.T) {
	const protocol = "protocol"
	tests := []struct {
		name   string
		answer func() *http.Response
		call   int // 0: all of them
		want   any // Code, ErrSignIn, protocol, status
	}{
		{"a refusal in a list", func() *http.Response { return said(noRecord) }, 1, bima.CodeNotFound},
		{"a refusal of documents", func() *http.Response { return said(noRecord) }, 3, bima.CodeNotFound},
		{"a refusal of a file", func() *http.Response { return said(noRecord) }, 4, bima.CodeNotFound},
		{"a refusal of details", func() *http.Response { return said(`{"status_code":"NotFound","status_message":"x"}`) }, 2, bima.CodeNotFound},
		{"another code", func() *http.Response { return said(`{"statusCode":"Maintenance","statusMessage":"the-token"}`) }, 1, bima.Code("Maintenance")},
		{"no list", func() *http.Response { return said(`{"statusCode":"OK"}`) }, 1, protocol},
		{"null for a list", func() *http.Response { return said(`{"statusCode":"OK","Data":null}`) }, 1, protocol},
		{"no code", func() *http.Response { return said(`{}`) }, 0, protocol},
		{"no JSON", func() *http.Response { return said(`{"statusCode":`) }, 0, protocol},
		{"JSON of another type", func() *http.Response { return said(`[]`) }, 0, protocol},
		{"nothing", func() *http.Response { return said(` `) }, 0, protocol},
		{"a page", func() *http.Response { return reply(200, "text/html", "<p>hush-hush-hush the-token") }, 0, protocol},
		{"a page that tells the token", func() *http.Response { return reply(200, "text/the-token", "x") }, 0, protocol},
		{"elsewhere", func() *http.Response { return reply(302, "text/html", "") }, 0, protocol},
		{"no content", func() *http.Response { return reply(204, "", "") }, 0, protocol},
		{"not let in", func() *http.Response { return reply(401, "", "") }, 0, bima.ErrSignIn},
		{"forbidden", func() *http.Response { return reply(403, "text/plain", "the-token") }, 0, 403},
		{"broken", func() *http.Response { return reply(500, "text/plain", "") }, 0, 500},
		{"a file too short", func() *http.Response { return reply(200, "application/pdf", "%PDF-") }, 4, protocol},
		{"a file too long", func() *http.Response { return reply(200, "application/pdf", "%PDF-1.7 ") }, 4, protocol},
		{"a file of another type", func() *http.Response { return reply(200, "image/jpeg", "%PDF-1.7") }, 4, protocol},
	}
	for _, tt := range tests {
		for i, call := range calls {
			if tt.call != 0 && tt.call != i+1 {
				continue
			}
			t.Run(tt.name+", "+call.name, func(t *testing.T) {
				c := client(t, func(r *http.Request) (*http.Response, error) {
					if r.Method == http.MethodPost {
						return said(goodToken), nil
					}
					return tt.answer(), nil
				}, signedIn)
				err := call.do(t.Context(), c)
				if err == nil || !strings.Contains(err.Error(), call.name) || strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "the-token") {
					t.Fatalf("got %v, want an error of %s that tells no secret", err, call.name)
				}
				switch want := tt.want.(type) {
				case string:
					if _, ok := errors.AsType[*bima.ProtocolError](err); !ok {
						t.Errorf("got %T %v, want a ProtocolError", err, err)
					}
				case int:
					if e, ok := errors.AsType[*bima.Error](err); !ok || e.Status != want {
						t.Errorf("got %T %v, want an Error of %d", err, err, want)
					}
				case error:
					if _, ok := errors.AsType[*bima.Error](err); !ok || !errors.Is(err, want) {
						t.Errorf("got %T %v, want an Error that is %v", err, err, want)
					}
				}
			})
		}
	}
}

func TestDownload(t *testing.T) {
	c := client(t, func(*http.Request) (*http.Response, error) { return reply(200, "application/pdf", "%PDF-1.7"), nil })
	got, err := c.Download(t.Context(), pdf)
	if err != nil || !bytes.Equal(got, []byte("%PDF-1.7")) {
		t.Errorf("got %q, %v", got, err)
	}
}

// What may be answered by the next try is tried again, three times in all.
func TestRepeats(t *testing.T) {
	broken := errors.New("connection reset")
	tests := []struct {
		name  string
		first func() (*http.Response, error)
		tries int
	}{
		{"a gateway that stumbles", func() (*http.Response, error) { return reply(503, "", ""), nil }, 3},
		{"a gateway without patience", func() (*http.Response, error) { return reply(504, "", ""), nil }, 3},
		{"a connection that breaks", func() (*http.Response, error) { return nil, broken }, 3},
		{"an answer that breaks off", func() (*http.Response, error) {
			r := said("")
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), failing{}))
			return r, nil
		}, 3},
		{"a failure with a code", func() (*http.Response, error) {
			return said(`{"statusCode":"InternalServerError","statusMessage":"An error occurred","Data":[]}`), nil
		}, 1},
		{"a broken server", func() (*http.Response, error) { return reply(500, "", ""), nil }, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries, began := 0, time.Now()
				c := client(t, func(*http.Request) (*http.Response, error) {
					tries++
					return tt.first()
				})
				if err := calls[0].do(t.Context(), c); err == nil {
					t.Error("got no error")
				}
				if tries != tt.tries {
					t.Errorf("got %d tries, want %d", tries, tt.tries)
				}
				if waited := time.Since(began); tries == 3 && waited != 600*time.Millisecond {
					t.Errorf("waited %s, want 200 ms and 400 ms", waited)
				}
			})
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		c := client(t, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		if err := calls[0].do(t.Context(), c); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(began); waited != 30*time.Second {
			t.Errorf("waited %s", waited)
		}
	})
}
