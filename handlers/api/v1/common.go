package v1

import (
	"strconv"
	"time"
)

// List is one page of a list. Next is the cursor of the page after it, null on
// the last.
type List[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next" doc:"Send this as cursor to read on; null on the last page."`
}

// Paging is embedded by the input of every list.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"How many to answer with, at most."`
	Cursor string `query:"cursor" also:"next" maxLength:"500" doc:"The next of the page before. It is taken as next, too."`
}

// listed presents one page. An empty cursor means that there is no more.
func listed[M, T any](items []M, next string, present func(M) T) List[T] {
	out := List[T]{Items: presented(items, present)}
	if next != "" {
		out.Next = &next
	}
	return out
}

// presented presents each of items; the result is never nil, so that an empty
// list is written as one.
func presented[M, T any](items []M, present func(M) T) []T {
	out := make([]T, len(items))
	for i, item := range items {
		out[i] = present(item)
	}
	return out
}

// etag writes the version of a record as the ETag that If-Match takes.
func etag(version int) string { return `"` + strconv.Itoa(version) + `"` }

// utc is how every time leaves the API, whatever zone it was read in.
func utc(t time.Time) time.Time { return t.UTC() }

// utcOrNone is utc for a time that may not have come yet.
func utcOrNone(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
