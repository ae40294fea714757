package demo

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"throughline/models"
	"throughline/services/cases"
)

// safeContact makes the channels of a case: whose, whether safe, when, and the
// word that proves who is speaking.
func (g *generator) safeContact(s *source, k *kase, at time.Time) {
	whose := models.PersonVictim
	if k.age < 14 {
		whose = pick(s, []string{"parent", "parent", "parent", "carer"})
	}
	confirmed := models.Today(at)
	k.source = pick(s, []string{"victim_in_person", "victim_in_person", "victim_safe_channel", "police"})
	if whose != models.PersonVictim {
		k.source = "parent_or_carer"
	}
	k.LoggedAt = at
	// With the person responsible at home, fewer channels are safe.
	shared := k.domestic() && s.chance(0.5)
	add := func(kind models.Channel, safe float64, value string) {
		c := &channel{value: value}
		c.ID, c.CaseID, c.Kind, c.Person, c.Version = s.id(at), k.ID, kind, whose, 1
		if shared {
			safe *= 0.75
		}
		switch {
		case s.chance(safe):
			c.Safe = models.SafeYes
		case s.chance(0.6):
			c.Safe = models.SafeNo
		default:
			c.Safe = models.SafeUnknown
		}
		if c.Safe != models.SafeUnknown {
			c.confirm(confirmed)
		}
		if c.Safe == models.SafeYes {
			c.LeaveMessage = !k.domestic() && s.chance(0.4)
			c.Windows = windows(s, shared || s.chance(0.3))
			if shared && s.chance(0.3) {
				c.note = pick(s, []string{"Ask for the code word first.", "Let it ring twice and ring again.", "Only from a number that shows."})
			}
		}
		k.channels = append(k.channels, c)
	}
	phone := fmt.Sprintf("07700 900%03d", s.below(1000))
	add(models.ChannelPhone, 0.9, phone)
	if s.chance(0.7) {
		add(models.ChannelText, 0.7, phone)
	}
	if s.chance(0.5) {
		add(models.ChannelEmail, 0.72, emailOf(s, k))
	}
	if k.victim.Address != "" && s.chance(0.75) {
		add(models.ChannelPost, 0.62, k.victim.Address+"\n"+k.victim.Postcode)
	}
	if s.chance(0.12) {
		add(models.ChannelInPerson, 0.8, "")
	}
	if k.domestic() && s.chance(0.45) || s.chance(0.06) {
		k.codeWord = pick(s, []string{
			"marigold", "lighthouse", "paper boat", "tuesday", "cinnamon", "otter", "blue kettle", "harvest", "violin", "snowdrop", "compass",
			"apricot", "ribbon", "sparrow", "lemonade", "pebble", "juniper", "teacup", "meadow", "kite",
		})
	}
}

// windows are the times that are safe; none means at any time.
func windows(s *source, some bool) []models.Window {
	if !some {
		return nil
	}
	span := func(days []string, from, to string) []models.Window {
		var out []models.Window
		for _, d := range days {
			out = append(out, models.Window{Day: d, From: from, To: to})
		}
		return out
	}
	week := []string{"mon", "tue", "wed", "thu", "fri"}
	switch s.below(5) {
	case 0:
		return span(week, "09:00", "15:00")
	case 1:
		return span(week, "10:00", "16:30")
	case 2:
		return span(week, "09:30", "14:30")
	case 3:
		return span([]string{"mon", "wed", "fri"}, "10:00", "17:00")
	}
	return append(span([]string{"tue", "thu"}, "10:00", "12:30"), span([]string{"mon", "wed"}, "13:00", "16:00")...)
}

// emailOf is an address that nobody has.
func emailOf(s *source, k *kase) string {
	name := models.NameKey(k.victim.GivenName)
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, name)
	if name == "" {
		name = "contact"
	}
	return fmt.Sprintf("%s.%d@%s", name, s.between(10, 9999), pick(s, []string{"example.com", "example.org", "example.net"}))
}

// peopleAround makes children, parents and the person responsible.
func (g *generator) peopleAround(s *source, k *kase, at time.Time) {
	add := func(relation string, named, suspect bool, responsible *bool) {
		p := models.RelatedPerson{ID: s.id(at), CaseID: k.ID, Relation: relation, Suspect: suspect, ParentalResponsibility: responsible}
		if named {
			names := g.nameGroup(s)
			p.Name = pick(s, names.female) + " " + k.victim.FamilyName
			if suspect || relation == "stepfather" {
				p.Name = pick(s, names.male) + " " + pick(s, names.family)
			}
		}
		k.people = append(k.people, p)
	}
	yes := true
	switch {
	case k.age < 18 && s.chance(0.85):
		add("mother", s.chance(0.7), false, &yes)
		if k.class.key == "child13" && s.chance(0.3) {
			no := false
			add("stepfather", true, true, &no)
		}
	case k.domestic():
		add(pick(s, []string{"partner", "former partner", "former partner", "husband", "brother"}), s.chance(0.75), true, nil)
		for range pick(s, []int{0, 0, 1, 1, 2, 3}) {
			add("child", s.chance(0.6), false, nil)
		}
	case s.chance(k.class.known * 0.5):
		add(pick(s, []string{"neighbour", "former partner", "colleague", "acquaintance"}), s.chance(0.5), true, nil)
	}
}

// phoneKeys keeps the search keys of the thousand numbers of the demo.
var phoneKeys sync.Map

// valueKey is a number or address as it is searched for, as services/cases
// writes it.
func valueKey(kind models.Channel, value string) string {
	switch kind {
	case models.ChannelPhone, models.ChannelText:
		if key, ok := phoneKeys.Load(value); ok {
			return key.(string) //nolint:forcetypeassert // only strings are stored
		}
		key, _ := cases.PhoneKey(value)
		phoneKeys.Store(value, key)
		return key
	case models.ChannelEmail:
		return strings.ToLower(value)
	case models.ChannelPost, models.ChannelInPerson:
	}
	return ""
}
