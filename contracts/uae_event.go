package contracts

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

func uaeEventChecks() []Check {
	v12, rc1 := []string{"receiveEvent"}, []string{"receiveEventRc1"}
	insurer := func(name string, on []string, proof Evidence, clause, says string, verify func(*Exchange) error) Check {
		return Check{ID: "uae/" + name, Level: Must, Blame: Insurer, On: on, Proof: proof, Clause: clause, Says: says, Verify: verify}
	}
	return []Check{
		insurer("event-posted", uaeEvents, Upstream, uaeTemplate, "an event is posted as a signed token, or from v2.1 on as an encrypted one", eventPosted),
		insurer("event-signed", uaeEvents, Seed, uaeGuide, "an event is signed with PS256 and names the key", onEvent(eventSigned)),
		insurer("event-lifetime", uaeEvents, Upstream, uaeTemplate+"; the guide prints nbf and exp of one second", "an event has nbf and exp in whole seconds, and exp is the later", onEvent(eventLifetime)),
		insurer("event-issuer", uaeEvents, Upstream, uaeTemplate+": a receiver compares it with the metadata", "iss of an event is the address of the issuer", onEvent(eventIssuer)),
		insurer("event-audience", uaeEvents, Inferred, uaeTemplate+": optional; the guides show a text", "aud of an event, where there is one, is a list of clients", onEvent(eventAudience)),
		insurer("event-meta", v12, Upstream, uaeTemplate, "an event from v1.1 on has Data and Meta, and no EventMeta and no Links", onEvent(eventMembers("Data", "Meta"))),
		insurer("rc1-event-meta", rc1, Seed, uaeGuide, "an event of rc1 has Data, EventMeta and perhaps Links, and no Meta", onEvent(eventMembers("Data", "EventMeta", "Links"))),
		insurer("event-meta-closed", v12, Upstream, uaeTemplate, "the metadata of an event have their four members and no other", onEvent(eventMetaClosed)),
		insurer("rc1-event-meta-complete", rc1, Seed, uaeGuide, "the metadata of an event have their four members", onEvent(eventMetaComplete)),
		insurer("event-type", v12, Upstream, uaeTemplate, "the type of an event is Resource.Created, Resource.Updated or Resource.Deleted", onEvent(eventType)),
		insurer("rc1-event-type", rc1, Seed, uaeGuide+" for policies; list of events (upstream) for consents", "in rc1 the type of a policy event begins with UAEOF., and that of a consent event does not", onEvent(eventTypeRC1)),
		insurer("event-time", uaeEvents, Seed, uaeGuide, "EventDateTime is a time of RFC 3339", onEvent(eventTime)),
		insurer("event-consent", uaeEvents, Inferred, uaeOurs, "the consent that an event tells of is the one that it names", onEvent(eventConsent)),
		insurer("event-consent-data", v12, Upstream, uaeTemplate+": the resource that has changed", "an event about a consent holds its data, with a state of the list", onEvent(eventConsentData)),
		insurer("event-resource", v12, Upstream, uaeTemplate+" and its samples", "EventResource of a consent event leads to the consent", onEvent(eventResource)),
		{
			ID: "uae/event-acknowledged", Level: Must, Blame: Caller, On: uaeEvents, Proof: Upstream, Clause: uaeTemplate + ": 204; guides (upstream): 202",
			Says:   "a subscriber acknowledges an event with 202 or 204 and no body",
			Verify: eventAcknowledged,
		},
	}
}

// event is what the insurer sent, as one check reads it.
type event struct {
	*jws
	message, meta any
	metaName      string
	content
}

// onEvent makes a check of what it says about a signed event; verify says whether
// there was something to look at.
func onEvent(verify func(e *event) bool) func(*Exchange) error {
	return func(x *Exchange) error {
		signed := x.Request.jws()
		if !x.Webhook || signed == nil || x.Request.MediaType() != mediaJWT {
			return errBeside
		}
		e := &event{jws: signed, message: member(signed.claims, "message"), metaName: "Meta"}
		if x.Operation == "receiveEventRc1" {
			e.metaName = "EventMeta"
		}
		e.meta = member(e.message, e.metaName)
		e.at = "request "
		return e.asides(verify(e))
	}
}

func (e *event) metaAt(name string) string { return "/message/" + e.metaName + "/" + name }

// ofConsent says whether the event tells of a consent, by what it says of itself.
func (e *event) ofConsent() bool { return strings.Contains(text(e.meta, "EventResource"), "consent") }

func eventPosted(x *Exchange) error {
	if !x.Webhook {
		return errBeside
	}
	if x.Request.Method != http.MethodPost {
		return &Mismatch{Where: "request", Got: x.Request.Method, Want: http.MethodPost}
	}
	media := x.Request.MediaType()
	if media != mediaJWT && media != mediaJWE {
		return &Mismatch{Where: "request header Content-Type", Got: shorten(x.Request.Header.Get("Content-Type")), Want: "application/jwt"}
	}
	if parts := strings.Count(string(x.Request.Body), ".") + 1; !x.Request.Cut && (media == mediaJWT) != (x.Request.jws() != nil) {
		return &Mismatch{Where: "request body", Got: "a text of " + shorten(parts) + " parts", Want: "a token of its media type"}
	}
	return nil
}

func eventSigned(e *event) bool {
	e.wants(e.header, "header", "alg", "PS256")
	if text(e.header, "kid") == "" {
		e.differs("header/kid", shown(e.header, "kid"), "the id of a key")
	}
	return true
}

