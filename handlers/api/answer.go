package api

import (
	"bytes"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"sync"

	"github.com/gin-gonic/gin"
)

// answer is what is sent, and what is kept for a replay.
type answer struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    []byte            `json:"body,omitempty"`
	lent    *bytes.Buffer     // what Body lies in, given back when it was sent
}

// paper is what answers are written on: a list is tens of kilobytes, and as much
// again and again is most of what there would be to collect.
var paper = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// mostPaper is the largest buffer that is kept for the next answer, in bytes.
const mostPaper = 256 << 10

// outline says where an output type holds its parts.
type outline struct {
	status, body []int
	headers      map[string][]int
}

// planAnswer reads an output type: Status, Body, and fields tagged header.
func planAnswer(t reflect.Type) outline {
	o := outline{headers: map[string][]int{}}
	for _, f := range reflect.VisibleFields(t) {
		switch {
		case f.Anonymous:
		case f.Name == "Status" && f.Type.Kind() == reflect.Int:
			o.status = f.Index
		case f.Name == "Body":
			o.body = f.Index
		case f.Tag.Get("header") != "" && f.Type.Kind() == reflect.String:
			o.headers[f.Tag.Get("header")] = f.Index
		case len(f.Index) == 1:
			panic(fmt.Sprintf("%s.%s is neither Status, Body nor text tagged header", t, f.Name))
		}
	}
	return o
}

// render makes the answer of an operation's output, a pointer to a struct. A
// nil output is a success with nothing to say.
func (p *plan) render(out any) (answer, error) {
	a := answer{Status: p.op.Status, Headers: map[string]string{}}
	v := reflect.ValueOf(out)
	if v.IsNil() {
		return a, nil
	}
	v = v.Elem()
	for name, at := range p.out.headers {
		if text := v.FieldByIndex(at).String(); text != "" {
			a.Headers[name] = text
		}
	}
	if p.out.status != nil && v.FieldByIndex(p.out.status).Int() != 0 {
		a.Status = int(v.FieldByIndex(p.out.status).Int())
	}
	if p.op.Cached != "" {
		a.Headers["Cache-Control"] = p.op.Cached
	}
	if p.out.body != nil && a.Status != http.StatusNoContent && a.Status != http.StatusNotModified {
		a.Headers["Content-Type"] = "application/json"
		if err := a.write(v.FieldByIndex(p.out.body).Addr().Interface()); err != nil {
			return answer{}, err
		}
	}
	return a, nil
}

// write writes the body as JSON, on paper that send gives back.
func (a *answer) write(body any) error {
	a.lent = paper.Get().(*bytes.Buffer)
	a.lent.Reset()
	b, err := Encode(a.lent.AvailableBuffer(), body)
	a.lent.Write(append(b, '\n'))
	a.Body = a.lent.Bytes()
	return err
}

// send writes the answer. Nobody between here and the reader may keep a copy,
// unless the operation says so.
func (a answer) send(c *gin.Context) error {
	h := c.Writer.Header()
	h.Set("Cache-Control", "no-store")
	for name, value := range a.Headers {
		h.Set(name, value)
	}
	if a.Body != nil {
		h.Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	c.Status(a.Status)
	c.Writer.WriteHeaderNow()
	if c.Request.Method != http.MethodHead {
		_, _ = c.Writer.Write(a.Body) // an error means that the reader has gone
	}
	if a.lent != nil && a.lent.Cap() <= mostPaper {
		paper.Put(a.lent)
	}
	return nil
}
