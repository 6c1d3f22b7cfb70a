package contracts

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// oneassureAnswer is an answer of any call that says yes.
func oneassureAnswer(x *Exchange) (*Exchange, bool) {
	answer, ok := x.Response.tree()
	_, object := answer.(map[string]any)
	return x, ok && object && oneassureAccepted(x)
}

// oneassureGranted is the answer to a token call that was granted.
func oneassureGranted(x *Exchange) (any, bool) {
	_, ok := oneassureAnswer(x)
	answer, _ := x.Response.tree()
	return answer, ok
}

func tokenWrapped(answer any) error {
	switch payload := member(answer, "payload"); {
	case has(answer, "access_token"):
		return &Mismatch{Where: "/access_token", Got: "a token beside payload", Want: "a token inside of payload"}
	case text(payload, "access_token") == "":
		return &Mismatch{Where: "/payload/access_token", Got: shown(payload, "access_token"), Want: "a token"}
	}
	return nil
}

func tokenLastsAnHour(answer any) error {
	payload := member(answer, "payload")
	if payload == nil {
		return errBeside // whose wrapper is missing, another check says
	}
	var broken []error
	if got := fmt.Sprint(member(payload, "expires_in")); got != "3600" {
		broken = append(broken, &Mismatch{Where: "/payload/expires_in", Got: shown(payload, "expires_in"), Want: "3600"})
	}
	if text(payload, "token_type") != "Bearer" {
		broken = append(broken, &Mismatch{Where: "/payload/token_type", Got: shown(payload, "token_type"), Want: `"Bearer"`})
	}
	return errors.Join(broken...)
}

func scopesNamed(ask any) error {
	for _, scope := range list(ask, "scopes") {
		if scope == "business" {
			return nil
		}
	}
	return &Mismatch{Where: "request /scopes", Got: shown(ask, "scopes"), Want: `["business"]`}
}

// problem is a refusal that has a body of JSON.
type problemOf struct {
	tree   any
	call   string // operationId
	path   string
	status int
}

func problemIn(x *Exchange) (problemOf, bool) {
	tree, ok := x.Response.tree()
	if _, object := tree.(map[string]any); !ok || !object || x.Response.Status < 400 {
		return problemOf{}, false
	}
	return problemOf{tree, x.Operation, x.Request.Path, x.Response.Status}, true
}

// proof: refusals are published for the token call alone.
func (p problemOf) proof() Evidence {
	if p.call == "token" {
		return ""
	}
	return Inferred
}

func (p problemOf) differs(name, want string) error {
	return &Mismatch{Where: "/" + name, Got: shown(p.tree, name), Want: want, proof: p.proof()}
}

func problemShaped(p problemOf) error {
	var broken []error
	for _, name := range [...]string{"type", "title", "detail", "instance"} {
		if said, ok := member(p.tree, name).(string); !ok || said == "" && name != "detail" {
			broken = append(broken, p.differs(name, "a text"))
		}
	}
	if has(p.tree, "status") {
		broken = append(broken, p.differs("status", "nothing"))
	}
	return errors.Join(broken...)
}

// oneassureWords are the published codes, with what the token call says to them.
var oneassureWords = map[string]struct {
	status        int
	title, detail string
}{
	"A4001": {401, "Invalid Authentication Credentials", "The provided access key or secret access key is invalid"},
	"A4290": {429, "Rate Limit Exceeded", "Too many token requests. Please try again in 60 seconds"},
	"E5000": {500, "An unexpected error occurred", ""},
}

func problemWorded(p problemOf) error {
	say, published := oneassureWords[text(p.tree, "type")]
	if !published {
		return errBeside
	}
	var broken []error
	if member(p.tree, "title") != say.title {
		broken = append(broken, p.differs("title", shorten(say.title)))
	}
	if p.call == "token" && member(p.tree, "detail") != say.detail {
		broken = append(broken, p.differs("detail", shorten(say.detail)))
	}
	return errors.Join(broken...)
}

var problemCode = regexp.MustCompile(`^[A-Z]([1-5][0-9]{2})[0-9]$`)

// problemStatus takes A4001 as it is published: its digits say 400, and it comes
// with 401.
func problemStatus(p problemOf) error {
	code := text(p.tree, "type")
	if say, published := oneassureWords[code]; published {
		if p.status != say.status {
			return &Mismatch{Where: "status", Got: strconv.Itoa(p.status), Want: fmt.Sprintf("%d for %s", say.status, code), proof: p.proof()}
		}
		return nil
	}
	digits := problemCode.FindStringSubmatch(code)
	if digits == nil {
		return &Mismatch{Where: "/type", Got: shown(p.tree, "type"), Want: "a letter, a status and a digit", proof: Inferred}
	}
	if digits[1] != strconv.Itoa(p.status) {
		return &Mismatch{Where: "status", Got: strconv.Itoa(p.status), Want: digits[1] + " for " + code, proof: Inferred}
	}
	return nil
}

// problemPlaced allows for a base before the path, and no query behind it.
func problemPlaced(p problemOf) error {
	if strings.HasSuffix(text(p.tree, "instance"), p.path) {
		return nil
	}
	return p.differs("instance", shorten(p.path))
}

// opened is a session beside what was asked for it.
type opened struct{ ask, answer any }

func sessionIn(x *Exchange) (opened, bool) {
	_, ok := oneassureAnswer(x)
	ask, _ := x.Request.tree()
	answer, _ := x.Response.tree()
	return opened{ask, answer}, ok
}

func metadataEchoed(o opened) error {
	sent, _ := member(o.ask, "metadata").(map[string]any)
	got, object := member(o.answer, "metadata").(map[string]any)
	var broken []error
	for name, value := range sent {
		if _, text := value.(string); text && (!object || !same(value, got[name])) {
			broken = append(broken, &Mismatch{Where: "/metadata" + pointerOf([]string{name}), Got: shown(got, name), Want: shorten(value)})
		}
	}
	for name := range got {
		if _, asked := sent[name]; !asked {
			broken = append(broken, &Mismatch{Where: "/metadata" + pointerOf([]string{name}), Got: shown(got, name), Want: "nothing, as it was not sent"})
		}
	}
	return errors.Join(sortedErrors(broken)...)
}
