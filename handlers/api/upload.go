package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"reflect"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/render"
	"throughline/models"
)

// Uploaded is one file that was sent, with the short answers beside it.
type Uploaded struct {
	Name    string // what its sender calls it; believed for nothing
	Content []byte
	Fields  map[string]string
	Stream  io.Reader // in place of Content, where a file is read as it comes; nil: none was sent
}

// UploadIn is the input of an operation that takes a file about a record.
type UploadIn struct {
	ID   uuid.UUID `path:"id"`
	File Uploaded
}

// Besides the file a form holds little; a sender may take this long over it.
const (
	besides      = 64 << 10
	longestField = 1000
	patience     = 3 * time.Minute
)

// Upload adds an operation that takes one file as multipart/form-data, in the
// field "file", with the fields named in the description of fields beside it.
// It takes an Idempotency-Key, as Keyed does. most is the most bytes of a file.
func Upload[R, O any](a *API, op Op, most int64, fields map[string]*huma.Schema, fn func(context.Context, *UploadIn) (R, error), present func(R) *O) {
	op.Key, op.upload = true, &upload{most: most, fields: fields}
	keyed(a, op, fn, present)
}

// StreamIn is the input of an operation that takes a file which is about no
// record yet, and reads it as it comes.
type StreamIn struct{ File Uploaded }

// UploadStream is Upload of a file that is never whole in memory: fn reads
// File.Stream to its end. The fields beside it come before it.
func UploadStream[R, O any](a *API, op Op, most int64, fields map[string]*huma.Schema, fn func(context.Context, *StreamIn) (R, error), present func(R) *O) {
	op.Key, op.upload = true, &upload{most: most, fields: fields, stream: true}
	keyed(a, op, fn, present)
}

// upload is what an operation takes in place of a JSON document.
type upload struct {
	most   int64
	fields map[string]*huma.Schema
	stream bool
}

func (u *upload) body() *huma.RequestBody {
	what := "Found out by its content: PDF, JPEG, PNG, plain text, DOCX or ODT without macros."
	if u.stream {
		what = "The last part of the form."
	}
	properties := map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary", Description: what}}
	for name, s := range u.fields {
		properties[name] = s
	}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"multipart/form-data": {Schema: &huma.Schema{Type: huma.TypeObject, Properties: properties, Required: []string{"file"}, AdditionalProperties: false}},
	}}
}

// readUpload reads the form. What is wrong with it is malformed, too large or
// of the wrong type; what is wrong with a field is a fault for the service.
func (p *plan) readUpload(c *gin.Context, req *models.Request, in reflect.Value) error {
	into, ok := in.FieldByName("File").Addr().Interface().(*Uploaded)
	if !ok {
		return models.Internal("reading an upload", errors.New("its input has no file"))
	}
	h := fingerprint(p.op.Method, c.Request.URL.EscapedPath())
	f := &findings{}
	known := func(name string) bool { return p.op.upload.fields[name] != nil }
	read := func() (Uploaded, error) { return ReadUpload(c, p.op.upload.most, h, known, f.unknown) }
	if p.op.upload.stream {
		read = func() (Uploaded, error) {
			return OpenUpload(c, p.op.upload.most, h, known, f.unknown, func() { req.BodyHash = h.Sum(nil) })
		}
	}
	up, err := read()
	if err != nil {
		return err
	}
	*into = up
	for _, name := range sorted(up.Fields) {
		p.schemas.field(p.op.upload.fields[name], name, up.Fields[name], f)
	}
	req.Invalid, req.BodyHash = f.faults, h.Sum(nil)
	return nil
}

func (f *findings) unknown(name string) {
	f.add(named("", name), models.FieldUnknown, "This field is not known.")
}

// ReadUpload reads a form with one file, of at most most bytes, for the API and
// for pages. Everything that was sent goes through seen. known says which fields
// may stand beside the file; unknown is told of another.
func ReadUpload(c *gin.Context, most int64, seen io.Writer, known func(string) bool, unknown func(string)) (Uploaded, error) {
	out := Uploaded{Fields: map[string]string{}}
	r, body, err := formOf(c, most, seen)
	if err != nil {
		return out, err
	}
	found := false
	for {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return out, broken(err, most)
		}
		name, isFile := part.FormName(), part.FormName() == "file"
		limit := int64(longestField)
		if isFile {
			limit = most
		}
		content, err := io.ReadAll(io.LimitReader(part, limit+1))
		switch {
		case err != nil:
			return out, broken(err, most)
		case int64(len(content)) > limit && isFile:
			_, _ = io.CopyN(io.Discard, body, mostDrain)
			return out, largeFile(most)
		case isFile && found, !isFile && out.Fields[name] != "":
			return out, models.Malformed("The form gives a field twice.")
		case isFile:
			out.Content, out.Name, found = content, part.FileName(), true
		case int64(len(content)) > limit || !utf8.Valid(content) || containsNUL(content):
			return out, models.Malformed("The form holds what cannot be read.")
		case known(name):
			out.Fields[name] = string(content)
		default:
			unknown(name)
		}
	}
	if _, err := io.Copy(io.Discard, c.Request.Body); err != nil { // what stands after the form is part of what was sent
		return out, broken(err, most)
	}
	return out, nil
}

