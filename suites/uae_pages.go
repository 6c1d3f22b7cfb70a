package suites

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/understudy-sandbox/understudy/clients/uae"
)

// pages is what the insurer's page does with a visitor, and how it sends her back.
func (h uaeHub) pages() {
	h.visits()
	h.choices()
	h.endings()
	h.strays()
}

// asBrowser opens an address as a person's browser does.
func (h uaeHub) asBrowser(ctx SpecContext, address string) heard {
	GinkgoHelper()
	return h.call(ctx, said{method: http.MethodGet, address: address, header: []string{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}})
}

// sendForm submits a form of the page as a browser does.
func (h uaeHub) sendForm(ctx SpecContext, action string, form url.Values) heard {
	GinkgoHelper()
	return h.call(ctx, said{
		method: http.MethodPost, address: action, body: form.Encode(),
		header: []string{"Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html,*/*;q=0.8"},
	})
}

var formAction = regexp.MustCompile(`<form[^>]* action="([^"]+)"`)

func (h uaeHub) visits() {
	It("is made for people, and its form needs no script", sandboxOnly, Label("issueToken"), func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		pending := p.push(ctx, asking{})
		address, err := p.AuthorizationURL(ctx, pending)
		Expect(err).NotTo(HaveOccurred())
		page := h.asBrowser(ctx, address)
		Expect(page.status).To(Equal(http.StatusOK), "%s", page)
		Expect(page.header.Get("Content-Type")).To(HavePrefix("text/html"))
		Expect(page.body).NotTo(ContainSubstring("<script"))
		Expect(page.body).To(ContainSubstring(`name="viewport"`))
		shown := p.visit(ctx, pending)
		for _, one := range shown.Personas {
			Expect(page.body).To(ContainSubstring(one.ID))
		}
		action := formAction.FindStringSubmatch(page.body)
		Expect(action).To(HaveLen(2))
		back := p.back(h.sendForm(ctx, action[1], url.Values{
			"persona": {hamad}, "policies": shown.persona(hamad).policies()[:2], "decision": {"confirm"},
		}))
		code, err := p.Callback(pending, back)
		Expect(err).NotTo(HaveOccurred())
		_, err = p.Exchange(ctx, pending, code)
		Expect(err).NotTo(HaveOccurred())
	})

	It("shows the same again to somebody who loads it twice", sandboxOnly, func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		pending := p.push(ctx, asking{})
		Expect(p.visit(ctx, pending)).To(Equal(p.visit(ctx, pending)))
	})

	It("asks the person again who picked no policy", sandboxOnly, inferred, func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		pending := p.push(ctx, asking{})
		page := p.visit(ctx, pending)
		again := h.sendForm(ctx, h.at(uaeHubFace, "/interactions/"+page.ID), url.Values{"persona": {hamad}, "decision": {"confirm"}})
		Expect(again.status).To(Equal(http.StatusBadRequest), "%s", again)
		Expect(again.header.Get("Content-Type")).To(HavePrefix("text/html"))
		Expect(formAction.FindStringSubmatch(again.body)).To(HaveLen(2))
		p.back(h.say(ctx, page.ID, yes(hamad, page.persona(hamad).policies()[0])))
	})

	It("has at least six personas, most with several policies", sandboxOnly, func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		page := p.visit(ctx, p.push(ctx, asking{}))
		several := slices.DeleteFunc(slices.Clone(page.Personas), func(one personaSeen) bool { return len(one.Policies) < 2 })
		Expect(len(several)).To(BeNumerically(">=", 6))
	})
}

