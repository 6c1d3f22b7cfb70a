package lifeishard

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// operator answers as it is told and remembers what it was asked.
type operator struct {
	mu     sync.Mutex
	asked  []string // method, path, token and language
	bodies []string
	answer func(n int, r *http.Request) (int, string)
}

func (o *operator) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	o.mu.Lock()
	o.asked = append(o.asked, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Token")))
	o.bodies = append(o.bodies, string(body))
	n := len(o.asked)
	o.mu.Unlock()
	status, text := o.answer(n, r)
	if status == 0 {
		panic(http.ErrAbortHandler)
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_, _ = io.WriteString(rw, text)
}

// calls lists what was asked until now.
func (o *operator) calls() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.asked)
}

// sent lists the bodies that came with it.
func (o *operator) sent() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.bodies)
}

func start(t *testing.T, answer func(n int, r *http.Request) (int, string), change ...func(*Options)) (*Client, *operator) {
	t.Helper()
	o := &operator{answer: answer}
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	options := Options{BaseURL: server.URL + "/", Account: "broker", Password: "pass-word-1", Retry: Retry{Wait: time.Nanosecond}}
	for _, f := range change {
		f(&options)
	}
	c, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	return c, o
}

// pair is the answer of a log-in.
func pair(token, refresh string) string {
	return fmt.Sprintf(`{"error":false,"status":200,"data":{"token":%q,"expires_at":"2026-03-02 23:00:00","refresh_token":%q}}`, token, refresh)
}

// jwt is a token that lives twelve hours.
func jwt() string {
	return "h." + base64.RawURLEncoding.EncodeToString([]byte(`{"iat":1000.5,"exp":44200.5}`)) + ".s"
}

const unauthenticated = `{"error":true,"status":401,"message":"Unauthenticated."}`

func printed(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/printed.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if all[name] == nil {
		t.Fatalf("nothing is printed as %s", name)
	}
	return string(all[name])
}

// withToken answers log-ins and hands every other call on.
func withToken(answer func(r *http.Request) (int, string)) func(int, *http.Request) (int, string) {
	return func(_ int, r *http.Request) (int, string) {
		if r.URL.Path == "/auth" {
			return 200, pair("t0ken", "r0ken")
		}
		return answer(r)
	}
}

func TestPrintedAnswers(t *testing.T) {
	c, _ := start(t, withToken(func(r *http.Request) (int, string) {
		switch r.Method + " " + r.URL.Path {
		case "POST /offer":
			return 200, printed(t, "offer.response")
		case "POST /policy":
			return 200, printed(t, "policy.response")
		default:
			return 200, printed(t, "localities.response")
		}
	}))
	offers, err := c.CreateOffer(t.Context(), OfferRequest{})
	if err != nil {
		t.Fatal(err)
	}
	want := &Offers{Organization{"omniasig"}, "general", []Offer{{
		OfferID: 1, ProviderOfferCode: "XY01230123", PremiumAmount: "89", Currency: "EUR", ExchangeRate: ExchangeRate{"RON", "1200", "4.9219"},
		StartDate: "2022-09-25", EndDate: "2023-09-24", Installments: []Installment{{1, "123", "2023-06-10"}},
		Notes: "Something important", OfferExpiryDate: "2023-10-20",
	}}}
	if diff := cmp.Diff(want, offers); diff != "" {
		t.Errorf("offers (-want +got):\n%s", diff)
	}
	policy, err := c.IssuePolicy(t.Context(), PolicyRequest{})
	if err != nil {
		t.Fatal(err)
	}
	wantPolicy := &Policy{
		Provider: Organization{"omniasig"}, PolicyID: 12, Series: "XX/XX", Number: 243245345,
		Payment:   Payment{"receipt", "RON", "89", "2023-07-10", "AX4984"},
		StartDate: "2023-07-10", EndDate: "2024-07-09", PremiumAmount: "89", Currency: "RON", Installments: []Installment{{1, "123", "2023-06-10"}},
	}
	if diff := cmp.Diff(wantPolicy, policy); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
	there, err := c.Localities(t.Context(), "CJ")
	if diff := cmp.Diff([]Locality{{"CLUJ-NAPOCA", "CJ", 54984}}, there); err != nil || diff != "" {
		t.Errorf("localities: %v (-want +got):\n%s", err, diff)
	}
}

