package listings

import (
	"math"
	"regexp"
	"strings"

	"throughline/models"
)

// position is a point on the globe: the middle of those it was learned from.
type position struct {
	latitude, longitude float64
	of                  float64 // how many
}

// gazetteer knows where postcodes are from the places that are published: of a
// whole one, of its sector and of its district. No list of every postcode is
// shipped, and none is asked over the network: it would learn who looks where.
type gazetteer map[string]position

// earth is the mean radius of the Earth in metres.
const earth = 6_371_000

var partOfPostcode = regexp.MustCompile(`^[A-Z]{1,2}[0-9][A-Z0-9]?$`)

func isPostcodeOrPart(s string) bool {
	key := strings.ToUpper(models.PostcodeKey(s))
	return models.IsPostcode(key) || partOfPostcode.MatchString(key)
}

// parts are a postcode, its sector and its district, the narrowest first.
func parts(postcode string) []string {
	key := models.PostcodeKey(postcode)
	if !models.IsPostcode(key) {
		return []string{strings.ToUpper(key)}
	}
	district, inner, _ := strings.Cut(key, " ")
	return []string{key, district + " " + inner[:1], district}
}

// learn takes in where a place is, where that is told.
func (g gazetteer) learn(p *models.ListingPlace) {
	if p.Latitude == nil || p.Longitude == nil || p.Postcode == "" {
		return
	}
	for _, part := range parts(p.Postcode) {
		at := g[part]
		at.latitude = (at.latitude*at.of + *p.Latitude) / (at.of + 1)
		at.longitude = (at.longitude*at.of + *p.Longitude) / (at.of + 1)
		at.of++
		g[part] = at
	}
}

// of is about where a postcode is, by the narrowest part of it that is known.
func (g gazetteer) of(postcode string) (position, bool) {
	for _, part := range parts(postcode) {
		if at, ok := g[part]; ok {
			return at, true
		}
	}
	return position{}, false
}

// metres is how far a place is, by the great circle; false where nobody says
// where it is.
func (from position) metres(p *models.ListingPlace) (float64, bool) {
	if p.Latitude == nil || p.Longitude == nil {
		return 0, false
	}
	rad := func(degrees float64) float64 { return degrees * math.Pi / 180 }
	up, across := rad(*p.Latitude-from.latitude), rad(*p.Longitude-from.longitude)
	h := math.Pow(math.Sin(up/2), 2) + math.Cos(rad(from.latitude))*math.Cos(rad(*p.Latitude))*math.Pow(math.Sin(across/2), 2)
	return 2 * earth * math.Asin(math.Min(1, math.Sqrt(h))), true
}
