package bima_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/understudy-sandbox/understudy/mocks"
	"github.com/understudy-sandbox/understudy/mocks/bima"
	"github.com/understudy-sandbox/understudy/mocks/clock"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const (
	tokenPath     = "/bima/api/Auth/Token"
	requestsPath  = "/bima/api/Insurance/GetCustomerRecentRequests"
	detailsPath   = "/bima/api/Insurance/GetPolicyDetails"
	documentsPath = "/bima/api/Document/GetSharedDocuments/"
	downloadPath  = "/bima/Document/SharedDownload"

	printedRequests  = requestsPath + "?contactNo=96895542930&langCode=en"
	printedDetails   = detailsPath + "?id=4463702&langcode=en"
	printedDocuments = documentsPath + "?entityCode=Insurance&refID=CC266B33-F6B9-47E3-AE71-4957E112A04F"
	printedStamp     = downloadPath + "?id=7DFC82FD-0A5D-42EB-964B-B5EBA4A80BF6&refID=CC266B33-F6B9-47E3-AE71-4957E112A04F"
	printedPDF       = downloadPath + "?id=70DBBF2A-ABEC-470D-9CF2-3AFAB2074AE1&refID=CC266B33-F6B9-47E3-AE71-4957E112A04F"
)

// start runs a sandbox whose worlds stand still on a Monday morning. An answer
// that breaks its contract is not sent.
func start(t *testing.T, change ...func(*mocks.Options)) *mocks.Server {
	t.Helper()
	o := mocks.Options{Insurers: []mocks.Insurer{bima.Insurer()}, Clock: clock.Frozen(monday), Strict: true}
	for _, c := range change {
		c(&o)
	}
	return mocks.Start(t, o)
}

type answer struct {
	status int
	header http.Header
	body   string
}

// get reads an address; a token goes with it unless it is empty.
func get(t *testing.T, address, token string) answer {
	t.Helper()
	return send(t, http.MethodGet, address, "", token)
}

func send(t *testing.T, method, address, body, token string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{got.StatusCode, got.Header, string(text)}
}

func golden(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func world(t *testing.T, s *mocks.Server) *mocks.World {
	t.Helper()
	w, err := s.World(mocks.DefaultWorld)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func advance(t *testing.T, w *mocks.World, d time.Duration) {
	t.Helper()
	if _, err := w.Advance(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// wantKept fails where an answer broke a promise.
func wantKept(t *testing.T, w *mocks.World) {
	t.Helper()
	for _, e := range w.Journal(mocks.Query{}) {
		for _, f := range e.Findings {
			t.Errorf("%s: %s: %v", e.Exchange.Request.Path, f.Check, &f.Mismatch)
		}
	}
}

// The printed answers come back byte for byte, in wire order, in any world, at
// any time, under any seed, and however the names in the query are written.
func TestPrintedAnswers(t *testing.T) {
	tests := map[string][]string{
		"recent-requests":  {printedRequests, requestsPath + "?CONTACTNO=96895542930&langcode=en", requestsPath + "?langCode=ar&contact%4eo=96895542930"},
		"policy-details":   {printedDetails, detailsPath + "?ID=4463702&langCode=en"},
		"shared-documents": {printedDocuments, strings.Replace(printedDocuments, "refID", "REFid", 1)},
	}
	for _, seed := range []uint64{1, 7} {
		for _, day := range []time.Time{monday, monday.AddDate(-40, 0, 0), monday.AddDate(40, 0, 0)} {
			s := start(t, func(o *mocks.Options) { o.Seed, o.Clock = seed, clock.Frozen(day) })
			for _, at := range []string{"", "/w/another"} {
				for name, paths := range tests {
					for _, path := range paths {
						got := get(t, s.URL+at+path, "")
						if diff := cmp.Diff(golden(t, name), got.body); got.status != 200 || diff != "" {
							t.Errorf("seed %d, %s, %s: %d (-want +got):\n%s", seed, day, at+path, got.status, diff)
						}
					}
				}
			}
			wantKept(t, world(t, s))
		}
	}
}

// The printed addresses are those of the document: a slash before the question
// mark, and no /api before a file.
func TestAddresses(t *testing.T) {
	s := start(t)
	for path, want := range map[string]int{
		printedDocuments: 200, strings.Replace(printedDocuments, "/?", "?", 1): 404,
		printedStamp: 200, strings.Replace(printedStamp, "/Document", "/api/Document", 1): 404,
	} {
		if got := get(t, s.URL+path, ""); got.status != want {
			t.Errorf("%s: got %d %s, want %d", path, got.status, got.body, want)
		}
	}
}

// The command that the landing page and serve print works as it is.
func TestCurl(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl here")
	}
	s := start(t)
	command := bima.Insurer().Curl(s.URL + "/bima")
	out, err := exec.CommandContext(t.Context(), "sh", "-c", command).Output()
	if err != nil || string(out) != golden(t, "recent-requests") {
		t.Errorf("%s\nanswered %s, %v", command, out, err)
	}
}

func TestExport(t *testing.T) {
	in := bima.Insurer()
	want := [][2]string{
		{"BIMA_BASE_URL", "http://127.0.0.1:7800/bima"},
		{"BIMA_USERNAME", in.Credentials["username"].(string)},
		{"BIMA_PASSWORD", in.Credentials["password"].(string)},
	}
	if diff := cmp.Diff(want, in.Export("http://127.0.0.1:7800/bima")); diff != "" {
		t.Errorf("environment differs (-want +got):\n%s", diff)
	}
}

// query is a path with one value of its query changed.
func query(t *testing.T, path, name, value string) string {
	t.Helper()
	u, err := url.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	values := u.Query()
	if !values.Has(name) {
		t.Fatalf("%s has no %s", path, name)
	}
	values.Set(name, value)
	u.RawQuery = values.Encode()
	return u.String()
}
