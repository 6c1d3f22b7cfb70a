package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string           `xml:"name,attr"`
	Tests      int              `xml:"tests,attr"`
	Failures   int              `xml:"failures,attr"`
	Skipped    int              `xml:"skipped,attr"`
	Time       string           `xml:"time,attr"`
	Timestamp  string           `xml:"timestamp,attr"`
	Properties *junitProperties `xml:"properties"`
	Cases      []junitCase      `xml:"testcase"`
}

type junitProperties struct {
	All []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitFailure `xml:"failure"`
	Skipped *junitSkipped `xml:"skipped"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

// JUnit writes the report as JUnit XML: a suite of the specs, one of the checks
// that were not kept, and one of the documented operations. Something is red
// there exactly when the run failed; an inferred promise that cannot fail it is
// skipped. Labels are left out, so that a test keeps its name and its history.
func JUnit(w io.Writer, r *Report) error {
	all := junitSuites{Name: "understudy", Time: seconds(r.Took)}
	for _, suite := range []junitSuite{specCases(r), checkCases(r), operationCases(r)} {
		suite.Timestamp = r.Started.Format("2006-01-02T15:04:05")
		suite.Tests = len(suite.Cases)
		for _, one := range suite.Cases {
			switch {
			case one.Failure != nil:
				suite.Failures++
			case one.Skipped != nil:
				suite.Skipped++
			}
		}
		all.Tests, all.Failures, all.Skipped = all.Tests+suite.Tests, all.Failures+suite.Failures, all.Skipped+suite.Skipped
		all.Suites = append(all.Suites, suite)
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err == nil {
		_, err = w.Write(append(append([]byte(xml.Header), text...), '\n'))
	}
	if err != nil {
		return fmt.Errorf("report: write JUnit: %w", err)
	}
	return nil
}

func specCases(r *Report) junitSuite {
	suite := junitSuite{Name: "specs", Time: seconds(r.Took), Properties: &junitProperties{[]junitProperty{
		{"target", r.Target},
		{"live", strconv.FormatBool(r.Live)},
		{"insurers", strings.Join(r.Insurers, " ")},
		{"version", r.Version},
		{"seed", strconv.FormatUint(r.Seed, 10)},
		{"outcome", string(r.Outcome)},
		{"inconclusive", strings.Join(r.Inconclusive, "; ")},
	}}}
	for _, s := range r.Specs {
		one := junitCase{Class: "specs", Name: s.Name, Time: seconds(s.Took)}
		switch s.Outcome {
		case Passed:
		case Skipped:
			one.Skipped = &junitSkipped{s.Reason}
		case Inconclusive, InferredOnly:
			one.Skipped = &junitSkipped{strings.TrimSuffix(string(s.Outcome)+": "+s.Reason, ": ")}
		case Failed:
			fallthrough
		default: // a word that is no outcome must not look green
			var text bytes.Buffer
			for _, f := range s.Findings {
				fmt.Fprintf(&text, "%s at %s: got %s, want %s\n", f.Check, f.Where, f.Got, f.Want)
			}
			one.Failure = &junitFailure{s.Reason, string(Failed), text.String()}
		}
		suite.Cases = append(suite.Cases, one)
	}
	return suite
}

// checkCases has one case for each check that was not kept; it is red when a
// finding of it fails the run.
func checkCases(r *Report) junitSuite {
	suite := junitSuite{Name: "checks", Time: seconds(0)}
	cases := map[string]int{}
	for _, f := range r.Findings { // those that fail the run come first
		if f.Outcome == Passed {
			continue
		}
		at, known := cases[f.Check]
		if !known {
			at = len(suite.Cases)
			cases[f.Check] = at
			suite.Cases = append(suite.Cases, junitCase{Class: "checks", Name: f.Check, Time: seconds(0)})
		}
		one := &suite.Cases[at]
		if f.Outcome != Failed {
			if one.Failure == nil && one.Skipped == nil {
				one.Skipped = &junitSkipped{f.Excuse}
			}
			continue
		}
		if one.Failure == nil {
			one.Failure = &junitFailure{Message: f.Says, Type: string(f.Level)}
		}
		p := &page{}
		p.finding(f)
		one.Failure.Text += p.String()
	}
	return suite
}

func operationCases(r *Report) junitSuite {
	suite := junitSuite{Name: "operations", Time: seconds(0)}
	for _, c := range r.Coverage {
		one := junitCase{Class: "operations", Name: c.Insurer + "/" + c.Face + " " + c.Operation, Time: seconds(0)}
		if c.Called == 0 {
			if r.Complete && r.Outcome == Failed {
				one.Failure = &junitFailure{Message: "a documented operation that nobody called", Type: string(Failed)}
			} else {
				one.Skipped = &junitSkipped{"nobody called it"}
			}
		}
		suite.Cases = append(suite.Cases, one)
	}
	return suite
}

func seconds(d time.Duration) string {
	ms := max(d, 0).Milliseconds()
	return fmt.Sprintf("%d.%03d", ms/1000, ms%1000)
}
