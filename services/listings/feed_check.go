package listings

import (
	"cmp"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"throughline/models"
)

// entry is one service of a feed, on its way in.
type entry struct {
	n       int
	listing models.Listing
	fault   *models.FieldError
	hidden  bool // by how it looks
}

// hides are words of services that say where they are to nobody.
var hides = regexp.MustCompile(`(?i)\b(refuges?|safe[ -]?houses?|place of safety)\b`)

// checkEntry reads a service of a feed into what would be published of it, or
// says what is wrong with it. A fault repeats nothing.
func checkEntry(n int, source string, f *feedService) *entry {
	e := &entry{n: n}
	if f == nil {
		e.refuse("", models.FieldInvalid, "This is not a service as the standard writes one")
		return e
	}
	l := &e.listing
	l.Source, l.Places, l.Hours, l.Languages, l.Areas, l.Terms = source, []models.ListingPlace{}, []models.ListingHours{}, []string{}, []string{}, []string{}
	l.Name = e.text("name", f.Name, 200, true)
	l.Organisation = e.text("organization", cmp.Or(f.Organization.Name, f.OrganizationName), 200, true)
	l.SourceID = e.text("id", f.ID, 200, false)
	if l.SourceID == "" {
		l.SourceID = stable("feed", strings.ToLower(l.Organisation+"\n"+l.Name)).String()
	}
	l.Description, l.Fees = e.text("description", f.Description, 4000, false), e.text("fees", cmp.Or(f.Fees, f.FeesDescription), 1000, false)
	l.Accredited, l.Alert = e.text("accreditations", f.Accreditations, 1000, false), e.text("alert", f.Alert, 1000, false)
	l.Status = models.ListingStatus(cmp.Or(strings.ToLower(e.text("status", f.Status, 40, false)), string(models.ListingActive)))
	if !slices.Contains(models.ListingStatuses(), l.Status) {
		e.refuse("status", models.FieldUnknown, "The status must be active, inactive, defunct or temporarily closed")
	}
	e.reach(f)
	e.ages(f)
	if day := e.text("assured_date", f.AssuredDate, 40, false); day != "" {
		at, err := time.Parse(time.DateOnly, day[:min(len(day), 10)])
		if err != nil {
			e.refuse("assured_date", models.FieldInvalid, "The date must be written as 2026-11-21")
		}
		l.AssuredOn = &at
	}
	l.Languages, l.Areas = e.names("languages", f.Languages), e.names("service_areas", f.Areas)
	for i := range f.Attributes {
		t := &f.Attributes[i].Term
		for _, said := range []feedText{t.Code, t.Name, t.Term} {
			if known, ok := words().byName[strings.ToLower(string(said))]; ok && !slices.Contains(l.Terms, known.Key()) {
				l.Terms = append(l.Terms, known.Key())
				break
			}
		}
	}
	e.hours(f.Schedules)
	for i := range f.AtLocations {
		e.place(&f.AtLocations[i].Location)
		e.hours(f.AtLocations[i].Schedules)
	}
	if hides.MatchString(l.Name) || hides.MatchString(l.Description) {
		l.Withheld, e.hidden = true, true
	}
	return e
}

func (e *entry) refuse(field, code, says string) {
	if e.fault == nil {
		f := models.Field(field, code, says)
		e.fault = &f
	}
}

// text is a value without what no reader sees, or a fault where it is too long
// or missing.
func (e *entry) text(field string, v feedText, longest int, required bool) string {
	s := strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, string(v)))
	switch {
	case required && s == "":
		e.refuse(field, models.FieldRequired, "This is missing")
	case utf8.RuneCountInString(s) > longest:
		e.refuse(field, models.FieldTooLong, "This has more than "+strconv.Itoa(longest)+" characters")
	}
	return s
}

func (e *entry) names(field string, list []feedNamed) []string {
	out := []string{}
	for _, n := range list {
		if s := e.text(field, n.Name, 200, false); s != "" && !slices.Contains(out, s) && len(out) < 100 {
			out = append(out, s)
		}
	}
	return out
}

