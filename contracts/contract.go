package contracts

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/understudy-sandbox/understudy/openapi"
)

// Contract is everything one insurer promises: its documents and its checks.
// It is read-only and safe for concurrent use.
type Contract struct {
	Insurer  string
	Faces    []*Face
	Checks   []Check              // those from the documents first, then the insurer's own
	Accepted func(*Exchange) bool // did the insurer say yes? by its own rules, not by status
	Volatile []string             // JSON pointers in which honest servers may differ

	on      map[string][]*Check     // by operationId; "" for a call no document has
	secrets map[string]*secretNames // by operationId
}

// promises is what an insurer adds to its documents.
type promises struct {
	checks   func(*Contract) []Check
	accepted func(*Exchange) bool
	volatile []string
}

// insurers is the one list of insurers with a contract.
var insurers = map[string]func() promises{
	"allianz":    allianz,
	"bima":       bima,
	"lifeishard": lifeishard,
	"oneassure":  oneassure,
	"uae":        uae,
}

var contracts = func() map[string]func() (*Contract, error) {
	all := make(map[string]func() (*Contract, error), len(insurers))
	for slug, own := range insurers {
		all[slug] = sync.OnceValues(func() (*Contract, error) { return compile(slug, own()) })
	}
	return all
}()

// Slugs lists the insurers with a contract, sorted.
func Slugs() []string { return slices.Sorted(maps.Keys(insurers)) }

// For is the contract of an insurer with all its faces, compiled once a process.
func For(slug string) (*Contract, error) {
	load, ok := contracts[slug]
	if !ok {
		return nil, fmt.Errorf("contracts: no insurer %q; there are %s", slug, strings.Join(Slugs(), ", "))
	}
	return load()
}

func compile(slug string, own promises) (*Contract, error) {
	c := &Contract{Insurer: slug, Accepted: own.accepted, Volatile: own.volatile}
	names := openapi.Names(slug)
	for _, name := range names {
		go func() { _, _ = openapi.Load(name) }() // read side by side; whoever needs one first waits for it
	}
	for _, name := range names {
		document, err := openapi.Load(name)
		if err != nil {
			return nil, fmt.Errorf("contracts: %s: %w", slug, err)
		}
		c.Faces = append(c.Faces, newFace(document))
	}
	c.secrets = secretsOf(c.Faces)
	c.Checks = append(c.documentChecks(), own.checks(c)...)
	if err := c.index(); err != nil {
		return nil, fmt.Errorf("contracts: %s: %w", slug, err)
	}
	return c, nil
}

// index sorts the checks by the operations they are about and refuses a check
// that could never be asked.
func (c *Contract) index() error {
	c.on = map[string][]*Check{"": nil}
	for _, face := range c.Faces {
		for id := range face.operations {
			c.on[id] = nil
		}
	}
	seen := map[string]bool{}
	for i := range c.Checks {
		check := &c.Checks[i]
		if seen[check.ID] {
			return fmt.Errorf("check %s stands twice", check.ID)
		}
		seen[check.ID] = true
		for _, id := range check.On {
			if _, ok := c.on[id]; !ok {
				return fmt.Errorf("check %s is about operation %q, which no document has", check.ID, id)
			}
		}
		for id := range c.on {
			if len(check.On) == 0 || slices.Contains(check.On, id) {
				c.on[id] = append(c.on[id], check)
			}
		}
	}
	return nil
}

// Check is the check with an id; false when there is none.
func (c *Contract) Check(id string) (Check, bool) {
	at := slices.IndexFunc(c.Checks, func(check Check) bool { return check.ID == id })
	if at < 0 {
		return Check{}, false
	}
	return c.Checks[at], true
}

// Face is the face with a name; nil when there is none.
func (c *Contract) Face(name string) *Face {
	for _, face := range c.Faces {
		if face.Name == name {
			return face
		}
	}
	return nil
}

// Examine asks every check about one exchange and returns what was not kept, in
// the order of the checks. It changes nothing but the exchange's own cache. What
// a finding quotes holds no secret.
func (c *Contract) Examine(x *Exchange) []Finding {
	var found []Finding
	for _, check := range c.on[x.Operation] {
		if err := check.Verify(x); err != nil && !errors.Is(err, errBeside) {
			found = append(found, check.findings(x, err)...)
		}
	}
	if len(found) > 0 {
		c.hush(x, found)
	}
	return found
}

// Asked are the ids of the checks that an exchange is about, kept or not, in
// their order; none where no answer came.
func (c *Contract) Asked(x *Exchange) []string {
	if x.Response.Status == 0 {
		return nil
	}
	var asked []string
	for _, check := range c.on[x.Operation] {
		if !errors.Is(check.Verify(x), errBeside) {
			asked = append(asked, check.ID)
		}
	}
	return asked
}
