package demo

import (
	"fmt"
	"strings"
	"time"

	"throughline/models"
)

// draw makes the victim of a case: who they are follows from the counts (age,
// ethnicity), from the kind of crime (sex) and from chance.
func (g *generator) draw(s *source, k *kase, borough *authority, at time.Time) {
	female := s.chance(k.class.female)
	k.sex = "male"
	if female {
		k.sex = "female"
	}
	k.group, k.age = g.ageFor(s, k.class)
	born := models.Today(at).AddDate(-k.age, 0, -s.between(0, 364))
	names := g.nameGroup(s)
	v := &k.victim
	v.ID = s.id(at)
	v.FamilyName = pick(s, names.family)
	if s.chance(0.03) {
		v.FamilyName += "-" + pick(s, names.family)
	}
	if female {
		v.GivenName = pick(s, names.female)
	} else {
		v.GivenName = pick(s, names.male)
	}
	if s.chance(0.07) {
		v.KnownAs = nickname(v.GivenName)
	}
	v.DateOfBirth = &born
	v.Borough = borough.Code
	v.Missing = map[string]string{}
	g.home(s, k, borough)
	v.Language = "English"
	if len(names.languages) > 0 && s.chance(0.4) {
		v.Language = pick(s, names.languages)
		needed := s.chance(0.55)
		v.InterpreterNeeded = &needed
	}
	if s.chance(0.09) {
		v.AccessNeeds = []string{pick(s, []string{"Large print", "British Sign Language", "Step-free access", "Easy Read", "A quiet room", "Short meetings"})}
	}
	g.equality(s, k, names)
	g.anonymous(s, k)
	v.Version = 1
}

// home gives the victim an address, or a reason for having none.
func (g *generator) home(s *source, k *kase, borough *authority) {
	v := &k.victim
	switch {
	case s.chance(0.03):
		v.Missing["address"] = "no_fixed_abode"
	case k.domestic() && s.chance(0.04):
		v.Missing["address"] = "refuge"
	case s.chance(0.85):
		v.Postcode = borough.postcode(s)
		v.Address = street(s) + ", London"
	default:
		v.Missing["address"] = "not_asked"
	}
}

// equality answers some of the equality questions: recording is far from
// complete in real life, and figures have to show that (domain.md 4.2).
func (g *generator) equality(s *source, k *kase, names *nameGroup) {
	e := map[string]string{}
	if s.chance(0.96) {
		e[models.EqualitySex] = k.sex
	}
	if s.chance(0.55) {
		e[models.EqualityEthnicGroup] = names.ethnic
	}
	if s.chance(0.35) {
		e[models.EqualityDisability] = pick(s, []string{"no", "no", "no", "no", "yes", "prefer_not_to_say"})
	}
	if s.chance(0.25) {
		e[models.EqualityReligion] = pick(s, []string{"none", "none", "christian", "christian", "muslim", "hindu", "sikh", "jewish", "buddhist", "prefer_not_to_say"})
	}
	if k.age >= 16 && s.chance(0.2) {
		e[models.EqualityOrientation] = pick(s, []string{"heterosexual", "heterosexual", "heterosexual", "heterosexual", "gay_or_lesbian", "bisexual", "prefer_not_to_say"})
	}
	k.victim.Equality = e
}

// anonymous leaves out what some victims do not give, with the reason.
func (g *generator) anonymous(s *source, k *kase) {
	v := &k.victim
	if s.chance(0.012) {
		v.GivenName, v.FamilyName, v.KnownAs = "", "", ""
		why := pick(s, []string{"anonymous", "anonymous", "third_party_report"})
		v.Missing["given_name"], v.Missing["family_name"] = why, why
	}
	if s.chance(0.015) {
		v.DateOfBirth = nil
		v.Missing["date_of_birth"] = pick(s, []string{"not_known", "declined", "not_asked"})
	}
}

// nameGroup draws where the victim's family comes from.
func (g *generator) nameGroup(s *source) *nameGroup {
	ethnicity := g.ethnicity.deal()
	x := s.unit() * g.groupTotals[ethnicity]
	for i := range g.names {
		if x -= g.names[i].weight[ethnicity]; x < 0 {
			return &g.names[i]
		}
	}
	return &g.names[0]
}

// ageFor draws an age group by the counts of the month, as far as the kind of
// crime allows, and an age in it. The counts begin at ten: of the youngest
// victims of child sexual abuse a stated half is under ten.
func (g *generator) ageFor(s *source, c *class) (group string, age int) {
	const youngest = "Aged 10 to 19 years"
	switch c.age {
	case under13:
		if s.chance(0.5) {
			return "", s.between(3, 9)
		}
		g.age.dealAmong(func(a string) bool { return a == youngest })
		return youngest, s.between(10, 12)
	case under16:
		g.age.dealAmong(func(a string) bool { return a == youngest })
		return youngest, s.between(11, 15)
	}
	group = g.age.deal()
	lo, hi := bounds(group)
	if c.age == adults {
		lo = max(lo, 16)
	}
	return group, s.between(lo, hi)
}

// bounds reads "Aged 20 to 29 years" and "Aged 80+".
func bounds(group string) (lo, hi int) {
	if strings.HasSuffix(group, "80+") {
		return 80, 94
	}
	if _, err := fmt.Sscanf(group, "Aged %d to %d years", &lo, &hi); err != nil {
		panic("demo: an age group called " + group)
	}
	return lo, hi
}

// nickname is what friends may call somebody.
func nickname(name string) string {
	r := []rune(name)
	if len(r) > 4 {
		return string(r[:3]) + pickEnd(r)
	}
	return name
}

func pickEnd(r []rune) string {
	if strings.ContainsRune("aeiouyAEIOUY", r[2]) {
		return string(r[3])
	}
	return "y"
}
