package models

import (
	"slices"
	"strings"
)

// Sector is one of the five parts of London that health and the Child Houses
// are planned by.
type Sector string

// The sectors.
const (
	SectorNorthCentral Sector = "north_central"
	SectorNorthEast    Sector = "north_east"
	SectorNorthWest    Sector = "north_west"
	SectorSouthEast    Sector = "south_east"
	SectorSouthWest    Sector = "south_west"
)

// Sectors lists the sectors with their words.
func Sectors() []Choice {
	return []Choice{
		{string(SectorNorthCentral), "North central London"},
		{string(SectorNorthEast), "North east London"},
		{string(SectorNorthWest), "North west London"},
		{string(SectorSouthEast), "South east London"},
		{string(SectorSouthWest), "South west London"},
	}
}

// Authority is one of London's 33: the 32 boroughs and the City.
type Authority struct {
	Code   string // E09 code of the Office for National Statistics
	Name   string // exact
	Short  string // three letters, for a tile too small for the name
	Sector Sector
	Column int // of the tile map, from the west
	Row    int // of the tile map, from the north
}

// Authorities lists the 33 by code. Codes and names are those of the postcodes
// data; the tiles are ux.md 6.1's; the sectors follow domain.md 2.1 for north
// central and south west, and the NHS's areas for the rest.
func Authorities() []Authority {
	return []Authority{
		{"E09000001", "City of London", "CTY", SectorNorthEast, 4, 3},
		{"E09000002", "Barking and Dagenham", "BAR", SectorNorthEast, 7, 3},
		{"E09000003", "Barnet", "BRN", SectorNorthCentral, 3, 1},
		{"E09000004", "Bexley", "BXL", SectorSouthEast, 7, 4},
		{"E09000005", "Brent", "BRT", SectorNorthWest, 2, 2},
		{"E09000006", "Bromley", "BRM", SectorSouthEast, 5, 5},
		{"E09000007", "Camden", "CMD", SectorNorthCentral, 3, 2},
		{"E09000008", "Croydon", "CRD", SectorSouthWest, 4, 5},
		{"E09000009", "Ealing", "ELG", SectorNorthWest, 1, 2},
		{"E09000010", "Enfield", "ENF", SectorNorthCentral, 4, 0},
		{"E09000011", "Greenwich", "GRN", SectorSouthEast, 6, 4},
		{"E09000012", "Hackney", "HCK", SectorNorthEast, 5, 2},
		{"E09000013", "Hammersmith and Fulham", "HMS", SectorNorthWest, 1, 3},
		{"E09000014", "Haringey", "HGY", SectorNorthCentral, 4, 1},
		{"E09000015", "Harrow", "HRW", SectorNorthWest, 2, 1},
		{"E09000016", "Havering", "HVG", SectorNorthEast, 7, 2},
		{"E09000017", "Hillingdon", "HDN", SectorNorthWest, 0, 2},
		{"E09000018", "Hounslow", "HNS", SectorNorthWest, 0, 3},
		{"E09000019", "Islington", "ISL", SectorNorthCentral, 4, 2},
		{"E09000020", "Kensington and Chelsea", "KNS", SectorNorthWest, 2, 3},
		{"E09000021", "Kingston upon Thames", "KNG", SectorSouthWest, 2, 5},
		{"E09000022", "Lambeth", "LAM", SectorSouthEast, 3, 4},
		{"E09000023", "Lewisham", "LEW", SectorSouthEast, 5, 4},
		{"E09000024", "Merton", "MRT", SectorSouthWest, 3, 5},
		{"E09000025", "Newham", "NWM", SectorNorthEast, 6, 3},
		{"E09000026", "Redbridge", "RDB", SectorNorthEast, 6, 2},
		{"E09000027", "Richmond upon Thames", "RCH", SectorSouthWest, 1, 4},
		{"E09000028", "Southwark", "SWR", SectorSouthEast, 4, 4},
		{"E09000029", "Sutton", "STN", SectorSouthWest, 3, 6},
		{"E09000030", "Tower Hamlets", "TOW", SectorNorthEast, 5, 3},
		{"E09000031", "Waltham Forest", "WTH", SectorNorthEast, 5, 1},
		{"E09000032", "Wandsworth", "WNS", SectorSouthWest, 2, 4},
		{"E09000033", "Westminster", "WST", SectorNorthWest, 3, 3},
	}
}

// FindAuthority returns the authority with a code or an exact name, whatever
// its capitals.
func FindAuthority(codeOrName string) (Authority, bool) {
	s := strings.TrimSpace(codeOrName)
	all := Authorities()
	i := slices.IndexFunc(all, func(a Authority) bool { return strings.EqualFold(a.Code, s) || strings.EqualFold(a.Name, s) })
	if i < 0 {
		return Authority{}, false
	}
	return all[i], true
}

// AuthorityCode returns the code of an authority by its code or exact name. It
// is a Boroughs.
func AuthorityCode(codeOrName string) (string, bool) {
	a, ok := FindAuthority(codeOrName)
	return a.Code, ok
}

// AuthoritiesIn lists the codes of a sector's authorities.
func AuthoritiesIn(s Sector) []string {
	var out []string
	for _, a := range Authorities() {
		if a.Sector == s {
			out = append(out, a.Code)
		}
	}
	return out
}
