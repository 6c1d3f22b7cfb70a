package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/understudy-sandbox/understudy/clients/sandbox"
)

type trigger struct {
	place
	Slug     string   `arg:"" help:"Which insurer."`
	Event    string   `arg:"" help:"Which event, such as consent.revoked; 'understudy trigger SLUG list' shows them."`
	To       string   `placeholder:"URL" help:"Send it here instead of to whoever subscribed last."`
	Override []string `sep:"none" placeholder:"A.B=VALUE" help:"Set a member of the message; repeatable. VALUE is JSON, or else a text."`
}

// Help shows how it is used.
func (trigger) Help() string {
	return "The event goes to whoever subscribed last in the world, signed as every other.\n\n" +
		"Examples:\n\n    understudy trigger uae list\n    understudy trigger uae consent.revoked --override Data.RevokedBy=LFI\n" +
		"    understudy trigger uae policy.updated --to http://127.0.0.1:9000/hook --world ci-17"
}

// Run sends the event and says how far it came.
func (a *trigger) Run(ctx context.Context, p *program) error {
	world, err := a.world()
	if err != nil {
		return fmt.Errorf("trigger: %w", err)
	}
	if a.Event == "list" {
		return a.list(ctx, p)
	}
	overrides, err := overridesOf(a.Override)
	if err != nil {
		return fmt.Errorf("trigger: %w", err)
	}
	d, err := world.Trigger(ctx, a.Slug, sandbox.Trigger{Event: a.Event, To: a.To, Override: overrides})
	if err := a.told("trigger", err); err != nil {
		return err
	}
	last := ""
	if n := len(d.Attempts); n > 0 {
		last = ", " + outcomeOf(d.Attempts[n-1])
	}
	fmt.Fprintf(p.out, "%s %s to %s: %s%s\n", d.Event, d.ID, d.URL, d.State, last)
	switch {
	case d.State != "waiting":
	case len(d.Attempts) == 0:
		fmt.Fprintf(p.out, "it waits for an earlier one to the same receiver, or behind a gate: understudy clock, or the jobs of the world, tell\n")
	default:
		fmt.Fprintf(p.out, "next attempt at %s by the world's clock\n", d.Due.Format(time.RFC3339))
	}
	return nil
}

// list shows what an insurer can be asked to send.
func (a *trigger) list(ctx context.Context, p *program) error {
	client, err := a.client()
	if err != nil {
		return fmt.Errorf("trigger: %w", err)
	}
	all, err := client.Insurers(ctx)
	if err := a.told("trigger", err); err != nil {
		return err
	}
	events := table{head: []string{"event", "what it says", "evidence"}}
	for _, insurer := range all {
		if insurer.Slug != a.Slug {
			continue
		}
		for _, event := range insurer.Events {
			events.rows = append(events.rows, []string{event.Name, event.Says, event.Evidence})
		}
	}
	if len(events.rows) == 0 {
		return fmt.Errorf("trigger: no insurer %q sends webhooks", a.Slug)
	}
	events.text(p.out, p.coloursFor(p.out), widthOf(p.out))
	return nil
}

func outcomeOf(a sandbox.Attempt) string {
	if a.Error == "" {
		return "answered " + strconv.Itoa(a.Status)
	}
	return a.Error
}

// overridesOf reads "a.b=c" as a JSON pointer and a value. A name that begins with
// a slash is a pointer already.
func overridesOf(given []string) (map[string]any, error) {
	all := map[string]any{}
	for _, one := range given {
		name, value, ok := strings.Cut(one, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--override %q: want a name and a value, such as Data.Status=Revoked", one)
		}
		if !strings.HasPrefix(name, "/") {
			name = "/" + strings.ReplaceAll(name, ".", "/")
		}
		if json.Valid([]byte(value)) {
			all[name] = json.RawMessage(value)
		} else {
			all[name] = value
		}
	}
	return all, nil
}

type listen struct {
	place
	Slug      string `arg:"" help:"Which insurer."`
	ForwardTo string `name:"forward-to" required:"" placeholder:"URL" help:"The receiver, as this machine reaches it. A URL without a path keeps the subscriber's own."`
}