func eventLifetime(e *event) bool {
	begins, ok1 := whole(member(e.claims, "nbf"))
	ends, ok2 := whole(member(e.claims, "exp"))
	if !ok1 {
		e.differs("/nbf", shown(e.claims, "nbf"), "whole seconds")
	}
	if !ok2 {
		e.differs("/exp", shown(e.claims, "exp"), "whole seconds")
	}
	if ok1 && ok2 && ends <= begins {
		e.differs("/exp", shown(e.claims, "exp"), "later than nbf")
	}
	return true
}

func eventIssuer(e *event) bool {
	if !absolute(text(e.claims, "iss")) {
		e.differs("/iss", shown(e.claims, "iss"), "an absolute address")
	}
	return true
}

func eventAudience(e *event) bool {
	if !has(e.claims, "aud") {
		return false
	}
	several := list(e.claims, "aud")
	if len(several) == 0 || slices.ContainsFunc(several, func(one any) bool { name, _ := one.(string); return name == "" }) {
		e.differs("/aud", shown(e.claims, "aud"), "a list of texts")
	}
	return true
}

// eventMembers allows the members of a message that are named; the first two are
// required.
func eventMembers(names ...string) func(*event) bool {
	return func(e *event) bool {
		for _, name := range names[:2] {
			if _, object := member(e.message, name).(map[string]any); !object {
				e.differs("/message/"+name, shown(e.message, name), "an object")
			}
		}
		for _, name := range e.uninvited(e.message, names) {
			e.differs("/message/"+name, shown(e.message, name), "nothing")
		}
		return true
	}
}

// uninvited are the members of an object that are none of the names, in order.
func (e *event) uninvited(tree any, names []string) []string {
	object, _ := tree.(map[string]any)
	return slices.DeleteFunc(slices.Sorted(maps.Keys(object)), func(name string) bool { return slices.Contains(names, name) })
}

var eventMetaNames = []string{"EventDateTime", "EventResource", "EventType", "ConsentId"}

func eventMetaComplete(e *event) bool {
	for _, name := range eventMetaNames {
		if text(e.meta, name) == "" {
			e.differs(e.metaAt(name), shown(e.meta, name), "a text")
		}
	}
	return true
}

func eventMetaClosed(e *event) bool {
	eventMetaComplete(e)
	for _, name := range e.uninvited(e.meta, eventMetaNames) {
		e.differs(e.metaAt(name), shown(e.meta, name), "nothing")
	}
	return true
}

var plainType = regexp.MustCompile(`^Resource\.(Created|Updated|Deleted)$`)

func eventType(e *event) bool {
	if !plainType.MatchString(text(e.meta, "EventType")) {
		e.differs(e.metaAt("EventType"), shown(e.meta, "EventType"), "Resource.Created, Resource.Updated or Resource.Deleted")
	}
	return true
}

func eventTypeRC1(e *event) bool {
	if e.ofConsent() {
		return eventType(e)
	}
	if plain, prefixed := strings.CutPrefix(text(e.meta, "EventType"), "UAEOF."); !prefixed || !plainType.MatchString(plain) {
		e.differs(e.metaAt("EventType"), shown(e.meta, "EventType"), "UAEOF. and Resource.Created, Resource.Updated or Resource.Deleted")
	}
	return true
}

func eventTime(e *event) bool {
	if _, ok := moment(e.meta, "EventDateTime"); !ok {
		e.differs(e.metaAt("EventDateTime"), shown(e.meta, "EventDateTime"), "a time of RFC 3339")
	}
	return true
}

func eventConsent(e *event) bool {
	told := member(e.message, "Data")
	if !has(told, "ConsentId") {
		return false
	}
	if text(told, "ConsentId") != text(e.meta, "ConsentId") {
		e.differs(e.metaAt("ConsentId"), shown(e.meta, "ConsentId"), text(told, "ConsentId"))
	}
	return true
}

func eventConsentData(e *event) bool {
	if !e.ofConsent() {
		return false
	}
	told := member(e.message, "Data")
	if text(told, "ConsentId") == "" {
		e.differs("/message/Data/ConsentId", shown(told, "ConsentId"), "the id of the consent")
	}
	if !slices.Contains(consentStates, text(told, "Status")) {
		e.differs("/message/Data/Status", shown(told, "Status"), "one of "+strings.Join(consentStates, ", "))
	}
	return true
}

func eventResource(e *event) bool {
	if !e.ofConsent() {
		return false
	}
	to, err := url.Parse(text(e.meta, "EventResource"))
	if id := text(e.meta, "ConsentId"); err != nil || !strings.HasSuffix(to.Path, "/"+id) {
		e.differs(e.metaAt("EventResource"), shown(e.meta, "EventResource"), "an address or a path that ends with /"+id)
	}
	return true
}

func eventAcknowledged(x *Exchange) error {
	if !x.Webhook || x.Response.Status < 200 || x.Response.Status > 299 {
		return errBeside
	}
	if x.Response.Status != 202 && x.Response.Status != 204 {
		return &Mismatch{Where: "status", Got: shorten(x.Response.Status), Want: "202 or 204"}
	}
	if len(x.Response.Body) > 0 {
		return &Mismatch{Where: "body", Got: shorten(string(x.Response.Body)), Want: "nothing"}
	}
	return nil
}
