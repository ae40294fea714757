package listings

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"throughline/models"
)

// ours is a service that takes referrals here, and whose it is.
type ours struct {
	models.Service
	organisation string
	withheld     bool
}

// together makes one list of our services and the listings. What a listing of a
// service of ours says of it is how to find it; what it is and for whom is said
// where referrals are decided.
func together(own []ours, listed []models.Listing, authorities map[string]string) []models.Listing {
	about := map[uuid.UUID]models.Listing{}
	var out []models.Listing
	for _, l := range listed {
		switch {
		case l.ServiceID != nil:
			about[*l.ServiceID] = l
		default:
			l.OrgID = stable("organisation", strings.ToLower(l.Organisation))
			out = append(out, l)
		}
	}
	orgs := map[string]uuid.UUID{}
	for i := range own {
		orgs[strings.ToLower(own[i].organisation)] = own[i].OrgID
		out = append(out, own[i].listing(about[own[i].ID], authorities))
	}
	for i := range out {
		if id, ok := orgs[strings.ToLower(out[i].Organisation)]; ok {
			out[i].OrgID = id
		}
	}
	slices.SortFunc(out, func(a, b models.Listing) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	return out
}

// listing is what is published of a service of ours. Of one whose address is
// withheld, neither a place nor the boroughs it works in.
func (o *ours) listing(l models.Listing, authorities map[string]string) models.Listing {
	l.ID, l.ServiceID, l.OrgID, l.Organisation = o.ID, &o.ID, o.OrgID, o.organisation
	l.Name, l.MinAge, l.MaxAge, l.Languages = o.Name, o.MinAge, o.MaxAge, o.Languages
	if l.Description == "" || o.Description != "" {
		l.Description = o.Description
	}
	l.Withheld = l.Withheld || o.withheld
	l.Areas = nil
	if len(l.Hours) == 0 {
		l.Hours = openingHours(o.Opening)
	}
	if l.AssuredOn == nil {
		l.AssuredOn = o.CapacityConfirmedOn
	}
	if l.Withheld {
		l.Places = nil
	} else {
		for _, code := range o.Boroughs {
			l.Areas = append(l.Areas, authorities[code])
		}
		if len(o.Boroughs) == 0 {
			l.Areas = []string{"Greater London"}
		}
	}
	l.Terms = []string{"pathway:" + o.Pathway}
	for _, k := range o.OffenceTypes {
		l.Terms = append(l.Terms, "offence:"+k)
	}
	for _, k := range o.HateStrands {
		l.Terms = append(l.Terms, "strand:"+k)
	}
	if o.WomenOnly {
		l.Terms = append(l.Terms, "audience:women")
	}
	l.Status, l.Alert = state(&o.Service, l.Alert)
	return l
}

// state is what is published of a service's capacity: one that takes nobody at
// present is temporarily closed (domain.md 6.1).
func state(s *models.Service, alert string) (models.ListingStatus, string) {
	switch s.Capacity {
	case models.CapacityClosed:
		return models.ListingInactive, alert
	case models.CapacityPaused:
		return models.ListingClosed, cmp.Or(alert, "Not taking new people at present.")
	case models.CapacityLimited:
		if s.WaitDays != nil && alert == "" {
			alert = fmt.Sprintf("There is a waiting list of about %d days.", *s.WaitDays)
		}
	}
	return models.ListingActive, alert
}

var (
	dayHours  = regexp.MustCompile(`^(Every day|([A-Z][a-z]+) to ([A-Z][a-z]+)), (.+)$`)
	timeHours = regexp.MustCompile(`^(\d{1,2})(?::(\d\d))?(am|pm) to (\d{1,2})(?::(\d\d))?(am|pm)$`)
)

// openingHours puts "Monday to Friday, 9am to 5pm" and "Every day, 24 hours"
// into days and times. What is said otherwise stays words.
func openingHours(words string) []models.ListingHours {
	if words == "" {
		return nil
	}
	h := models.ListingHours{Words: words}
	m := dayHours.FindStringSubmatch(words)
	if m == nil {
		return []models.ListingHours{h}
	}
	days := models.ListingDays()
	if m[2] != "" {
		first, ok := models.ListingDay(m[2])
		last, too := models.ListingDay(m[3])
		from, to := slices.Index(days, first), slices.Index(days, last)
		if !ok || !too || from > to {
			return []models.ListingHours{h}
		}
		days = days[from : to+1]
	}
	t := timeHours.FindStringSubmatch(m[4])
	switch {
	case m[4] == "24 hours":
		h.Days, h.Opens, h.Closes = days, "00:00", "24:00"
	case t != nil:
		opens, closes := clock(t[1], t[2], t[3]), clock(t[4], t[5], t[6])
		if opens < closes {
			h.Days, h.Opens, h.Closes = days, opens, closes
		}
	}
	return []models.ListingHours{h}
}

func clock(hour, minute, half string) string {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	h %= 12
	if half == "pm" {
		h += 12
	}
	return fmt.Sprintf("%02d:%02d", h, m)
}

// stable is the id of something that has no row of its own: the same for the
// same words, here and on every other copy.
func stable(kind, key string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://throughline/directory/"+kind+"/"+key))
}
