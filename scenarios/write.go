package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// bare is what may stand without quotes in any YAML: words and plain punctuation that neither begin nor end a structure.
var bare = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9 _/.,;()~-]*$|^[0-9]+[mu]?s$`)

// reserved are words that some YAML takes for something else.
var reserved = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}

// write spells fields as YAML. Values deeper than one level are written as JSON, which is YAML: the library's encoder
// would put numbers in quotes and lose carriage returns.
func write(fields []field) ([]byte, error) {
	lines, err := linesOf(fields)
	if err != nil {
		return nil, fmt.Errorf("write a scenario: %w", err)
	}
	return []byte(strings.Join(lines, "\n") + "\n"), nil
}

func linesOf(fields []field) ([]string, error) {
	var lines []string
	for _, f := range fields {
		var block []string
		var err error
		switch v := f.value().(type) {
		case nil:
			continue
		case []field:
			block, err = linesOf(v)
		case [][]field:
			block, err = items(v)
		case map[string]any:
			block, err = entries(v)
		default:
			line, bad := pair(f.key, v)
			if bad != nil {
				return nil, bad
			}
			lines = append(lines, line)
			continue
		}
		if err != nil {
			return nil, err
		}
		lines = append(lines, f.key+":")
		for _, line := range block {
			lines = append(lines, "  "+line)
		}
	}
	return lines, nil
}

func items(all [][]field) ([]string, error) {
	var lines []string
	for _, fields := range all {
		block, err := linesOf(fields)
		if err != nil {
			return nil, err
		}
		for i, line := range block {
			indent := "  "
			if i == 0 {
				indent = "- "
			}
			lines = append(lines, indent+line)
		}
	}
	return lines, nil
}

func entries(all map[string]any) ([]string, error) {
	var lines []string
	for _, key := range sortedKeys(all) {
		line, err := pair(key, all[key])
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func pair(key string, value any) (string, error) {
	name, err := spelled(key)
	if err != nil {
		return "", err
	}
	text, err := spelled(value)
	if err != nil {
		return "", err
	}
	return name + ": " + text, nil
}

func spelled(value any) (string, error) {
	if s, ok := value.(string); ok && bare.MatchString(s) && !strings.HasSuffix(s, " ") && !slices.Contains(reserved, strings.ToLower(s)) {
		return s, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