// The client writes real types, and the null that is printed.
func TestRequests(t *testing.T) {
	c, o := start(t, withToken(func(*http.Request) (int, string) { return 400, "{}" }))
	_, _ = c.IssuePolicy(t.Context(), PolicyRequest{OfferID: 23, Payment: Payment{"receipt", "RON", "89", "2023-07-10", "AX4984"}})
	_, _ = c.CreateOffer(t.Context(), OfferRequest{Provider: Omniasig(), Product: Product{
		Name:         "general",
		Liability:    Liability{StartDate: "2026-04-01", TermTime: 12, Coverage: &Coverage{PerEvent: &Clause{true, "50000"}, AuxiliaryStaff: &Clause{IsIncluded: true}}},
		Customer:     Person{TaxID: "1", Address: Address{County: "CJ", City: "Cluj-Napoca", CityCode: 54984, Street: "S"}},
		Policyholder: Person{TaxID: "2", Address: Address{County: "CJ", City: "Cluj-Napoca", CityCode: 54984, Street: "S", Floor: "3"}},
	}})
	want := []string{
		`{"account":"broker","password":"pass-word-1"}`,
		`{"offerId":23,"payment":{"method":"receipt","currency":"RON","amount":89,"date":"2023-07-10","documentNumber":"AX4984"},"additionalData":null}`,
		`{"provider":{"organization":{"businessName":"omniasig"}},"product":{"name":"general","liability":{"startDate":"2026-04-01","termTime":12,` +
			`"coverage":{"auxiliaryStaff":{"isIncluded":true},"perEvent":{"isIncluded":true,"value":50000}}},` +
			`"customer":{"isForeignPerson":false,"taxId":"1","address":{"county":"CJ","city":"Cluj-Napoca","cityCode":54984,"street":"S"}},` +
			`"policyholder":{"isForeignPerson":false,"taxId":"2","address":{"county":"CJ","city":"Cluj-Napoca","cityCode":54984,"street":"S","floor":"3"}}}}`,
	}
	if diff := cmp.Diff(want, o.sent()); diff != "" {
		t.Errorf("bodies (-want +got):\n%s", diff)
	}
}