// Help shows how it is used.
func (listen) Help() string {
	return "While it runs, the sandbox sends the insurer's webhooks of this world here instead of to their subscribers, and " +
		"what the receiver answers counts as theirs: an event that is not acknowledged is sent again. Ctrl-C ends it.\n\n" +
		"Example:\n\n    understudy listen uae --forward-to http://127.0.0.1:9000/hook --at https://sandbox.example.com"
}

const (
	listenFor  = 30 * time.Second // that one look for a webhook takes at most
	sideBySide = 4                // webhooks forwarded side by side
	forwardFor = 8 * time.Second  // that the receiver may take; the sandbox waits 10 s
	mostHeard  = 64 << 10         // bytes of the receiver's answer

	mostFailures = 5 // looks in a row that a sandbox may fail to answer
)

// Run forwards until it is stopped.
func (a *listen) Run(ctx context.Context, p *program) error {
	world, err := a.world()
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if err := checkAddress("--forward-to", a.ForwardTo); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	// A look that ends at once tells whether there is anything to listen to.
	if _, err := world.Deliveries(ctx, a.Slug); err != nil {
		return a.told("listen", err)
	}
	fmt.Fprintf(p.out, "listening to %s in world %s, forwarding to %s\n", a.Slug, a.World, a.ForwardTo)
	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_ = world.StopListening(ending, a.Slug) // the sandbox finds out by itself, later
	}()
	client := &http.Client{Timeout: forwardFor, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	group, ctx := errgroup.WithContext(ctx)
	lines := make(chan string)
	for range sideBySide {
		group.Go(func() error { return a.forward(ctx, world, client, lines) })
	}
	done := make(chan error, 1)
	go func() { done <- group.Wait(); close(lines) }()
	for line := range lines {
		fmt.Fprintln(p.out, line)
	}
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		return a.told("listen", err)
	}
	return nil
}

// forward carries webhooks until the context ends.
func (a *listen) forward(ctx context.Context, world *sandbox.World, client *http.Client, lines chan<- string) error {
	failures := 0
	for ctx.Err() == nil {
		parcel, err := world.Listen(ctx, a.Slug, listenFor)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // stopped, which is no failure
		case err != nil && failures == mostFailures:
			return err
		case err != nil:
			failures++
			pause(ctx, time.Second)
			continue
		}
		failures = 0
		if parcel == nil {
			continue
		}
		to, receipt := a.address(parcel.URL), sandbox.Receipt{}
		if receipt.Status, receipt.Header, receipt.Body, err = deliver(ctx, client, parcel, to); err != nil {
			receipt = sandbox.Receipt{Error: err.Error()}
		}
		// Also for who is being stopped: the receiver has answered.
		telling, done := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		told := world.Receipt(telling, a.Slug, parcel.ID, receipt)
		done()
		line := fmt.Sprintf("%s %s %s", parcel.Event, to, strconv.Itoa(receipt.Status))
		if receipt.Error != "" {
			line = fmt.Sprintf("%s %s: %s", parcel.Event, to, receipt.Error)
		}
		if told != nil {
			line += " (too late: " + told.Error() + ")"
		}
		select {
		case lines <- line:
		case <-ctx.Done():
		}
	}
	return nil
}

// pause waits, unless the context ends before.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// address is where a webhook for a subscriber goes.
func (a *listen) address(subscriber string) string {
	to, err := url.Parse(a.ForwardTo)
	from, bad := url.Parse(subscriber)
	if err != nil || bad != nil || to.Path != "" {
		return a.ForwardTo
	}
	to.Path, to.RawPath, to.RawQuery = from.Path, from.RawPath, from.RawQuery
	return to.String()
}

func deliver(ctx context.Context, client *http.Client, parcel *sandbox.Parcel, to string) (int, http.Header, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, parcel.Method, to, bytes.NewReader(parcel.Body))
	if err != nil {
		return 0, nil, nil, err
	}
	r.Header = parcel.Header.Clone()
	answer, err := client.Do(r)
	if err != nil {
		return 0, nil, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, mostHeard))
	return answer.StatusCode, answer.Header, body, err
}
