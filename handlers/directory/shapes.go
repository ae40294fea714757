package directory

import (
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/listings"
)

// Home says what is served here, as Open Referral UK 3.0 asks of an address.
type Home struct {
	Version    string `json:"version"`
	Profile    string `json:"profile" format:"uri"`
	OpenAPIURL string `json:"openapi_url" format:"uri"`
}

// Page is the wrapper around every list.
type Page[T any] struct {
	TotalItems int  `json:"total_items"`
	TotalPages int  `json:"total_pages"`
	PageNumber int  `json:"page_number"`
	Size       int  `json:"size" doc:"How many are on this page."`
	FirstPage  bool `json:"first_page"`
	LastPage   bool `json:"last_page"`
	Empty      bool `json:"empty"`
	Contents   []T  `json:"contents"`
}

// Organisation is who gives a service.
type Organisation struct {
	ID          uuid.UUID `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
}

// Service is a service of the directory. In a list its arrays are left out.
type Service struct {
	ID                 uuid.UUID           `json:"id"`
	Name               string              `json:"name"`
	Description        string              `json:"description,omitempty"`
	URL                string              `json:"url" format:"uri"`
	Email              string              `json:"email,omitempty" format:"email"`
	Status             string              `json:"status" enum:"active,inactive,defunct,temporarily closed"`
	Fees               string              `json:"fees,omitempty"`
	Accreditations     string              `json:"accreditations,omitempty"`
	MinimumAge         *int                `json:"minimum_age,omitempty"`
	MaximumAge         *int                `json:"maximum_age,omitempty"`
	AssuredDate        string              `json:"assured_date,omitempty" format:"date"`
	Alert              string              `json:"alert,omitempty"`
	LastModified       *time.Time          `json:"last_modified,omitempty"`
	Organisation       Organisation        `json:"organization"`
	Schedules          []Schedule          `json:"schedules,omitempty"`
	ServiceAreas       []ServiceArea       `json:"service_areas,omitempty"`
	ServiceAtLocations []ServiceAtLocation `json:"service_at_locations,omitempty"`
	Languages          []Language          `json:"languages,omitempty"`
	Contacts           []Contact           `json:"contacts,omitempty"`
	Attributes         []Attribute         `json:"attributes,omitempty"`
}

// Schedule is when a service is open.
type Schedule struct {
	ID          uuid.UUID `json:"id"`
	Freq        string    `json:"freq,omitempty" enum:"WEEKLY,MONTHLY"`
	Interval    int       `json:"interval,omitempty"`
	ByDay       string    `json:"byday,omitempty" doc:"Days of the week, as MO,TU."`
	OpensAt     string    `json:"opens_at,omitempty"`
	ClosesAt    string    `json:"closes_at,omitempty"`
	Description string    `json:"description,omitempty"`
}

// ServiceArea is where the people live whom a service is for.
type ServiceArea struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// ServiceAtLocation is a service at one of its places.
type ServiceAtLocation struct {
	ID       uuid.UUID `json:"id"`
	Location Location  `json:"location"`
	Service  *Service  `json:"service,omitempty"`
}

// Location is a place.
type Location struct {
	ID           uuid.UUID `json:"id"`
	LocationType string    `json:"location_type" enum:"physical,postal,virtual"`
	Name         string    `json:"name,omitempty"`
	Latitude     *float64  `json:"latitude,omitempty"`
	Longitude    *float64  `json:"longitude,omitempty"`
	Addresses    []Address `json:"addresses,omitempty"`
}

// Address is how to write to a place or to find it.
type Address struct {
	ID            uuid.UUID `json:"id"`
	Address1      string    `json:"address_1"`
	City          string    `json:"city"`
	StateProvince string    `json:"state_province"`
	PostalCode    string    `json:"postal_code"`
	Country       string    `json:"country"`
	AddressType   string    `json:"address_type" enum:"physical,postal,virtual"`
}

// Language is one that is spoken.
type Language struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// Contact is how to reach a service.
type Contact struct {
	ID     uuid.UUID `json:"id"`
	Email  string    `json:"email,omitempty" format:"email"`
	Phones []Phone   `json:"phones,omitempty"`
}

// Phone is a number.
type Phone struct {
	ID     uuid.UUID `json:"id"`
	Number string    `json:"number"`
}

// Attribute sorts a service under a term.
type Attribute struct {
	ID           uuid.UUID    `json:"id"`
	LinkType     string       `json:"link_type"`
	LinkEntity   string       `json:"link_entity"`
	TaxonomyTerm TaxonomyTerm `json:"taxonomy_term"`
}

// TaxonomyTerm is an entry of a list that services are sorted by.
type TaxonomyTerm struct {
	ID             uuid.UUID `json:"id"`
	Code           string    `json:"code"`
	Name           string    `json:"name"`
	Description    string    `json:"description"`
	Taxonomy       string    `json:"taxonomy"`
	TaxonomyDetail *Taxonomy `json:"taxonomy_detail,omitempty"`
	Language       string    `json:"language"`
}

// Taxonomy is a list that services are sorted by.
type Taxonomy struct {
	ID          uuid.UUID `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Version     string    `json:"version"`
}

