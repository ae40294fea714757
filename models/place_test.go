package models_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"throughline/models"
)

func TestTheAuthoritiesAreThePublishedOnes(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/london-authorities.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]string
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	tiles, shorts := map[[2]int]bool{}, map[string]bool{}
	for _, a := range models.Authorities() {
		if want[a.Code] != a.Name {
			t.Errorf("got %s for %s, want %s", a.Name, a.Code, want[a.Code])
		}
		tile := [2]int{a.Column, a.Row}
		if tiles[tile] || shorts[a.Short] || len(a.Short) != 3 || a.Column < 0 || a.Column > 7 || a.Row < 0 || a.Row > 6 {
			t.Errorf("%s: tile %v or %q is out of place or taken", a.Name, tile, a.Short)
		}
		tiles[tile], shorts[a.Short] = true, true
		if !models.HasChoice(models.Sectors(), string(a.Sector)) {
			t.Errorf("%s lies in %q", a.Name, a.Sector)
		}
	}
	if len(models.Authorities()) != 33 || len(want) != 33 {
		t.Errorf("got %d authorities of %d, want 33", len(models.Authorities()), len(want))
	}
}

func TestAnAuthorityIsFoundByItsCodeOrExactName(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"E09000020", "e09000020", "Kensington and Chelsea", " kensington and chelsea "} {
		if got, ok := models.AuthorityCode(s); !ok || got != "E09000020" {
			t.Errorf("%q: got %s, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "Kensington", "E09000034", "London", "E0900002", "Kensington & Chelsea"} {
		if got, ok := models.AuthorityCode(s); ok || got != "" {
			t.Errorf("%q: got %s, want none", s, got)
		}
	}
}

func TestTheChildHouseServesTheFiveBoroughsOfNorthCentralLondon(t *testing.T) {
	t.Parallel()
	var got []string
	for _, code := range models.AuthoritiesIn(models.SectorNorthCentral) {
		a, _ := models.FindAuthority(code)
		got = append(got, a.Name)
	}
	if want := []string{"Barnet", "Camden", "Enfield", "Haringey", "Islington"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	n := 0
	for _, s := range models.Sectors() {
		n += len(models.AuthoritiesIn(models.Sector(s.Key)))
	}
	if n != 33 {
		t.Errorf("the sectors hold %d authorities, want 33", n)
	}
}
