package bima

import (
	"net/url"
	"strings"

	"github.com/understudy-sandbox/understudy/contracts"
)

const (
	recentRequestsPath  = "/api/Insurance/GetCustomerRecentRequests"
	policyDetailsPath   = "/api/Insurance/GetPolicyDetails"
	sharedDocumentsPath = "/api/Document/GetSharedDocuments/"
	sharedDownloadPath  = "/Document/SharedDownload"
)

// names are those of the printed addresses. The same value is langCode here and
// langcode there.
var names = map[string][]string{
	recentRequestsPath:  {"contactNo", "langCode"},
	policyDetailsPath:   {"id", "langcode"},
	sharedDocumentsPath: {"entityCode", "refID"},
	sharedDownloadPath:  {"id", "refID"},
}

// nameAsDocumented gives the names of a query the case that the document has: a
// server of this kind does not see it (inferred), and the printed tables do not
// keep to it. Order and values stay.
func nameAsDocumented(q *contracts.Request) {
	if q.Query == "" {
		return
	}
	pairs := strings.Split(q.Query, "&")
	for i, pair := range pairs {
		sent, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(sent)
		if err != nil {
			continue
		}
		for _, name := range names[q.Path] {
			if strings.EqualFold(plain, name) {
				pairs[i] = name + "=" + value
			}
		}
	}
	q.Query = strings.Join(pairs, "&")
}