// formOf begins to read a form with a file.
func formOf(c *gin.Context, most int64, seen io.Writer) (*multipart.Reader, io.Reader, error) {
	kind, args, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || kind != "multipart/form-data" || args["boundary"] == "" {
		return nil, nil, &models.Error{Code: models.CodeUnsupportedType, Message: "Send the file as multipart/form-data."}
	}
	// The limits of the server are for small documents; a telephone on a train
	// takes longer over a photograph.
	_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(patience))
	body := http.MaxBytesReader(c.Writer, c.Request.Body, most+besides)
	c.Request.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(body, seen), body}
	r, err := c.Request.MultipartReader()
	if err != nil {
		return nil, nil, models.Malformed("The form could not be read.")
	}
	return r, body, nil
}

// OpenUpload is ReadUpload up to the file, which is then read from Stream as it
// comes. Once it was read to its end, and nothing came after it, whole is called.
func OpenUpload(c *gin.Context, most int64, seen io.Writer, known func(string) bool, unknown func(string), whole func()) (Uploaded, error) {
	out := Uploaded{Fields: map[string]string{}}
	r, _, err := formOf(c, most, seen)
	if err != nil {
		return out, err
	}
	for {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			whole()
			return out, nil
		}
		if err != nil {
			return out, broken(err, most)
		}
		name := part.FormName()
		if name == "file" {
			out.Name, out.Stream = part.FileName(), &streaming{part: part, form: r, rest: c.Request.Body, most: most, whole: whole}
			return out, nil
		}
		content, err := io.ReadAll(io.LimitReader(part, longestField+1))
		switch {
		case err != nil:
			return out, broken(err, most)
		case out.Fields[name] != "":
			return out, models.Malformed("The form gives a field twice.")
		case len(content) > longestField || !utf8.Valid(content) || containsNUL(content):
			return out, models.Malformed("The form holds what cannot be read.")
		case known(name):
			out.Fields[name] = string(content)
		default:
			unknown(name)
		}
	}
}

// streaming is a file on its way in. At its end it sees to it that nothing else
// comes, so that what was sent is known whole.
type streaming struct {
	part  io.Reader
	form  *multipart.Reader
	rest  io.Reader
	most  int64
	whole func()
	ended error
}

func (s *streaming) Read(p []byte) (int, error) {
	if s.ended != nil {
		return 0, s.ended
	}
	n, err := s.part.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		s.ended = s.end()
		return n, s.ended
	case err != nil:
		s.ended = broken(err, s.most)
		return n, s.ended
	}
	return n, nil
}

func (s *streaming) end() error {
	if _, err := s.form.NextRawPart(); !errors.Is(err, io.EOF) {
		return models.Malformed("The file has to be the last part of the form.")
	}
	if _, err := io.Copy(io.Discard, s.rest); err != nil {
		return broken(err, s.most)
	}
	s.whole()
	return io.EOF
}

// Drain reads what is left of a file that was refused before its end, up to a
// limit, so that its sender hears why.
func (u *Uploaded) Drain() {
	if u.Stream != nil {
		_, _ = io.CopyN(io.Discard, u.Stream, mostDrain)
	}
}

func containsNUL(b []byte) bool {
	for _, c := range b {
		if c == 0 {
			return true
		}
	}
	return false
}

func broken(err error, most int64) error {
	if _, is := errors.AsType[*http.MaxBytesError](err); is {
		return largeFile(most)
	}
	return models.Malformed("What was sent could not be read to its end.")
}

func largeFile(most int64) error {
	return &models.Error{Code: models.CodeTooLarge, Message: fmt.Sprintf("The file is too large. It can have up to %d MB.", most>>20)}
}

// saved describes an answer that is a file.
func saved() *huma.Response {
	return &huma.Response{
		Description: "The content, to be saved.",
		Headers:     map[string]*huma.Param{"Content-Disposition": {Description: "attachment, with the name of the file (RFC 6266).", Schema: &huma.Schema{Type: huma.TypeString}}},
		Content:     map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}
}

// Sent is a file to be handed out.
type Sent struct {
	Name    string
	Content []byte
	Write   func(io.Writer) error // in place of Content: it is written as it goes, after the answer has begun
}

// Download adds an operation that answers with a file, always to be saved and
// never to be shown.
func Download[I any](a *API, op Op, fn func(context.Context, *I) (Sent, error)) {
	op.download, op.Status = true, http.StatusOK
	plan := planned[I, struct{}](a, op)
	a.add(op, func(c *gin.Context) error {
		p, in := plan(), new(I)
		ctx, req, err := p.read(c, in)
		if err != nil {
			return err
		}
		f, err := fn(ctx, in)
		if err != nil {
			return err
		}
		if len(req.Invalid) > 0 {
			return models.Internal("answering "+p.op.ID, errors.New("its service did not return the faults of the body"))
		}
		if f.Write != nil {
			return render.AttachmentFrom(c, f.Name, f.Write)
		}
		return render.Attachment(c, f.Name, f.Content)
	})
}
