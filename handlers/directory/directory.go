// Package directory serves the public directory of services as Open Referral UK
// 3.0 (docs/adr/0041): a surface apart from the API, without sign-in, for any
// site, holding nothing of a case.
package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/listings"
)

// Deps are what the directory stands on.
type Deps struct {
	Version  string
	Base     *url.URL // the address people use
	Listings *listings.Service
}

const (
	standard = "HSDS-UK-3.0"
	profile  = "https://docs.openreferraluk.org/en/latest/"
	// kept is how long a copy may be kept: as long as the server itself believes
	// what it read, and a while more where it cannot be asked.
	kept  = "public, max-age=60, stale-if-error=86400"
	about = "Services for victims of crime in London, as Open Referral UK 3.0. Public, without sign-in, for any site. It holds nothing about anybody who is helped, " +
		"and of a refuge never where it is. Lists are pages of at most 100. Times are those of London."
)

type surface struct {
	Deps
}

// Routes returns what the directory answers to. Every answer may be read by any
// site: CORS is open here and nowhere else.
func Routes(d Deps) []route.Route {
	s := &surface{Deps: d}
	a := api.NewNamed(d.Version, "Throughline: services for victims of crime in London", about)
	s.home(a)
	s.services(a)
	s.atLocations(a)
	s.sorting(a)
	routes := append(a.Routes(), description(a))
	slash := routes[0]
	slash.Path = "/directory"
	routes = append(routes, slash)
	for i := range routes {
		routes[i].Handle = shared(routes[i].Handle)
	}
	return routes
}

func shared(next route.Handler) route.Handler {
	return func(c *gin.Context) error {
		c.Header("Access-Control-Allow-Origin", "*")
		c.Header("Cross-Origin-Resource-Policy", "cross-origin")
		return next(c)
	}
}

func description(a *api.API) route.Route {
	document := sync.OnceValues(a.Document)
	return route.Route{Method: http.MethodGet, Path: "/directory/openapi.json", Need: models.Public, JSON: true, Handle: func(c *gin.Context) error {
		b, err := document()
		if err != nil {
			return models.Internal("describing the directory", err)
		}
		c.Header("Cache-Control", kept)
		c.Data(http.StatusOK, "application/openapi+json", b)
		return nil
	}}
}

// address is where something of the directory is found from outside.
func (s *surface) address(path string) string {
	return strings.TrimSuffix(s.Base.String(), "/") + "/directory/" + path
}

func op(path, id, summary, description string) api.Op {
	return api.Op{Method: http.MethodGet, Path: "/directory/" + path, ID: id, Tag: "Directory", Need: models.Public, Summary: summary, Description: description, Cached: kept}
}

// answer is what every operation answers with.
type answer[T any] struct {
	Status int
	ETag   string `header:"ETag"`
	Body   T
}

// CopyOf is the copy that the caller says it has.
type CopyOf struct {
	Copy string `header:"If-None-Match" maxLength:"1000" doc:"The ETag of the copy you hold: 304 where it is still good."`
}

type homeIn struct{ CopyOf }

func (s *surface) home(a *api.API) {
	api.Register(a, op("", "get-directory", "Which version and profile is served", ""), func(_ context.Context, in *homeIn) (*answer[Home], error) {
		return known(in.Copy, s.Version, in, func() (Home, error) {
			return Home{Version: standard, Profile: profile, OpenAPIURL: s.address("openapi.json")}, nil
		})
	})
}

// known answers 304 where the copy the caller holds is of the same question to
// the same content, and otherwise makes the answer.
func known[T any](copies, version string, question any, answering func() (T, error)) (*answer[T], error) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %T %s", version, question, described(question)))
	out := &answer[T]{ETag: `"` + hex.EncodeToString(sum[:12]) + `"`}
	for tag := range strings.SplitSeq(copies, ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == out.ETag || tag == "*" {
			out.Status = http.StatusNotModified
			return out, nil
		}
	}
	var err error
	out.Body, err = answering()
	if err != nil {
		return nil, err
	}
	return out, nil
}

// described is a question without the copy: what tells two of them apart.
func described(question any) string {
	if q, ok := question.(interface{ key() string }); ok {
		return q.key()
	}
	return ""
}

type byID struct {
	CopyOf
	ID uuid.UUID `path:"id"`
}

func (b *byID) key() string { return b.ID.String() }

func page[M, T any](p listings.Page[M], present func(*M) T) Page[T] {
	out := Page[T]{
		TotalItems: p.Total, TotalPages: p.Pages, PageNumber: p.Page, Size: len(p.Items), FirstPage: p.Page == 1, LastPage: p.Page >= p.Pages, Empty: len(p.Items) == 0,
		Contents: make([]T, len(p.Items)),
	}
	for i := range p.Items {
		out.Contents[i] = present(&p.Items[i])
	}
	return out
}
