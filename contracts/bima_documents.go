package contracts

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func (a *bimaAnswer) documentsOfTheRequest() {
	query, err := url.ParseQuery(a.Request.Query)
	if err != nil {
		return
	}
	for where, item := range a.items("data") {
		for _, pair := range [...][2]string{{"EntityCode", "entityCode"}, {"RefID", "refID"}} {
			if asked := query.Get(pair[1]); asked != "" {
				a.member(where, item, pair[0], strings.EqualFold(text(item, pair[0]), asked), shorten(asked))
			}
		}
	}
}

func (a *bimaAnswer) sizeDisplayed() {
	for where, item := range a.items("data") {
		number, _ := member(item, "FileSize").(json.Number)
		size, err := strconv.ParseInt(string(number), 10, 48)
		if err != nil || size < 0 {
			continue
		}
		tenths := (10*size + 512) / 1024
		want := fmt.Sprintf("%d.%dKB", tenths/10, tenths%10)
		a.member(where, item, "FileSizeDisplay", text(item, "FileSizeDisplay") == want, shorten(want))
	}
}

func (a *bimaAnswer) extensionOfName() {
	for where, item := range a.items("data") {
		name, extension := text(item, "FileName"), text(item, "FileExtension")
		if has(item, "FileName") {
			a.member(where, item, "FileExtension", strings.HasPrefix(extension, ".") && strings.HasSuffix(name, extension), "the end of "+shorten(name)+", from its dot on")
		}
	}
}

var bimaThumbnail = regexp.MustCompile(`^/Uploads/thumb/\d{4}\\[0-9a-f-]{36}\.[a-z]+$`)

func (a *bimaAnswer) thumbnailOfType() {
	for where, item := range a.items("data") {
		const name = "ThumbnailURL"
		switch media := text(item, "FileContentType"); {
		case media == "application/pdf":
			a.member(where, item, name, text(item, name) == "/img/icons/Ext/pdf.png", `"/img/icons/Ext/pdf.png"`)
		case strings.HasPrefix(media, "image/"):
			a.member(where, item, name, bimaThumbnail.MatchString(text(item, name)), `/Uploads/thumb/, a year, \ and a GUID`)
		}
	}
}

// bimaMedia says how files begin, and what their names may end in.
var bimaMedia = map[string]struct {
	magic      string
	extensions []string
}{
	"application/pdf": {"%PDF-", []string{".pdf"}},
	"image/jpeg":      {"\xff\xd8\xff", []string{".jpeg", ".jpg"}},
	"image/png":       {"\x89PNG", []string{".png"}},
}

// bimaFile says whether an answer is meant to be a file.
func bimaFile(x *Exchange) bool {
	return x.Response.Status == http.StatusOK && x.Response.MediaType() != "application/json"
}

func bimaFileFitsType(x *Exchange) error {
	known, ok := bimaMedia[x.Response.MediaType()]
	if !bimaFile(x) || !ok {
		return errBeside
	}
	if strings.HasPrefix(string(x.Response.Body[:min(len(x.Response.Body), 8)]), known.magic) {
		return nil
	}
	return &Mismatch{Where: "body", Got: fmt.Sprintf("%q", x.Response.Body[:min(len(x.Response.Body), 8)]), Want: fmt.Sprintf("%q first", known.magic)}
}

func bimaFileNamed(x *Exchange) error {
	if !bimaFile(x) {
		return errBeside
	}
	said := x.Response.Header.Get("Content-Disposition")
	kind, parameters, _ := mime.ParseMediaType(said)
	for _, extension := range bimaMedia[x.Response.MediaType()].extensions {
		if kind == "attachment" && strings.HasSuffix(strings.ToLower(parameters["filename"]), extension) {
			return nil
		}
	}
	return &Mismatch{Where: "header Content-Disposition", Got: shorten(said), Want: "an attachment with a name that fits " + x.Response.MediaType()}
}

func (a *bimaAnswer) tokenWorded() {
	const want = "Token Created Successfully"
	a.member("", a.tree, "status_message", text(a.tree, "status_message") == want, shorten(want))
	a.member("", a.tree, "messages", len(list(a.tree, "messages")) == 0, "[]")
}

func (a *bimaAnswer) tokenIsJWT() {
	const off = 5 * time.Minute // that clocks may differ by
	expires, ok := bimaExpires(text(a.tree, "data"))
	a.member("", a.tree, "data", ok, "a JWT with exp")
	answered, err := http.ParseTime(a.Response.Header.Get("Date"))
	if !ok || err != nil {
		return
	}
	life := expires.Sub(answered)
	a.expect(24*time.Hour-off < life && life < 24*time.Hour+off, "a token that lives "+life.String(), "24h", "/data")
}

// bimaExpires reads the claim exp of a token; nobody has told us the key.
func bimaExpires(token string) (time.Time, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}, false
	}
	claims, err := decodeJSON(payload)
	if err != nil {
		return time.Time{}, false
	}
	number, _ := member(claims, "exp").(json.Number)
	seconds, err := strconv.ParseInt(string(number), 10, 64)
	return time.Unix(seconds, 0), err == nil
}