// choices are what a person may say.
func (h uaeHub) choices() {
	for _, v := range uaeVersions {
		It("shares the policies that were picked and no other, in "+v.name, sandboxOnly, v.journey(v.ops.list, v.ops.one), func(ctx SpecContext) {
			p := h.party(ctx, v)
			pending := p.push(ctx, asking{})
			all := p.visit(ctx, pending).persona(hamad).policies()
			Expect(len(all)).To(BeNumerically(">=", 3))
			code := p.code(ctx, pending, yes(hamad, all[2], all[0]))
			token, err := p.Exchange(ctx, pending, code)
			Expect(err).NotTo(HaveOccurred())
			visit := uae.Visit{Session: p.Session(*token)}
			list, err := p.list(ctx, visit)
			Expect(err).NotTo(HaveOccurred())
			Expect(list.Data).To(HaveLen(2))
			Expect([]string{list.Data[0].ID, list.Data[1].ID}).To(Equal([]string{all[0], all[2]}))
			_, err = p.policy(ctx, visit, all[1])
			Expect(err).To(MatchError(uae.CodeAccessPermanent))
			_, err = p.policy(ctx, visit, aUUID())
			Expect(err).To(MatchError(uae.ErrNotFound))
		})
	}

	DescribeTable("takes no", sandboxOnly, inferred,
		func(ctx SpecContext, d decision) {
			p := h.party(ctx, uaeV12)
			pending := p.push(ctx, asking{})
			page := p.visit(ctx, pending)
			got := h.say(ctx, page.ID, d)
			Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
			Expect(got.header.Get("Location")).To(BeEmpty())

			By("and waits for a better one")
			p.back(h.say(ctx, page.ID, yes(hamad, page.persona(hamad).policies()...)))
		},
		Entry("persona that there is not", yes("nobody", "x")),
		Entry("yes without a persona", yes("")),
		Entry("yes without a policy", yes(hamad)),
		Entry("policy of somebody else", yes(hamad, "00000000-0000-4000-8000-000000000000")),
		Entry("word that is neither yes nor no", decision{Decision: "perhaps"}),
		Entry("silence", decision{}),
	)

	It("is decided once", sandboxOnly, func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		pending := p.push(ctx, asking{})
		page := p.visit(ctx, pending)
		p.back(h.say(ctx, page.ID, yes(hamad, page.persona(hamad).policies()...)))
		again := h.say(ctx, page.ID, no())
		Expect(again.status).To(Equal(http.StatusNotFound), "%s", again)
		used := p.goTo(ctx, pending)
		Expect(used.status).To(Equal(http.StatusBadRequest), "%s", used)
		Expect(used.code()).To(Equal("invalid_request"))
		Expect(p.status(ctx, pending.ConsentID)).To(Equal(uae.Authorized))
	})

	It("sends nobody's state back to a client that sent none", sandboxOnly, func(ctx SpecContext) {
		there := h.alone(ctx, "no-state")
		p := there.party(ctx, uaeV12)
		got := there.form(ctx, "/par", p.pushForm(p.signed(p.requestClaims(ctx).with(claims{"state": nil}), signature{})))
		var pushed struct {
			RequestURI string `json:"request_uri"`
		}
		got.read(&pushed)
		var page interaction
		p.goTo(ctx, &uae.Pending{RequestURI: pushed.RequestURI}).read(&page)
		back := p.back(there.say(ctx, page.ID, no()))
		Expect(back).NotTo(HaveKey("state"))
		Expect(back.Get("iss")).To(Equal(there.issuer()))
	})
}

// endings are the ways in which a visit can fail; the pairs are published.
func (h uaeHub) endings() {
	ended := func(ctx SpecContext, d decision, code uae.OAuthCode, reason uae.Reason, status uae.ConsentStatus) {
		p := h.party(ctx, uaeV12)
		pending := p.push(ctx, asking{})
		_, err := p.Callback(pending, p.decided(ctx, pending, d))
		Expect(err).To(MatchError(code))
		var said *uae.AuthorizationError
		Expect(err).To(BeAssignableToTypeOf(said))
		Expect(err.(*uae.AuthorizationError).Description).To(Equal(reason)) //nolint:errorlint // the line above says that it is one
		Expect(p.status(ctx, pending.ConsentID)).To(Equal(status))
	}
	fails := func(code, reason string) decision {
		return decision{Decision: "reject", Error: code, Description: reason}
	}
	DescribeTable("ends", sandboxOnly, Label("issueToken", uaeV12.ops.consent), ended,
		Entry("with the customer's no", no(), uae.AccessDenied, uae.ReasonUserRejected, uae.Rejected),
		Entry("as she says it in full", fails("access_denied", uae.ReasonUserRejected), uae.AccessDenied, uae.ReasonUserRejected, uae.Rejected),
		Entry("without an eligible policy", fails("invalid_request", uae.ReasonNoPolicies), uae.InvalidRequest, uae.ReasonNoPolicies, uae.Rejected),
		Entry("with a persona who has none", yes("salem-alketbi"), uae.InvalidRequest, uae.ReasonNoPolicies, uae.Rejected),
		Entry("with a consent that is not supported", fails("access_denied", uae.ReasonNotSupported), uae.AccessDenied, uae.ReasonNotSupported, uae.Rejected),
		Entry("with her session", fails("access_denied", uae.ReasonSessionExpired), uae.AccessDenied, uae.ReasonSessionExpired, uae.AwaitingAuthorization),
		Entry("by the insurer's own fault", fails("server_error", uae.ReasonInsurerFailed), uae.ServerError, uae.ReasonInsurerFailed, uae.AwaitingAuthorization),
		Entry("by the hub's fault", fails("server_error", uae.ReasonHubFailed), uae.ServerError, uae.ReasonHubFailed, uae.AwaitingAuthorization),
		Entry("because the insurer is down", fails("temporarily_unavailable", uae.ReasonInsurerDown), uae.TemporarilyUnavailable, uae.ReasonInsurerDown, uae.AwaitingAuthorization),
		Entry("with a code that OAuth has not", fails("out_of_paper", "no paper"), uae.InvalidRequest, "no paper", uae.Rejected),
	)

	It("ends by itself when the person takes too long", sandboxOnly, inferred, Label("issueToken", uaeV12.ops.consent), func(ctx SpecContext) {
		there := h.alone(ctx, "slow")
		p := there.party(ctx, uaeV12)
		pending := p.push(ctx, asking{})
		page := p.visit(ctx, pending)
		there.advance(ctx, 15*time.Minute)
		_, err := p.Callback(pending, p.back(there.say(ctx, page.ID, yes(hamad, page.persona(hamad).policies()...))))
		Expect(err).To(MatchError(uae.AccessDenied))
		Expect(err).To(MatchError(ContainSubstring(uae.ReasonSessionExpired)))
		Expect(p.status(ctx, pending.ConsentID)).To(Equal(uae.AwaitingAuthorization))
	})

	It("ends at once where the consent was revoked before the visit", sandboxOnly, inferred, Label("issueToken", uaeV12.ops.patch), func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		pending := p.push(ctx, asking{})
		_, err := p.Revoke(ctx, uae.Visit{}, pending.ConsentID, uae.ByTPP)
		Expect(err).NotTo(HaveOccurred())
		_, err = p.Callback(pending, p.back(p.goTo(ctx, pending)))
		Expect(err).To(MatchError(uae.InvalidRequest))
	})

	It("ends without a code where the consent was revoked during the visit", sandboxOnly, inferred, Label("issueToken", uaeV12.ops.patch, uaeV12.ops.consent), func(ctx SpecContext) {
		p := h.party(ctx, uaeV12)
		pending := p.push(ctx, asking{})
		page := p.visit(ctx, pending)
		_, err := p.Revoke(ctx, uae.Visit{}, pending.ConsentID, uae.ByTPP)
		Expect(err).NotTo(HaveOccurred())
		_, err = p.Callback(pending, p.back(h.say(ctx, page.ID, yes(hamad, page.persona(hamad).policies()...))))
		Expect(err).To(MatchError(uae.InvalidRequest))
		Expect(p.status(ctx, pending.ConsentID)).To(Equal(uae.Revoked))
	})
}