// reach is how to get in touch: of the service, else of its first contact.
func (e *entry) reach(f *feedService) {
	l := &e.listing
	l.URL = e.text("url", f.URL, 500, false)
	if l.URL != "" && !strings.Contains(l.URL, "://") {
		l.URL = "https://" + l.URL
	}
	if u, err := url.Parse(l.URL); l.URL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil) {
		e.refuse("url", models.FieldInvalid, "The address must begin with https:// or http://")
	}
	l.Email = e.text("email", f.Email, 254, false)
	phones := f.Phones
	for _, c := range f.Contacts {
		l.Email = cmp.Or(l.Email, e.text("email", c.Email, 254, false))
		phones = append(phones, c.Phones...)
	}
	if a, err := mail.ParseAddress(l.Email); l.Email != "" && (err != nil || a.Address != l.Email) {
		e.refuse("email", models.FieldInvalid, "The email address is not one")
	}
	for _, p := range phones {
		if l.Phone == "" {
			l.Phone = strings.Trim(e.text("phones", p.Number, 40, false), `"`)
		}
	}
}

func (e *entry) ages(f *feedService) {
	age := func(field string, v feedText) *int {
		s := e.text(field, v, 40, false)
		if s == "" {
			return nil
		}
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || n < 0 || n > 150 {
			e.refuse(field, models.FieldInvalid, "An age must be a number from 0 to 120")
			return nil
		}
		years := min(int(n), 120)
		return &years
	}
	l := &e.listing
	l.MinAge, l.MaxAge = age("minimum_age", f.MinimumAge), age("maximum_age", f.MaximumAge)
	if l.MinAge != nil && l.MaxAge != nil && *l.MinAge > *l.MaxAge {
		e.refuse("maximum_age", models.FieldInvalid, "The maximum age is below the minimum age")
	}
}

// hours takes in when a service is open each week. What comes round otherwise
// stays words.
func (e *entry) hours(list []feedSchedule) {
	for _, s := range list {
		h := models.ListingHours{Words: e.text("schedules", s.Description, 500, false)}
		if !strings.EqualFold(string(s.Freq), "MONTHLY") {
			for day := range strings.SplitSeq(string(s.ByDay), ",") {
				if code, ok := models.ListingDay(day); ok && !slices.Contains(h.Days, code) {
					h.Days = append(h.Days, code)
				}
			}
		}
		opens, from := timeOfDay(string(s.OpensAt))
		closes, to := timeOfDay(string(s.ClosesAt))
		if from && to && opens < closes {
			h.Opens, h.Closes = opens, closes
		}
		if (len(h.Days) > 0 || h.Words != "") && len(e.listing.Hours) < 50 {
			e.listing.Hours = append(e.listing.Hours, h)
		}
	}
}

func timeOfDay(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 5 {
		return "", false
	}
	_, err := time.Parse("15:04", s[:5])
	return s[:5], err == nil
}

// place takes in where a service is given. One that the feed withholds has the
// service withheld everywhere.
func (e *entry) place(l *feedLocation) {
	kind := cmp.Or(strings.ToLower(string(l.Type)), "physical")
	switch kind {
	case "physical", "postal", "virtual":
	case "redacted":
		e.listing.Withheld = true
		return
	default:
		e.refuse("location_type", models.FieldUnknown, "The kind of place must be physical, postal, virtual or redacted")
		return
	}
	p := models.ListingPlace{Kind: kind, Name: e.text("location.name", l.Name, 200, false)}
	for _, a := range l.Addresses {
		first, second := e.text("address_1", a.Address1, 200, false), e.text("address_2", a.Address2, 200, false)
		p.Address = strings.Trim(first+", "+second, ", ")
		p.City, p.Postcode = e.text("city", a.City, 100, false), models.PostcodeKey(e.text("postal_code", a.Postcode, 20, false))
		break
	}
	p.Latitude, p.Longitude = degrees(l.Latitude, 90), degrees(l.Longitude, 180)
	if p.Latitude == nil || p.Longitude == nil {
		p.Latitude, p.Longitude = nil, nil
	}
	id, err := uuid.Parse(string(l.ID))
	if err != nil || id == uuid.Nil {
		id = stable("place", e.listing.Source+"/"+e.listing.SourceID+"/"+string(l.ID)+p.Name+p.Address+p.Postcode)
	}
	p.ID = id
	if len(e.listing.Places) < 100 && !slices.ContainsFunc(e.listing.Places, func(o models.ListingPlace) bool { return o.ID == p.ID }) {
		e.listing.Places = append(e.listing.Places, p)
	}
}

// degrees is a coordinate, or nothing where it lies nowhere on the globe: the
// place is known by its address then.
func degrees(v feedText, most float64) *float64 {
	n, err := strconv.ParseFloat(strings.TrimSpace(string(v)), 64)
	if err != nil || !(n >= -most && n <= most) {
		return nil
	}
	return &n
}
