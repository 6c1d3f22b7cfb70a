package mocks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/understudy-sandbox/understudy/contracts"
)

const (
	patience    = 2 * time.Second // of an attempt at delivery, in real time
	mostHeard   = 64 << 10        // bytes of a receiver's answer
	sideBySide  = 32              // attempts of a world under way at once
	longestAddr = 2048            // characters of a receiver's address
)

// post carries webhooks. It goes to loopback and private addresses only, unless
// more are allowed: a sandbox that many share must not be a gun.
type post struct {
	all    bool
	hosts  []string
	ranges []netip.Prefix
	client *http.Client
}

func newPost(allowed []string) (*post, error) {
	p := &post{}
	for _, one := range allowed {
		if at, err := netip.ParseAddr(one); err == nil {
			one = netip.PrefixFrom(at, at.BitLen()).String()
		}
		switch prefix, err := netip.ParsePrefix(one); {
		case one == "*":
			p.all = true
		case err == nil:
			p.ranges = append(p.ranges, prefix.Masked())
		case one == "" || strings.ContainsAny(one, "/: "):
			return nil, fmt.Errorf("deliver to %q: it is a host, an address, a range of addresses such as 203.0.113.0/24, or *", one)
		default:
			p.hosts = append(p.hosts, strings.ToLower(one))
		}
	}
	p.client = &http.Client{
		Transport: &http.Transport{DialContext: p.dial, MaxIdleConnsPerHost: sideBySide, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: patience},
		// A receiver that points elsewhere has not acknowledged.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return p, nil
}

var errFar = errors.New("webhooks go to loopback and private addresses only; serve with --deliver-to to allow more, or have it forwarded by `understudy listen`")

// dial looks at the address that the name led to, so that no name can lead
// elsewhere between the look and the call.
func (p *post) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{}
	if !p.all && !slices.Contains(p.hosts, strings.ToLower(host)) {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			if !p.near(at.Addr().Unmap()) {
				return errFar
			}
			return nil
		}
	}
	return dialer.DialContext(ctx, network, address)
}

func (p *post) near(at netip.Addr) bool {
	return at.IsLoopback() || at.IsPrivate() || at.IsLinkLocalUnicast() && at.Is6() ||
		slices.ContainsFunc(p.ranges, func(r netip.Prefix) bool { return r.Contains(at) })
}

// send makes one call and takes the answer, if one comes in time.
func (p *post) send(ctx context.Context, to string, x *contracts.Exchange) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, x.Request.Method, to, strings.NewReader(string(x.Request.Body)))
	if err != nil {
		return err
	}
	r.Header = x.Request.Header.Clone()
	answer, err := p.client.Do(r)
	if err != nil {
		return plainly(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, mostHeard))
	if err != nil {
		return plainly(err)
	}
	x.Response.Status, x.Response.Header = answer.StatusCode, answer.Header
	x.Response.SetBody(body)
	return nil
}

// plainly says why a call failed without repeating where it went.
func plainly(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if errors.Is(err, errFar) {
		return ownFault{errFar}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", patience)
	}
	return err
}

// CheckReceiver refuses an address that no webhook could ever be sent to.
func CheckReceiver(address string) error {
	to, err := url.Parse(address)
	if err != nil || to.Hostname() == "" || to.Scheme != "http" && to.Scheme != "https" || len(address) > longestAddr {
		return errors.New("a receiver's address is http or https with a host, of at most 2048 characters")
	}
	return nil
}