// strays are visitors whom the page cannot send anywhere: they are told there.
func (h uaeHub) strays() {
	stray := func(ctx SpecContext, query url.Values, code string) {
		GinkgoHelper()
		address := h.at(uaeHubFace, "/auth") + "?" + query.Encode()
		got := h.call(ctx, said{method: http.MethodGet, address: address, header: []string{"Accept", "application/json"}})
		Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
		Expect(got.code()).To(Equal(code), "%s", got)
		Expect(got.header.Get("Location")).To(BeEmpty())
		page := h.asBrowser(ctx, address)
		Expect(page.status).To(Equal(http.StatusBadRequest), "%s", page)
		Expect(page.header.Get("Content-Type")).To(HavePrefix("text/html"))
	}
	const unknown = "urn:ietf:params:oauth:request_uri:00000000-0000-4000-8000-000000000000"
	DescribeTable("tells on the spot, and sends nowhere,", sandboxOnly,
		func(ctx SpecContext, query url.Values, code string) {
			if query.Get("client_id") == "ours" {
				query = url.Values{"client_id": {h.Credentials["client_id"]}, "request_uri": query["request_uri"]}
			}
			stray(ctx, query, code)
		},
		Entry("a visitor without a client", url.Values{"request_uri": {unknown}}, "invalid_request"),
		Entry("a visitor without a request", url.Values{"client_id": {"ours"}}, "invalid_request"),
		Entry("one of an unknown client", url.Values{"client_id": {"nobody"}, "request_uri": {unknown}}, "invalid_client"),
		Entry("one with an unknown request", url.Values{"client_id": {"ours"}, "request_uri": {unknown}}, "invalid_request"),
		Entry("one with an address that is no request", url.Values{"client_id": {"ours"}, "request_uri": {"https://evil.example/request"}}, "invalid_request"),
		Entry("one with the parameters themselves", url.Values{
			"client_id": {"ours"}, "response_type": {"code"}, "scope": {"openid insurance"}, "redirect_uri": {"https://evil.example"},
		}, "invalid_request"),
	)

	It("tells on the spot one with the request of another client", sandboxOnly, func(ctx SpecContext) {
		other := h.registered(ctx)
		pending := other.push(ctx, asking{})
		stray(ctx, url.Values{"client_id": {h.Credentials["client_id"]}, "request_uri": {pending.RequestURI}}, "invalid_request")
	})

	It("tells on the spot one who comes after ten minutes", sandboxOnly, func(ctx SpecContext) {
		there := h.alone(ctx, "late")
		p := there.party(ctx, uaeV12)
		pending := p.push(ctx, asking{})
		there.advance(ctx, 10*time.Minute)
		got := p.goTo(ctx, pending)
		Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
		Expect(got.code()).To(Equal("invalid_request"))
	})

	It("knows no interaction that nobody began", sandboxOnly, func(ctx SpecContext) {
		got := h.say(ctx, "00000000-0000-4000-8000-000000000000", no())
		Expect(got.status).To(Equal(http.StatusNotFound), "%s", got)
		page := h.sendForm(ctx, h.at(uaeHubFace, "/interactions/none"), url.Values{"decision": {"reject"}})
		Expect(page.status).To(Equal(http.StatusNotFound), "%s", page)
		Expect(strings.Count(page.body, "<html")).To(Equal(1))
	})
}
