package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/listings"
)

// Paging is what a list of words can be asked for.
type Paging struct {
	CopyOf
	Search  string `query:"search" maxLength:"200" doc:"Words that all occur in the name."`
	Page    int    `query:"page" minimum:"1" maximum:"100000" default:"1"`
	PerPage int    `query:"per_page" minimum:"1" maximum:"100" default:"50"`
}

func (p *Paging) key() string { return fmt.Sprintf("%q %d %d", p.Search, p.Page, p.PerPage) }

// ofTaxonomy is Paging, within one taxonomy.
type ofTaxonomy struct {
	Paging
	TaxonomyID uuid.UUID `query:"taxonomy_id"`
}

func (p *ofTaxonomy) key() string { return p.Paging.key() + " " + p.TaxonomyID.String() }

// cut is one page of a list that is short enough to be at hand.
func cut[M, T any](p *Paging, all []M, name func(*M) string, present func(*M) T) Page[T] {
	all = slices.DeleteFunc(slices.Clone(all), func(m M) bool {
		return slices.ContainsFunc(strings.Fields(strings.ToLower(p.Search)), func(word string) bool { return !strings.Contains(strings.ToLower(name(&m)), word) })
	})
	from := min((p.Page-1)*p.PerPage, len(all))
	return page(listings.Page[M]{Items: all[from:min(from+p.PerPage, len(all))], Total: len(all), Pages: (len(all) + p.PerPage - 1) / p.PerPage, Page: p.Page}, present)
}

func (s *surface) sorting(a *api.API) {
	api.Register(a, op("taxonomies", "list-taxonomies", "The lists that services are sorted by", ""), func(_ context.Context, in *Paging) (*answer[Page[Taxonomy]], error) {
		return known(in.Copy, s.Version, in, func() (Page[Taxonomy], error) {
			return cut(in, listings.Taxonomies(), func(t *listings.Taxonomy) string { return t.Name }, taxonomy), nil
		})
	})
	api.Register(a, op("taxonomies/{id}", "get-taxonomy", "One of these lists", ""), func(_ context.Context, in *byID) (*answer[Taxonomy], error) {
		i := slices.IndexFunc(listings.Taxonomies(), func(t listings.Taxonomy) bool { return t.ID == in.ID })
		if i < 0 {
			return nil, models.NotFound("taxonomy")
		}
		return known(in.Copy, s.Version, in, func() (Taxonomy, error) { return taxonomy(&listings.Taxonomies()[i]), nil })
	})
	api.Register(a, op("taxonomy_terms", "list-taxonomy-terms", "What services are sorted under", ""), func(_ context.Context, in *ofTaxonomy) (*answer[Page[TaxonomyTerm]], error) {
		return known(in.Copy, s.Version, in, func() (Page[TaxonomyTerm], error) {
			terms := slices.DeleteFunc(slices.Clone(listings.Terms()), func(t listings.Term) bool { return in.TaxonomyID != uuid.Nil && t.Taxonomy.ID != in.TaxonomyID })
			return cut(&in.Paging, terms, func(t *listings.Term) string { return t.Name }, func(t *listings.Term) TaxonomyTerm { return term(t, true) }), nil
		})
	})
	api.Register(a, op("taxonomy_terms/{id}", "get-taxonomy-term", "One term", ""), func(_ context.Context, in *byID) (*answer[TaxonomyTerm], error) {
		i := slices.IndexFunc(listings.Terms(), func(t listings.Term) bool { return t.ID == in.ID })
		if i < 0 {
			return nil, models.NotFound("taxonomy term")
		}
		return known(in.Copy, s.Version, in, func() (TaxonomyTerm, error) { return term(&listings.Terms()[i], true), nil })
	})
}
