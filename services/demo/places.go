package demo

import (
	"fmt"
	"sync"

	"throughline/models"
)

// authority is one of London's 33, with its council's own name and the
// beginnings of its postcodes.
type authority struct {
	models.Authority
	formal  string
	outward []string
}

// authorities are the 33 in the order of their codes.
var authorities = sync.OnceValue(func() []authority {
	all := models.Authorities()
	list := make([]authority, len(all))
	for i, a := range all {
		formal := formalNames()[a.Name]
		if formal == "" {
			formal = "London Borough of " + a.Name
		}
		list[i] = authority{a, formal, outwardCodes()[a.Name]}
	}
	return list
})

func formalNames() map[string]string {
	return map[string]string{
		"City of London":         "City of London Corporation",
		"Greenwich":              "Royal Borough of Greenwich",
		"Kensington and Chelsea": "Royal Borough of Kensington and Chelsea",
		"Kingston upon Thames":   "Royal Borough of Kingston upon Thames",
		"Westminster":            "Westminster City Council",
	}
}

func outwardCodes() map[string][]string {
	return map[string][]string{
		"City of London":         {"EC2V", "EC3A", "EC4M"},
		"Barking and Dagenham":   {"IG11", "RM8", "RM9", "RM10"},
		"Barnet":                 {"N3", "N12", "NW4", "NW9", "EN5"},
		"Bexley":                 {"DA5", "DA6", "DA7", "DA16"},
		"Brent":                  {"NW2", "NW10", "HA0", "HA9"},
		"Bromley":                {"BR1", "BR2", "BR5", "BR6"},
		"Camden":                 {"NW1", "NW3", "NW5", "WC1X"},
		"Croydon":                {"CR0", "CR2", "CR7", "SE25"},
		"Ealing":                 {"W3", "W5", "W13", "UB1"},
		"Enfield":                {"EN1", "EN3", "N9", "N18"},
		"Greenwich":              {"SE10", "SE18", "SE9", "SE28"},
		"Hackney":                {"E5", "E8", "E9", "N16"},
		"Hammersmith and Fulham": {"W6", "W12", "SW6"},
		"Haringey":               {"N8", "N15", "N17", "N22"},
		"Harrow":                 {"HA1", "HA2", "HA3"},
		"Havering":               {"RM1", "RM3", "RM12", "RM14"},
		"Hillingdon":             {"UB4", "UB7", "UB8", "HA4"},
		"Hounslow":               {"TW3", "TW4", "TW13", "W4"},
		"Islington":              {"N1", "N5", "N7", "N19"},
		"Kensington and Chelsea": {"W8", "W10", "W11", "SW3"},
		"Kingston upon Thames":   {"KT1", "KT2", "KT3", "KT6"},
		"Lambeth":                {"SW2", "SW4", "SW9", "SE27"},
		"Lewisham":               {"SE4", "SE6", "SE13", "SE23"},
		"Merton":                 {"SW19", "SW20", "SM4", "CR4"},
		"Newham":                 {"E6", "E7", "E13", "E15"},
		"Redbridge":              {"IG1", "IG3", "IG4", "IG6"},
		"Richmond upon Thames":   {"TW1", "TW9", "TW10", "SW14"},
		"Southwark":              {"SE1", "SE5", "SE15", "SE16"},
		"Sutton":                 {"SM1", "SM2", "SM3", "SM5"},
		"Tower Hamlets":          {"E1", "E2", "E3", "E14"},
		"Waltham Forest":         {"E4", "E10", "E11", "E17"},
		"Wandsworth":             {"SW11", "SW15", "SW17", "SW18"},
		"Westminster":            {"W1H", "W2", "W9", "SW1V"},
	}
}

// authorityOf finds a borough by the name the counts use.
func authorityOf(name string) *authority {
	list := authorities()
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	panic("demo: no authority is called " + name)
}

// unusedLetters never stand in the second half of a real postcode, so that no
// demo postcode is anybody's.
const unusedLetters = "CIKMOV"

// postcode returns a postcode that looks right and does not exist.
func (a *authority) postcode(s *source) string {
	return fmt.Sprintf("%s %d%c%c", pick(s, a.outward), s.between(1, 9), unusedLetters[s.below(6)], unusedLetters[s.below(6)])
}

// street returns the first line of an address that does not exist.
func street(s *source) string {
	name := pick(s, []string{
		"Larkspur", "Kingcup", "Teasel", "Foxglove", "Marjoram", "Bluebell", "Comfrey", "Yarrow", "Campion", "Speedwell", "Meadowsweet",
		"Sorrel", "Tansy", "Woodruff", "Betony", "Celandine", "Harebell", "Lungwort", "Mallow", "Ragwort", "Toadflax", "Vetchling",
	})
	kind := pick(s, []string{"Terrace", "Rise", "Walk", "Mews", "Gardens", "Row", "Buildings", "Court"})
	if s.chance(0.55) {
		return fmt.Sprintf("Flat %d, %d %s %s", s.between(1, 60), s.between(1, 90), name, kind)
	}
	return fmt.Sprintf("%d %s %s", s.between(1, 140), name, kind)
}