func TestBothKindsOfLiterals(t *testing.T) {
	type row struct {
		N ID
		A Amount
		B truth
	}
	want := row{23, "438.05", true}
	for _, text := range []string{`{"N":23,"A":438.05,"B":true}`, `{"N":"23","A":"438.05","B":"true"}`} {
		var got row
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{`{"N":"x"}`, `{"N":1.5}`, `{"A":"1,5"}`, `{"A":{}}`, `{"B":"ja"}`, `{"N":" 1"}`} {
		if err := json.Unmarshal([]byte(text), new(row)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}

func TestRefusals(t *testing.T) {
	const floor = `{"error":true,"status":400,"message":"VALIDATION_ERROR","data":{"product.policyholder.address.floor":["Câmpul etaj adresă asigurat este obligatoriu."]}}`
	tests := []struct {
		name   string
		status int
		body   string
		is     error
		fields int
		text   string
	}{
		{"members at fault", 400, floor, ErrValidation, 1, "lifeishard: create offer: answered 400 Bad Request: VALIDATION_ERROR; product.policyholder.address.floor: Câmpul etaj adresă asigurat este obligatoriu."},
		{"in quotes, with status 200", 200, strings.NewReplacer("true", `"true"`, "400", `"400"`).Replace(floor), ErrValidation, 1, ""},
		{"a business word", 400, `{"error":true,"status":400,"message":"no"}`, nil, 0, "lifeishard: create offer: answered 400 Bad Request: no"},
		{"a newer envelope", 422, `{"errors":["one","two"],"correlation_id":"x"}`, nil, 0, "lifeishard: create offer: answered 422 Unprocessable Entity: one; two"},
		{"unknown", 404, `{"error":true,"status":404,"message":"no"}`, ErrUnknown, 0, ""},
		{"a page", 400, `<html>`, nil, 0, "lifeishard: create offer: answered 400 Bad Request"},
		{"our own secrets", 400, `{"error":true,"message":"pass-word-1"}`, nil, 0, "lifeishard: create offer: answered 400 Bad Request: [secret]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, o := start(t, withToken(func(*http.Request) (int, string) { return tt.status, tt.body }))
			_, err := c.CreateOffer(t.Context(), OfferRequest{})
			refusal, ok := errors.AsType[*Error](err)
			if !ok || refusal.Status != tt.status || len(refusal.Fields) != tt.fields {
				t.Fatalf("got %v", err)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v is not %v", err, tt.is)
			}
			if tt.text != "" && err.Error() != tt.text {
				t.Errorf("got %s\nwant %s", err, tt.text)
			}
			if len(o.calls()) != 2 {
				t.Errorf("a refused call is repeated: %v", o.calls())
			}
		})
	}
}

func TestWrongPassword(t *testing.T) {
	c, o := start(t, func(int, *http.Request) (int, string) { return 401, unauthenticated })
	_, err := c.Counties(t.Context())
	if !errors.Is(err, ErrToken) || len(o.calls()) != 1 || strings.Contains(fmt.Sprintf("%v %+v", err, Options{Password: "pass-word-1"}), "pass-word-1") {
		t.Errorf("got %v after %v", err, o.calls())
	}
}

func TestRepeats(t *testing.T) {
	var calls atomic.Int64
	answer := withToken(func(r *http.Request) (int, string) {
		if n := calls.Add(1); n < 3 {
			return []int{503, 0}[n-1], ""
		}
		return 200, `{"data":[]}`
	})
	c, _ := start(t, answer)
	if _, err := c.Counties(t.Context()); err != nil || calls.Load() != 3 {
		t.Errorf("got %v after %d calls", err, calls.Load())
	}
	calls.Store(0)
	c, _ = start(t, answer, func(o *Options) { o.Retry.Times = -1 })
	if _, err := c.Counties(t.Context()); err == nil || calls.Load() != 1 {
		t.Errorf("got %v after %d calls", err, calls.Load())
	}
}

func TestIssueIsSentOnce(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		doubt  bool
	}{
		{"the connection breaks", 0, "", true},
		{"nobody behind the gateway", 503, "", true},
		{"half an answer", 200, `{"data":{"poli`, true},
		{"no policy in it", 200, `{"data":{"policies":[]}}`, true},
		{"a plain no", 400, `{"error":true,"status":400,"message":"no"}`, false},
		{"too many calls", 429, ``, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, o := start(t, withToken(func(*http.Request) (int, string) { return tt.status, tt.body }))
			got, err := c.IssuePolicy(t.Context(), PolicyRequest{Payment: Payment{Amount: "1"}})
			_, doubt := errors.AsType[*UnknownOutcomeError](err)
			if got != nil || err == nil || doubt != tt.doubt || len(o.calls()) != 2 {
				t.Errorf("got %v, %v, in doubt %v, after %v", got, err, doubt, o.calls())
			}
		})
	}
	c, _ := start(t, withToken(func(*http.Request) (int, string) { return 200, "{}" }))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.IssuePolicy(ctx, PolicyRequest{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who has gone: %v", err)
	}
}

func TestFiles(t *testing.T) {
	file := func(content string) string {
		return fmt.Sprintf(`{"data":{"files":[{"type":"Offer","name":"offer-x.pdf","content":%q}]}}`, content)
	}
	good := file(base64.StdEncoding.EncodeToString([]byte("%PDF-1.7 x")))
	calls := map[string]func(*Client) (*File, error){
		"GET /offer/7 t0ken":                          func(c *Client) (*File, error) { return c.OfferFile(t.Context(), 7) },
		"GET /policy/7 t0ken":                         func(c *Client) (*File, error) { return c.PolicyFile(t.Context(), 7) },
		"GET /policy/7/receipt t0ken":                 func(c *Client) (*File, error) { return c.ReceiptFile(t.Context(), 7) },
		"GET /policy?number=243&series=XX%2FXX t0ken": func(c *Client) (*File, error) { return c.PolicyFileByNumber(t.Context(), "XX/XX", 243) },
	}
	for want, ask := range calls {
		c, o := start(t, withToken(func(*http.Request) (int, string) { return 200, good }))
		got, err := ask(c)
		if err != nil || string(got.Content) != "%PDF-1.7 x" || got.Type != "Offer" || o.calls()[1] != want {
			t.Errorf("%s: got %+v, %v, asked %v", want, got, err, o.calls())
		}
	}
	for _, body := range []string{file("x"), file("PGh0bWw+"), `{"data":{"files":[]}}`, `{}`, `[]`} {
		c, _ := start(t, withToken(func(*http.Request) (int, string) { return 200, body }))
		_, err := c.OfferFile(t.Context(), 7)
		if _, ok := errors.AsType[*ProtocolError](err); !ok {
			t.Errorf("%s: got %v", body, err)
		}
	}
	c, o := start(t, withToken(func(*http.Request) (int, string) { return 200, good }), func(o *Options) { o.ReceiptPath = "/receipts/{id}" })
	if _, err := c.ReceiptFile(t.Context(), 7); err != nil || o.calls()[1] != "GET /receipts/7 t0ken" {
		t.Errorf("another path of receipts: %v, asked %v", err, o.calls())
	}
}

func TestNewRefuses(t *testing.T) {
	good := Options{BaseURL: "https://host", Account: "a", Password: "p"}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Options){
		"no address":       func(o *Options) { o.BaseURL = "" },
		"another scheme":   func(o *Options) { o.BaseURL = "ftp://host" },
		"a user":           func(o *Options) { o.BaseURL = "https://me:secret@host" },
		"a query":          func(o *Options) { o.BaseURL = "https://host?a=b" },
		"no password":      func(o *Options) { o.Password = "" },
		"a negative wait":  func(o *Options) { o.Retry.Wait = -1 },
		"a negative time":  func(o *Options) { o.Timeouts.Offer = -1 },
		"receipts nowhere": func(o *Options) { o.ReceiptPath = "/receipts" },
	} {
		o := good
		spoil(&o)
		if _, err := New(o); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzAnswers(f *testing.F) {
	for _, name := range []string{"auth.response", "offer.response", "policy.response", "localities.response", "offer_pdf.response"} {
		f.Add(200, printed(f, name))
	}
	f.Add(400, unauthenticated)
	f.Fuzz(func(t *testing.T, status int, body string) {
		r := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}
		c := &Client{password: "p"}
		text, err := read(call{name: "x"}, r, c.hiding("t"))
		if err == nil && !json.Valid(text) {
			t.Errorf("%q is handed out", text)
		}
		_ = lifetime(body)
		_ = json.Unmarshal([]byte(body), new(Offer))
	})
}
