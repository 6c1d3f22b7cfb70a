package report

import (
	"encoding/json"
	"fmt"
	"io"
)

// JSON writes the whole report as one indented object; [json.Unmarshal] reads it
// back.
func JSON(w io.Writer, r *Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r); err != nil {
		return fmt.Errorf("report: write JSON: %w", err)
	}
	return nil
}
