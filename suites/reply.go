package suites

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// reply is a whole answer to a request that no client of ours would send.
type reply struct {
	status int
	body   []byte
}

// String shows the reply in a failure.
func (r reply) String() string {
	const most = 500
	if len(r.body) > most {
		return fmt.Sprintf("%d %s…", r.status, r.body[:most])
	}
	return fmt.Sprintf("%d %s", r.status, r.body)
}

// code is the insurer's own code of a refusal, bare or first in a list.
func (r reply) code() string {
	var said struct {
		Code   string `json:"code"`
		Errors []struct {
			Code string `json:"code"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(r.body, &said); err != nil {
		return ""
	}
	if len(said.Errors) > 0 {
		return said.Errors[0].Code
	}
	return said.Code
}

// post sends a body as it stands to a path below a face.
func (t *Target) post(ctx SpecContext, c *http.Client, face, path, body string, change ...func(*http.Request)) reply {
	GinkgoHelper()
	address := strings.TrimSuffix(t.Faces[face].String(), "/") + path
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Accept", "application/json")
	for _, f := range change {
		f(request)
	}
	response, err := c.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return reply{response.StatusCode, text}
}
