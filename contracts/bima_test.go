package contracts

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func bimaExchange(t testing.TB, name string) (*Contract, *Exchange) {
	t.Helper()
	c := contractOf(t, "bima")
	return c, exchangeIn(t, c, readArchive(t, filepath.Join("testdata", "bima", name+".txtar")))
}

// TestBimaPlanted changes one thing in a good answer; exactly one check names it.
func TestBimaPlanted(t *testing.T) {
	const requests, details, documents = "newest-first.pass", "details-complete.pass", "size-displayed.pass"
	tests := []struct {
		name, in, old, planted string
		want                   string // check and place
	}{
		{"nothing", requests, "", "", ""},
		{"nothing in the details", details, "", "", ""},
		{"nothing in the documents", documents, "", "", ""},
		{"nothing in a file", "file-named.pass", "", "", ""},
		{"nothing in a token", "token-is-jwt.pass", "", "", ""},
		{"a renamed list", requests, `"Data"`, `"data"`, "body-fits /Data"},
		{"a renamed code", requests, `"statusCode": "OK"`, `"status_code": "OK"`, "body-fits /statusCode"},
		{"a renamed member of an item", requests, `"AttributeText5"`, `"AttributeText6"`, "body-fits /Data/0/AttributeText5"},
		{"a corrected spelling", details, `"prvider_name"`, `"provider_name"`, "details-complete /prvider_name"},
		{"a member in another case", details, `"step_ImageURLThumbnail"`, `"step_image_url_thumbnail"`, "details-complete /step_ImageURLThumbnail"},
		{"a number as a string", requests, `"RequestID": 4463702`, `"RequestID": "4463702"`, "body-fits /Data/0/RequestID"},
		{"a string as a number", details, `"age": "50"`, `"age": 50`, "body-fits /additional_drivers/0/age"},
		{"a size as a string", documents, `"FileSize": 7260`, `"FileSize": "7260"`, "body-fits /data/0/FileSize"},
		{"lost decimals", details, "21.000", "21", "order-in-thousandths /documents_required/3/order_no"},
		{"an order as a string", details, "21.000", `"21.000"`, "body-fits /documents_required/3/order_no"},
		{"an empty text for null", details, `"policy_to": null`, `"policy_to": ""`, "null-until-issued /policy_to"},
		{"null for an empty text", details, `"policy_no": ""`, `"policy_no": null`, "body-fits /policy_no"},
		{"an empty list for null", details, `"travelers": null`, `"travelers": []`, "no-travelers /travelers"},
		{"a renewal that is none", requests, `"RenewalStatusCode": null`, `"RenewalStatusCode": ""`, "no-renewal /Data/0/RenewalStatusCode"},
		{"a null that is missing", requests, `"RenewalStatusCode": null,`, "", "body-fits /Data/0/RenewalStatusCode"},
		{"a trimmed title", details, `"Working on it "`, `"Working on it"`, "step-as-printed /step_title"},
		{"a comment without CR", details, `\r\n`, `\n`, "follow-up-form /follow_up/0/message"},
		{"an American date", details, "07/04/2024 13:42", "4/7/2024 1:42:00 PM", "follow-up-form /follow_up/0/date_time"},
		{"slashes put right", requests, "https://bima.om///img", "https://bima.om/img", "list-images /Data/0/ImageURLThumbnail"},
		{"backslashes put right", details, `\\img\\Vehicles`, `/img/Vehicles`, "details-images /thumbnail/0"},
		{"a code in small letters", documents, "7DFC82FD", "7dfc82fd", "upper-case-guids /data/0/SharedCode"},
		{"a size of thousands", documents, `"7.1KB"`, `"7.3KB"`, "size-displayed /data/0/FileSizeDisplay"},
		{"OK with a message", documents, `"statusMessage": null`, `"statusMessage": "Success"`, "ok-without-message /statusMessage"},
		{"another text of a refusal", "refusal-texts.pass", "Record not found", "No record", "refusal-texts /status_message"},
		{"a refusal without a text", "refusal-texts.pass", `"Record not found"`, `""`, "refusal-worded /status_message"},
		{"another word of a token", "token-given.pass", "Token Created", "Token Made", "token-given /status_message"},
		{"a code as a number", "token-given.pass", `"status_code": "200"`, `"status_code": 200`, "body-fits /status_code"},
		{"a token that is none", "token-given.pass", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.", "", "token-is-jwt /data"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, x := bimaExchange(t, tt.in)
			body := string(x.Response.Body)
			if !strings.Contains(body, tt.old) {
				t.Fatalf("there is no %s to change", tt.old)
			}
			x.Response.SetBody([]byte(strings.Replace(body, tt.old, tt.planted, 1)))
			var got []string
			for _, f := range c.Examine(x) {
				got = append(got, strings.TrimPrefix(f.Check, "bima/")+" "+f.Where)
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBimaAccepted: a yes is said by the code, whatever the status.
func TestBimaAccepted(t *testing.T) {
	tests := []struct {
		name, operation, body string
		status                int
		want                  bool
	}{
		{"a list", "recentRequests", `{"statusCode":"OK","statusMessage":null,"Data":[]}`, 200, true},
		{"a refused list", "recentRequests", `{"statusCode":"NotFound","statusMessage":"x","Data":[]}`, 200, false},
		{"a list with a wrong status", "recentRequests", `{"statusCode":"OK","statusMessage":null,"Data":[]}`, 500, false},
		{"a list without a code", "recentRequests", `{"Data":[]}`, 200, false},
		{"details", "policyDetails", `{"status_code":"OK"}`, 200, true},
		{"refused details", "policyDetails", `{"status_code":"NotFound"}`, 200, false},
		{"documents", "sharedDocuments", `{"statusCode":"OK"}`, 200, true},
		{"the token's code elsewhere", "sharedDocuments", `{"statusCode":"200"}`, 200, false},
		{"a token", "token", `{"status_code":"200","data":"x"}`, 200, true},
		{"a refused token", "token", `{"status_code":"401","data":null}`, 200, false},
		{"a token that says OK", "token", `{"status_code":"OK"}`, 200, false},
		{"a file", "sharedDownload", "%PDF-1.7", 200, true},
		{"a refused file", "sharedDownload", `{"data":[],"statusCode":"NotFound"}`, 200, false},
		{"nobody", "sharedDownload", "", 401, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := &Exchange{Insurer: "bima", Operation: tt.operation, Response: Response{Status: tt.status, Message: Message{Body: []byte(tt.body)}}}
			if got := contractOf(t, "bima").Accepted(x); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
