package mocks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/understudy-sandbox/understudy/contracts"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// encode turns an answer into bytes, once. Its header is a copy: an insurer may
// use one for many answers.
func encode(a Answer) (contracts.Response, error) {
	if a.Status < 200 || a.Status > 599 {
		return contracts.Response{}, fmt.Errorf("the status is %d", a.Status)
	}
	response := contracts.Response{Status: a.Status}
	response.Header = a.Header.Clone()
	if response.Header == nil {
		response.Header = http.Header{}
	}
	switch body := a.Body.(type) {
	case nil:
		return response, nil
	case []byte:
		response.Body = body
		return response, nil
	}
	body, err := encodeJSON(a.Body)
	if err != nil {
		return contracts.Response{}, err
	}
	response.Body = body
	if response.Header.Get("Content-Type") == "" {
		response.Header.Set("Content-Type", "application/json")
	}
	return response, nil
}

// encodeJSON is compact JSON in which <, > and & stay as they are.
func encodeJSON(v any) ([]byte, error) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.Clone(bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))), nil
}
