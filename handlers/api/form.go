package api

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"unicode/utf8"

	"throughline/models"
)

const formType = "application/x-www-form-urlencoded"

// isForm reports whether the caller sent a form in place of a document.
func isForm(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == formType && len(h.Values("Content-Type")) == 1 && h.Get("Content-Encoding") == ""
}

// formDocument writes a form as the document of plain texts that the operation
// takes, so that both are checked by one description. The name and the password
// of Basic authorisation stand in it as client_id and client_secret (RFC 6749,
// 2.3.1).
func formDocument(r *http.Request, raw []byte) ([]byte, error) {
	values, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, models.Malformed("The form could not be read.")
	}
	doc := map[string]string{}
	put := func(name, value string) bool {
		_, twice := doc[name]
		doc[name] = value
		return !twice && utf8.ValidString(name) && utf8.ValidString(value)
	}
	for name, list := range values {
		for _, v := range list {
			if !put(name, v) {
				return nil, models.Malformed("The form says a field twice, or is not UTF-8.")
			}
		}
	}
	if name, secret, is := r.BasicAuth(); is {
		id, err1 := url.QueryUnescape(name)
		key, err2 := url.QueryUnescape(secret)
		if err1 != nil || err2 != nil || !put("client_id", id) || !put("client_secret", key) {
			return nil, models.Malformed("Say who you are once: in the form, or by Basic authorisation.")
		}
	}
	return json.Marshal(doc)
}
