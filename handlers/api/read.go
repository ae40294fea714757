package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/models"
)

const (
	mostBody  = 1 << 20
	mostDrain = 8 << 20 // read and thrown away, so that the caller hears the 413
)

// read takes the request apart in the order of decisions.md 18 and 19: what
// cannot be a record is not there, what is not one clean document is refused,
// and what is wrong with its fields is carried to the service.
func (p *plan) read(c *gin.Context, in any) (context.Context, *models.Request, error) {
	ctx := c.Request.Context()
	edge := models.RequestFrom(ctx)
	req := &models.Request{
		ID: edge.ID, Route: p.op.Method + " " + p.op.Path,
		KeyRequired: p.op.Key, MatchRequired: p.op.Match,
	}
	v := reflect.ValueOf(in).Elem()
	if err := p.bindPath(c, v); err != nil {
		return nil, nil, err
	}
	if err := p.bindRest(c, v); err != nil {
		return nil, nil, err
	}
	if err := p.preconditions(c, req); err != nil {
		return nil, nil, err
	}
	if p.op.upload != nil {
		if err := p.readUpload(c, req, v); err != nil {
			return nil, nil, err
		}
	} else if p.op.writes() {
		body, err := p.readBody(c)
		if err != nil {
			return nil, nil, err
		}
		if req.Invalid, err = p.decode(body, v); err != nil {
			return nil, nil, err
		}
		if req.IdempotencyKey != "" {
			h := fingerprint(p.op.Method, c.Request.URL.EscapedPath())
			_, _ = h.Write(body)
			req.BodyHash = h.Sum(nil)
		}
	}
	return models.WithRequest(ctx, req), req, nil
}

// fingerprint begins what tells two requests that carry one key apart: the body
// is still to be written to it.
func fingerprint(method, path string) hash.Hash {
	h := sha256.New()
	_, _ = io.WriteString(h, method+" "+path+"\n")
	return h
}

// preconditions reads the two headers. An entity tag that is none of ours is
// the version of nothing: it is stale wherever it is held against a record.
func (p *plan) preconditions(c *gin.Context, req *models.Request) error {
	if key := c.GetHeader("Idempotency-Key"); p.op.Key && key != "" {
		if !visible(key) || len(key) > 200 {
			return refuse(models.Malformed("The Idempotency-Key is not valid."),
				models.Field("Idempotency-Key", models.FieldInvalid, "Send 1 to 200 letters, digits or signs, without spaces."))
		}
		req.IdempotencyKey = key
	}
	tag := c.GetHeader("If-Match")
	if !p.op.Match || tag == "" {
		return nil
	}
	inner, found := strings.CutPrefix(strings.TrimPrefix(tag, "W/"), `"`) // a proxy that compresses answers marks their tags as weak
	inner, closed := strings.CutSuffix(inner, `"`)
	if !found || !closed || strings.ContainsRune(inner, '"') {
		return refuse(models.Malformed("The If-Match is not valid."),
			models.Field("If-Match", models.FieldInvalid, `Send the ETag as it was given, with its quotes, as "3".`))
	}
	version, err := strconv.ParseUint(inner, 10, 31)
	n := int(version)
	if err != nil || strconv.Itoa(n) != inner {
		n = -1
	}
	req.IfMatch = &n
	return nil
}

func visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 0x21 || r > 0x7e })
}

// readBody returns the bytes of the document, none where it was left out.
func (p *plan) readBody(c *gin.Context) ([]byte, error) {
	body := c.Request.Body
	if body == nil {
		return nil, nil
	}
	raw, err := readAll(io.LimitReader(body, mostBody+1), c.Request.ContentLength)
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok && tooLarge != nil {
		return nil, models.TooLarge()
	}
	if err != nil {
		return nil, models.Malformed("The body could not be read to its end.")
	}
	if len(raw) > mostBody {
		_, _ = io.CopyN(io.Discard, body, mostDrain)
		return nil, models.TooLarge()
	}
	if len(raw) == 0 {
		return nil, nil
	}
	if p.op.Form && isForm(c.Request.Header) {
		return formDocument(c.Request, raw)
	}
	return raw, contentType(c.Request.Header)
}

// readAll reads to the end, at once where the caller said truly how much it is.
func readAll(r io.Reader, said int64) ([]byte, error) {
	var b bytes.Buffer
	if said > 0 && said <= mostBody {
		b.Grow(int(said) + bytes.MinRead) // room to meet the end without growing
	}
	_, err := b.ReadFrom(r)
	return b.Bytes(), err
}

// contentType refuses everything but JSON in UTF-8. A browser cannot send that
// across origins without asking first.
func contentType(h http.Header) error {
	kind, args, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || kind != "application/json" || len(h.Values("Content-Type")) > 1 {
		return models.UnsupportedType()
	}
	for name, value := range args {
		if name != "charset" || !strings.EqualFold(value, "utf-8") {
			return models.UnsupportedType()
		}
	}
	if e := h.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return models.UnsupportedType()
	}
	return nil
}

// decode fills in the body and returns every fault found in it. What has no
// fault is decoded all the same, so that the service can say in one answer
// what else is wrong.
func (p *plan) decode(body []byte, in reflect.Value) ([]models.FieldError, error) {
	if len(body) == 0 {
		if p.body == nil || p.optional {
			return nil, nil
		}
		return nil, models.Malformed("Send a JSON object.")
	}
	if err := clean(body); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree map[string]any
	if err := d.Decode(&tree); err != nil {
		return nil, models.Malformed("The body is not one JSON document.")
	}
	f := &findings{}
	if p.body == nil {
		for _, name := range sorted(tree) {
			f.add(named("", name), models.FieldUnknown, "This field is not known.")
		}
		return f.faults, nil
	}
	p.schemas.check(p.body, tree, f)
	if f.variant {
		return nil, models.Malformed("The body spells the name of a field with other letters than small ones.")
	}
	if len(f.faults) > 0 {
		body = without(tree, f.faults)
	}
	if err := json.Unmarshal(body, in.FieldByIndex(p.bodyAt).Addr().Interface()); err != nil && len(f.faults) == 0 {
		// The schema let through what the type refuses.
		f.add(typeFault(err), models.FieldInvalid, "Is not in the right form.")
	}
	return f.faults, nil
}

// without writes the document again without the values that have a fault.
func without(tree map[string]any, faults []models.FieldError) []byte {
	faulty := map[string]bool{}
	for _, f := range faults {
		if f.Code != models.FieldUnknown {
			faulty[f.Field] = true
		}
	}
	prune(tree, "", faulty)
	body, _ := json.Marshal(tree) // it was JSON a moment ago
	return body
}

func typeFault(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return e.Field
	}
	return ""
}
