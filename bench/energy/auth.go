package energy

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// authorization makes the Authorization header of GET requests from the
// WWW-Authenticate headers of an answer 401. It speaks Digest (RFC 7616) with
// SHA-256 or MD5 and quality "auth" or none, which Shelly asks for from its second
// generation on (https://shelly-api-docs.shelly.cloud/gen2/General/Authentication),
// and else Basic (RFC 7617), as its first generation does. The password is sent to
// nobody who has not asked for it.
func authorization(challenges []string, user *url.Userinfo) (func(uri string) string, error) {
	password, _ := user.Password()
	basic := false
	for _, c := range challenges {
		scheme, rest, _ := strings.Cut(c, " ")
		switch strings.ToLower(scheme) {
		case "basic":
			basic = true
		case "digest":
			if d, ok := parseDigest(rest); ok {
				d.user, d.password, d.cnonce = user.Username(), password, rand.Text()
				return d.header, nil
			}
		}
	}
	if basic {
		token := base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
		return func(string) string { return "Basic " + token }, nil
	}
	return nil, fmt.Errorf("%w, asking with %q, where only Basic and Digest (MD5 or SHA-256, auth) are understood",
		statusError{code: http.StatusUnauthorized}, clip(strings.Join(challenges, "; ")))
}

// digest answers one challenge as often as the server accepts its nonce.
type digest struct {
	realm, nonce, opaque string
	algorithm            string // as the server wrote it, "" for MD5
	auth                 bool   // quality of protection "auth", else none
	user, password       string
	cnonce               string
	count                int
}

var parameter = regexp.MustCompile(`([A-Za-z]+)\s*=\s*(?:"([^"\\]*)"|([^\s,"\\]+))`)

// parseDigest reads the parameters of a challenge; ok is false if it asks for
// something else than is spoken here.
func parseDigest(s string) (d *digest, ok bool) {
	d = &digest{}
	qop := ""
	for _, m := range parameter.FindAllStringSubmatch(s, -1) {
		value := m[2] + m[3]
		switch strings.ToLower(m[1]) {
		case "realm":
			d.realm = value
		case "nonce":
			d.nonce = value
		case "opaque":
			d.opaque = value
		case "algorithm":
			d.algorithm = value
		case "qop":
			qop = value
		}
	}
	d.auth = slices.Contains(strings.FieldsFunc(qop, func(r rune) bool { return r == ',' || r == ' ' }), "auth")
	known := d.algorithm == "" || strings.EqualFold(d.algorithm, "MD5") || strings.EqualFold(d.algorithm, "SHA-256")
	return d, known && d.nonce != "" && (d.auth || qop == "")
}

func (d *digest) hash(parts ...string) string {
	b := []byte(strings.Join(parts, ":"))
	if strings.EqualFold(d.algorithm, "SHA-256") {
		h := sha256.Sum256(b)
		return hex.EncodeToString(h[:])
	}
	h := md5.Sum(b)
	return hex.EncodeToString(h[:])
}

func (d *digest) header(uri string) string {
	d.count++
	count := fmt.Sprintf("%08x", d.count)
	secret, request := d.hash(d.user, d.realm, d.password), d.hash(http.MethodGet, uri)
	response := d.hash(secret, d.nonce, request)
	if d.auth {
		response = d.hash(secret, d.nonce, count, d.cnonce, "auth", request)
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(d.user)
	s := fmt.Sprintf(`Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s"`,
		quoted, d.realm, d.nonce, uri, response)
	if d.algorithm != "" {
		s += ", algorithm=" + d.algorithm
	}
	if d.auth {
		s += fmt.Sprintf(`, qop=auth, nc=%s, cnonce="%s"`, count, d.cnonce)
	}
	if d.opaque != "" {
		s += fmt.Sprintf(`, opaque="%s"`, d.opaque)
	}
	return s
}