func (s *surface) service(l *models.Listing, whole bool) Service {
	out := Service{
		ID: l.ID, Name: l.Name, Description: l.Description, URL: l.URL, Email: l.Email, Status: string(l.Status), Fees: l.Fees, Accreditations: l.Accredited,
		MinimumAge: l.MinAge, MaximumAge: l.MaxAge, Alert: l.Alert, Organisation: Organisation{ID: l.OrgID, Name: l.Organisation, Description: l.Organisation},
	}
	if out.URL == "" {
		out.URL = s.address("services/" + l.ID.String())
	}
	if l.AssuredOn != nil {
		out.AssuredDate = l.AssuredOn.Format(time.DateOnly)
	}
	if l.ChangedAt != nil {
		at := l.ChangedAt.UTC().Truncate(time.Millisecond)
		out.LastModified = &at
	}
	if whole {
		out.nest(l)
	}
	return out
}

// nest fills in the arrays. What has no row of its own gets an id that is always
// the same.
func (out *Service) nest(l *models.Listing) {
	part := func(kind, key string) uuid.UUID {
		return uuid.NewSHA1(l.ID, []byte(kind+"/"+key))
	}
	for _, h := range l.Hours {
		out.Schedules = append(out.Schedules, schedule(part, h))
	}
	for _, a := range l.Areas {
		out.ServiceAreas = append(out.ServiceAreas, ServiceArea{ID: part("area", a), Name: a})
	}
	for i, id := range listings.Links(l) {
		out.ServiceAtLocations = append(out.ServiceAtLocations, ServiceAtLocation{ID: id, Location: location(&l.Places[i])})
	}
	for _, name := range l.Languages {
		out.Languages = append(out.Languages, Language{ID: part("language", name), Name: name})
	}
	if l.Email != "" || l.Phone != "" {
		c := Contact{ID: part("contact", ""), Email: l.Email}
		if l.Phone != "" {
			c.Phones = []Phone{{ID: part("phone", ""), Number: l.Phone}}
		}
		out.Contacts = []Contact{c}
	}
	for _, key := range l.Terms {
		if t, ok := listings.TermOf(key); ok {
			out.Attributes = append(out.Attributes, Attribute{ID: part("term", key), LinkType: t.Taxonomy.Key, LinkEntity: "service", TaxonomyTerm: term(&t, false)})
		}
	}
}

func schedule(part func(kind, key string) uuid.UUID, h models.ListingHours) Schedule {
	out := Schedule{Description: h.Words, OpensAt: h.Opens, ClosesAt: h.Closes}
	if out.ClosesAt == "24:00" {
		out.ClosesAt = "23:59"
	}
	for i, d := range h.Days {
		if i > 0 {
			out.ByDay += ","
		}
		out.ByDay += d
	}
	if out.ByDay != "" {
		out.Freq, out.Interval = "WEEKLY", 1
	}
	out.ID = part("hours", out.ByDay+h.Opens+h.Closes+h.Words)
	return out
}

func location(p *models.ListingPlace) Location {
	out := Location{ID: p.ID, LocationType: p.Kind, Name: p.Name, Latitude: p.Latitude, Longitude: p.Longitude}
	if p.Address != "" || p.Postcode != "" {
		out.Addresses = []Address{{
			ID: uuid.NewSHA1(p.ID, []byte("address")), Address1: p.Address, City: p.City, StateProvince: "London", PostalCode: p.Postcode, Country: "GB", AddressType: p.Kind,
		}}
	}
	return out
}

func term(t *listings.Term, whole bool) TaxonomyTerm {
	out := TaxonomyTerm{ID: t.ID, Code: t.Code, Name: t.Name, Description: t.Name, Taxonomy: t.Taxonomy.Name, Language: "en"}
	if whole {
		list := taxonomy(&t.Taxonomy)
		out.TaxonomyDetail = &list
	}
	return out
}

func taxonomy(t *listings.Taxonomy) Taxonomy {
	return Taxonomy{ID: t.ID, Name: t.Name, Description: t.Description, Version: "1"}
}
