package directory

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/listings"
)

// Filter is what a list of services can be asked for.
type Filter struct {
	CopyOf
	Search     string    `query:"search" maxLength:"200" doc:"Words that all occur in the name, the description or the organisation."`
	Page       int       `query:"page" minimum:"1" maximum:"100000" default:"1"`
	PerPage    int       `query:"per_page" minimum:"1" maximum:"100" default:"50"`
	TermID     uuid.UUID `query:"taxonomy_term_id" doc:"Sorted under this term."`
	TaxonomyID uuid.UUID `query:"taxonomy_id" doc:"Sorted under any term of this taxonomy."`
	MinAge     age       `query:"minimum_age" doc:"For somebody of at least this age. With maximum_age: for somebody between the two."`
	MaxAge     age       `query:"maximum_age" doc:"For somebody of at most this age."`
	Start      clock     `query:"start_time" doc:"Open from this time of the day."`
	End        clock     `query:"end_time" doc:"Open until this time of the day."`
	Day        weekday   `query:"day" doc:"Open on this day of the week: MO to SU, or its name."`
}

func (f *Filter) wanted() listings.Filter {
	return listings.Filter{
		Search: f.Search, Term: f.TermID, Taxonomy: f.TaxonomyID, MinAge: f.MinAge.years, MaxAge: f.MaxAge.years,
		Day: f.Day.code, Start: f.Start.at, End: f.End.at, Page: f.Page, PerPage: f.PerPage,
	}
}

func years(a age) int {
	if a.years == nil {
		return -1
	}
	return *a.years
}

func (f *Filter) key() string {
	return fmt.Sprintf("%q %d %d %s %s %d %d %s %s %s", f.Search, f.Page, f.PerPage, f.TermID, f.TaxonomyID, years(f.MinAge), years(f.MaxAge), f.Start.at, f.End.at, f.Day.code)
}

// around is Filter, near a postcode.
type around struct {
	Filter
	Postcode  string `query:"postcode" maxLength:"10" doc:"Around this postcode, the nearest first. It may be the first part alone."`
	Proximity int    `query:"proximity" minimum:"1" maximum:"100000" doc:"Metres around the postcode; 5000 where it is left out."`
}

func (f *around) key() string {
	return fmt.Sprintf("%s %q %d", f.Filter.key(), f.Postcode, f.Proximity)
}

func (s *surface) services(a *api.API) {
	api.Register(a, op("services", "list-directory-services", "Services, by name", ""), func(ctx context.Context, in *Filter) (*answer[Page[Service]], error) {
		d, err := s.Listings.Current(ctx)
		if err != nil {
			return nil, err
		}
		return known(in.Copy, d.Version, in, func() (Page[Service], error) {
			found, err := d.Services(in.wanted())
			return page(found, func(l *models.Listing) Service { return s.service(l, false) }), err
		})
	})
	api.Register(a, op("services/{id}", "get-directory-service", "One service, with all that is known of it", ""), func(ctx context.Context, in *byID) (*answer[Service], error) {
		d, err := s.Listings.Current(ctx)
		if err != nil {
			return nil, err
		}
		l, err := d.Service(in.ID)
		if err != nil {
			return nil, err
		}
		return known(in.Copy, d.Version, in, func() (Service, error) { return s.service(&l, true), nil })
	})
}

func (s *surface) atLocations(a *api.API) {
	words := "A service whose place is withheld, as a refuge's is, stands in no such list. Where a postcode is, is known from the places that are published: 422 where none is near."
	api.Register(a, op("service_at_locations", "list-directory-locations", "Services at the places where they are given", words), func(ctx context.Context, in *around) (*answer[Page[ServiceAtLocation]], error) {
		d, err := s.Listings.Current(ctx)
		if err != nil {
			return nil, err
		}
		return known(in.Copy, d.Version, in, func() (Page[ServiceAtLocation], error) {
			f := in.wanted()
			f.Postcode, f.Within = in.Postcode, in.Proximity
			found, err := d.AtPlaces(f)
			return page(found, s.at), err
		})
	})
	api.Register(a, op("service_at_locations/{id}", "get-directory-location", "One service at one place", ""), func(ctx context.Context, in *byID) (*answer[ServiceAtLocation], error) {
		d, err := s.Listings.Current(ctx)
		if err != nil {
			return nil, err
		}
		at, err := d.AtPlace(in.ID)
		if err != nil {
			return nil, err
		}
		return known(in.Copy, d.Version, in, func() (ServiceAtLocation, error) { return s.at(&at), nil })
	})
}

func (s *surface) at(at *listings.At) ServiceAtLocation {
	service := s.service(&at.Service, false)
	return ServiceAtLocation{ID: at.ID, Location: location(&at.Place), Service: &service}
}
