package suites

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	liability "github.com/understudy-sandbox/understudy/clients/lifeishard"
)

// sessionLife is the observed lifetime of a token and a moment more.
const sessionLife = 12*time.Hour + time.Second

const countyList = "/nomenclature/county"

// logIns is how a token is had, and what it opens.
func (l lih) logIns() {
	It("begins with account and password in a body", liveSafe, func(ctx SpecContext) {
		Expect(l.opened(ctx, l.HTTP(ctx)).RefreshToken).NotTo(BeEmpty())
	})

	It("begins with account and password in the query", sandboxOnly, func(ctx SpecContext) {
		query := url.Values{"account": {l.Credentials["account"]}, "password": {l.Credentials["password"]}}
		l.send(ctx, l.HTTP(ctx), http.MethodPost, "/auth?"+query.Encode(), "").pair()
	})

	It("is refused to a wrong password", sandboxOnly, func(ctx SpecContext) {
		got := l.send(ctx, l.HTTP(ctx), http.MethodPost, "/auth", `{"account":"`+l.Credentials["account"]+`","password":"not-the-password"}`)
		Expect(got.status).To(Equal(http.StatusUnauthorized), "%s", got)
	})

	It("wants both of them", sandboxOnly, func(ctx SpecContext) {
		got := l.send(ctx, l.HTTP(ctx), http.MethodPost, "/auth", `{"account":null}`)
		Expect(got.status).To(Equal(http.StatusBadRequest), "%s", got)
		_, fields := got.said()
		Expect(fields).To(And(HaveKey("account"), HaveKey("password")))
	})

	It("is refused to a body larger than a mebibyte", sandboxOnly, func(ctx SpecContext) {
		got := l.send(ctx, l.HTTP(ctx), http.MethodPost, "/auth", strings.Repeat(" ", 1<<20+1))
		Expect(got.status).To(Equal(http.StatusRequestEntityTooLarge), "%s", got)
	})

	It("opens nothing without its token, nor with the word Bearer before it", liveSafe, inferred, Label("counties"), func(ctx SpecContext) {
		c := l.HTTP(ctx)
		token := l.opened(ctx, c).Token
		Expect(l.send(ctx, c, http.MethodGet, countyList, "", "Token", token).status).To(Equal(http.StatusOK))
		for _, header := range []string{"", "Bearer " + token, "never-given"} {
			got := l.send(ctx, c, http.MethodGet, countyList, "", "Token", header)
			Expect(got.status).To(BeElementOf(http.StatusUnauthorized, http.StatusForbidden), "%s", got)
		}
	})

	It("refuses with 403 where it is set so", sandboxOnly, Label("counties"), func(ctx SpecContext) {
		apart := lih{l.apart(ctx, "status-403")}
		apart.set(ctx, "lifeishard.token-status", "403")
		got := apart.send(ctx, apart.HTTP(ctx), http.MethodGet, countyList, "")
		Expect(got.status).To(Equal(http.StatusForbidden), "%s", got)
	})

	It("says in Romanian that it is over, where it is asked to", sandboxOnly, inferred, Label("counties"), func(ctx SpecContext) {
		got := l.send(ctx, l.HTTP(ctx), http.MethodGet, countyList, "", "Token", "never-given", "Content-Language", "ro")
		message, _ := got.said()
		Expect(message).To(Equal("Neautentificat."))
	})
}

// renewals is how a token goes on, and how it ends.
func (l lih) renewals() {
	It("goes on with the refresh token, and the old pair ends", sandboxOnly, Label("renewToken", "counties"), func(ctx SpecContext) {
		c := l.HTTP(ctx)
		old := l.opened(ctx, c)
		renewed := l.send(ctx, c, http.MethodPatch, "/auth", "", "Token", "Refresh "+old.RefreshToken).pair()
		Expect(renewed.Token).NotTo(Equal(old.Token))
		Expect(l.send(ctx, c, http.MethodGet, countyList, "", "Token", renewed.Token).status).To(Equal(http.StatusOK))
		Expect(l.send(ctx, c, http.MethodGet, countyList, "", "Token", old.Token).status).To(BeElementOf(401, 403))
		Expect(l.send(ctx, c, http.MethodPatch, "/auth", "", "Token", "Refresh "+old.RefreshToken).status).To(BeElementOf(401, 403))
	})

	It("does not go on without the word Refresh", sandboxOnly, Label("renewToken"), func(ctx SpecContext) {
		c := l.HTTP(ctx)
		got := l.send(ctx, c, http.MethodPatch, "/auth", "", "Token", l.opened(ctx, c).RefreshToken)
		Expect(got.status).To(BeElementOf(401, 403), "%s", got)
	})

	It("ends when the broker logs out", liveSafe, inferred, Label("logOut", "counties"), func(ctx SpecContext) {
		c := l.HTTP(ctx)
		given := l.opened(ctx, c)
		Expect(l.send(ctx, c, http.MethodDelete, "/auth", "", "Token", given.Token).status).To(Equal(http.StatusOK))
		Expect(l.send(ctx, c, http.MethodGet, countyList, "", "Token", given.Token).status).To(BeElementOf(401, 403))
	})

	It("ends after twelve hours", sandboxOnly, Label("counties"), func(ctx SpecContext) {
		apart := lih{l.apart(ctx, "session-ends")}
		c := apart.HTTP(ctx)
		given := apart.opened(ctx, c)
		apart.advance(ctx, sessionLife-2*time.Second)
		Expect(apart.send(ctx, c, http.MethodGet, countyList, "", "Token", given.Token).status).To(Equal(http.StatusOK))
		apart.advance(ctx, 2*time.Second)
		Expect(apart.send(ctx, c, http.MethodGet, countyList, "", "Token", given.Token).status).To(BeElementOf(401, 403))
	})

	It("ends in summer time by Romanian clocks", sandboxOnly, func(ctx SpecContext) {
		apart := lih{l.apart(ctx, "session-summer")}
		c := apart.HTTP(ctx)
		for began, ends := range map[time.Time]string{
			time.Date(2027, time.July, 1, 10, 0, 0, 0, time.UTC):     "2027-07-02 01:00:00",
			time.Date(2027, time.October, 30, 14, 0, 0, 0, time.UTC): "2027-10-31 04:00:00",
			time.Date(2027, time.January, 1, 10, 0, 0, 0, time.UTC):  "2027-01-02 00:00:00",
			time.Date(2027, time.March, 27, 14, 0, 0, 0, time.UTC):   "2027-03-28 05:00:00",
		} {
			apart.freeze(ctx, began)
			Expect(apart.opened(ctx, c).ExpiresAt).To(Equal(ends))
		}
	})

	It("is renewed by the client when its time is over, and not begun anew", sandboxOnly, Label("renewToken", "counties", "logOut"), func(ctx SpecContext) {
		apart := lih{l.apart(ctx, "session-renewed")}
		now := apart.now(ctx)
		c := apart.broker(ctx, func(o *liability.Options) { o.Now = func() time.Time { return now } })
		for range 3 {
			_, err := c.Counties(ctx)
			Expect(err).NotTo(HaveOccurred())
		}
		now = apart.advance(ctx, sessionLife)
		_, err := c.Counties(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.LogOut(ctx)).To(Succeed())
		Expect([]int{apart.count(ctx, "authenticate"), apart.count(ctx, "renewToken"), apart.count(ctx, "counties"), apart.count(ctx, "logOut")}).
			To(Equal([]int{1, 1, 4, 1}))
	})
}
