package contracts

import (
	"bytes"
	"cmp"
)

func endorsementForm(d deal) error {
	return d.numbered(endorsements, "YY-001-Mnn-NNNNNN-n", "effectiveDate")
}

func cancelEchoed(d deal) error { return d.echoed("type", "reason") }

func cancelConfirmed(d deal) error {
	switch day := text(d.answer, "effectiveDate"); {
	case text(d.answer, "status") != "SUCCESS":
		return d.differs("", "status", `"SUCCESS"`)
	case !validDate(day):
		return d.differs("", "effectiveDate", "a date yyyy-mm-dd")
	}
	return nil
}

// cancelSaid leaves a type that is missing to the document.
func cancelSaid(ask any) error {
	if kind := text(ask, "type"); kind == "" || kind == "CANCEL" {
		return nil
	}
	return &Mismatch{Where: "request /type", Got: shown(ask, "type"), Want: `"CANCEL"`}
}

// documentIn reads a document that was given out, whole.
func documentIn(x *Exchange) (*Response, bool) {
	return &x.Response, x.Response.Status >= 200 && x.Response.Status <= 299 && !x.Response.Cut
}

func isPDF(r *Response) error {
	if media := r.MediaType(); media != "application/pdf" {
		return &Mismatch{Where: "header Content-Type", Got: cmp.Or(media, "nothing"), Want: "application/pdf"}
	}
	if !bytes.HasPrefix(r.Body, []byte("%PDF-")) {
		return &Mismatch{Where: "body", Got: "something else", Want: "a file that begins with %PDF-"}
	}
	return nil
}
