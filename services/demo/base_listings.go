package demo

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/models"
)

// listings are how to find some services of the demo, as the public directory
// tells it. Streets and numbers are made up; a refuge is found by nobody.
func (w *world) queueListings(b *pgx.Batch, at time.Time) error {
	for _, l := range []struct {
		service, url, email, phone, address, postcode string
		latitude, longitude                           float64
	}{
		{SvcAdult, "https://support.example", "hello@support.example", "020 7946 0011", "12 Lantern Yard", "E1 6QL", 51.5203, -0.0739},
		{SvcYoung, "https://young.example", "hello@young.example", "020 7946 0022", "3 Plane Tree Court", "SE15 5DQ", 51.4740, -0.0690},
		{SvcHate, "https://advocates.example", "hello@advocates.example", "020 7946 0033", "40 Orchard Parade", "NW1 8QL", 51.5390, -0.1426},
		{SvcIDVA, "https://vawg.example", "hello@vawg.example", "020 7946 0044", "", "", 0, 0},
		{SvcRestorative, "https://restore.example", "hello@restore.example", "020 7946 0055", "7 Weir Walk", "SW9 8HE", 51.4626, -0.1145},
	} {
		var s *service
		for i := range w.services {
			if w.services[i].key == l.service {
				s = w.services[i]
			}
		}
		places := []models.ListingPlace{}
		if l.address != "" {
			places = append(places, models.ListingPlace{
				ID: StableID("place", l.service), Kind: "physical", Address: l.address, City: "London", Postcode: l.postcode, Latitude: &l.latitude, Longitude: &l.longitude,
			})
		}
		written, err := json.Marshal(places)
		if err != nil {
			return fmt.Errorf("writing where a service is: %w", err)
		}
		sum := sha256.Sum256(append([]byte(l.url), written...))
		b.Queue(`insert into listings (id, service_id, organisation, name, url, email, phone, places, content_hash, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			StableID("listing", l.service), s.ID, w.byKey[s.org].name, s.Name, l.url, l.email, l.phone, string(written), sum[:], at)
	}
	return nil
}
