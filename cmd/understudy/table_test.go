package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTableText(t *testing.T) {
	tests := []struct {
		name    string
		table   table
		colours colours
		limit   int
		want    string
	}{
		{
			name:  "columns are aligned and nothing trails",
			table: table{head: []string{"a", "long"}, rows: [][]string{{"one", "x"}, {"three", ""}}},
			want:  "A      LONG\none    x\nthree\n",
		},
		{
			name:  "Thai marks take no cell",
			table: table{head: []string{"text", "end"}, rows: [][]string{{"ที่", "|"}, {"ab", "|"}}},
			want:  "TEXT  END\nที่     |\nab    |\n",
		},
		{
			name:    "the head stands out on a terminal",
			table:   table{head: []string{"a"}, rows: [][]string{{"b"}}},
			colours: true,
			want:    "\x1b[1mA\x1b[0m\nb\n",
		},
		{
			name:  "what is wider than the terminal is broken between words",
			table: table{head: []string{"id", "says"}, rows: [][]string{{"x", "one two three four five six"}, {"y", "short"}}},
			limit: 20,
			want:  "ID  SAYS\nx   one two three\n    four five six\ny   short\n",
		},
		{
			name:  "a word without blanks stays whole",
			table: table{head: []string{"id"}, rows: [][]string{{"abcdefghijklmnopqrstuvwxyz"}}},
			limit: 14,
			want:  "ID\nabcdefghijklmnopqrstuvwxyz\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got bytes.Buffer
			tt.table.text(&got, tt.colours, tt.limit)
			if diff := cmp.Diff(tt.want, got.String()); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTableMarkdown(t *testing.T) {
	var got bytes.Buffer
	table{head: []string{"a", "b"}, rows: [][]string{{"x|y", "two\nlines"}}}.markdown(&got)
	want := "| a | b |\n| --- | --- |\n| x\\|y | two lines |\n"
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("markdown (-want +got):\n%s", diff)
	}
}

func TestColours(t *testing.T) {
	p := &program{getenv: func(string) string { return "" }}
	if p.coloursFor(new(bytes.Buffer)) {
		t.Error("what goes to a pipe is coloured")
	}
}

func TestSpliced(t *testing.T) {
	const (
		one   = "<!-- BEGIN one -->\nold\n<!-- END one -->\n"
		two   = "<!-- BEGIN two -->\n<!-- END two -->\n"
		fresh = "<!-- BEGIN one -->\n1\n<!-- END one -->\n"
	)
	parts := map[string]string{"one": "1\n"}
	both := map[string]string{"one": "1\n", "two": "2\n"}
	tests := []struct {
		name, text string
		parts      map[string]string
		want, err  string
	}{
		{name: "replaced", text: "a\n" + one + "b\n", parts: parts, want: "a\n" + fresh + "b\n"},
		{name: "again", text: "a\n" + fresh + "b\n", parts: parts, want: "a\n" + fresh + "b\n"},
		{name: "two parts", text: two + one, parts: both, want: "<!-- BEGIN two -->\n2\n<!-- END two -->\n" + fresh},
		{name: "missing", text: one, parts: both, err: "the markers <!-- BEGIN two --> and <!-- END two --> are missing"},
		{name: "unknown", text: one + two, parts: parts, err: `line 4: nothing is generated for "two"`},
		{name: "twice", text: one + one, parts: parts, err: "line 4: one stands twice"},
		{name: "no end", text: "<!-- BEGIN one -->\n", parts: parts, err: "one begins and does not end"},
		{name: "no begin", text: "<!-- END one -->\n", parts: parts, err: "line 1: one ends and did not begin"},
		{name: "crossed", text: "<!-- BEGIN one -->\n" + two, parts: both, err: "line 2: two begins before one ends"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := spliced(tt.text, tt.parts)
			said := ""
			if err != nil {
				said = err.Error()
			}
			if got != tt.want || said != tt.err {
				t.Errorf("spliced = %q, error %q; want %q, error %q", got, said, tt.want, tt.err)
			}
		})
	}
}
