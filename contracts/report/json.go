package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// JSON writes the whole report as one indented object; [Read] reads it back.
func JSON(w io.Writer, r *Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r); err != nil {
		return fmt.Errorf("report: write JSON: %w", err)
	}
	return nil
}

// Read reads what [JSON] wrote. Members that it does not know are skipped, so
// that an older program reads a newer report of its own format; any other format
// is refused, and so is what no run could have reported.
func Read(from io.Reader) (*Report, error) {
	r := &Report{}
	decoder := json.NewDecoder(from)
	if err := decoder.Decode(r); err != nil {
		return nil, fmt.Errorf("report: read JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("report: read JSON: there is more than one value")
	}
	switch {
	case r.Format == 0:
		return nil, errors.New("report: it has no format: it is no report, or one of a version that did not say which checks were exercised")
	case r.Format != Format:
		return nil, fmt.Errorf("report: its format is %d, and this version reads format %d", r.Format, Format)
	}
	if err := r.sane(); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return r.settle(), nil
}

// sane refuses what [New] could not have made, so that no reader has to think of
// it.
func (r *Report) sane() error {
	if _, known := weights[r.Outcome]; !known {
		return fmt.Errorf("its outcome %q is none", r.Outcome)
	}
	for _, p := range r.Checks {
		if p.Check == "" || p.Insurer == "" || !slices.Contains(r.Insurers, p.Insurer) {
			return fmt.Errorf("check %q is of %q, which is none of its insurers", p.Check, p.Insurer)
		}
		for _, t := range p.Trials {
			if t.Failed < 0 || t.Exercised < t.Failed || t.Bent < 0 || (t.Failed == 0) != (t.Worst == nil) {
				return fmt.Errorf("check %s: its counts for operation %q contradict each other", p.Check, t.Operation)
			}
		}
	}
	return nil
}
