package imports

import (
	"slices"
	"strings"
	"time"

	"throughline/models"
	"throughline/services/cases"
)

// crime is a police row as a case that is to be logged, with what whoever
// triages it sees to first.
type crime struct {
	in    cases.LogInput
	flags []string
}

// police reads a row of a police feed. What the product asks of a case is
// examined afterwards, by services/cases.
func police(l *line, today time.Time) crime {
	var c crime
	c.in.Source = "police"
	v := &c.in.Victim
	v.GivenName, v.FamilyName, v.KnownAs = l.value("given_name"), l.value("family_name"), l.value("known_as")
	v.DateOfBirth, v.Borough, v.Postcode, v.Address = l.day("date_of_birth"), l.value("borough"), l.value("postcode"), l.value("address")
	v.Language, v.InterpreterNeeded, v.AccessNeeds = l.value("language"), l.yesNo("interpreter_needed"), l.list("access_needs")
	if e := l.value("ethnicity"); e != "" {
		v.Equality = map[string]string{"ethnic_group": e}
	}
	l.excuse(v)
	c.in.Incidents = []models.Incident{{
		CrimeReference: l.value("reference"), Force: l.key("force", models.Forces()), OffenceTypes: l.keys("offences", models.Offences()),
		HateStrands: l.keys("hate_strands", models.HateStrands()), Summary: l.value("summary"), OccurredOn: l.day("occurred_on"), ReportedOn: l.day("reported_on"),
		Place: models.Place{Kind: l.key("place_kind", models.PlaceKinds()), Borough: l.value("place_borough")},
	}}
	if c.in.RiskLevel = models.Priority(strings.ToLower(l.value("risk_level"))); c.in.RiskLevel == "" {
		c.in.RiskLevel, c.flags = models.PriorityStandard, append(c.flags, models.FlagNoRisk)
	}
	c.contact(l)
	c.flag(l, today)
	return c
}

// excuse says of what a feed leaves out that it is not known: a feed gives no
// other reason.
func (l *line) excuse(v *models.Victim) {
	v.Missing = map[string]string{}
	for _, key := range []string{"given_name", "family_name", "date_of_birth", "borough"} {
		if l.value(key) == "" {
			v.Missing[key] = "not_known"
		}
	}
}

// contact reads how they can be reached. A way without the day they said that it
// is safe is not known to be.
func (c *crime) contact(l *line) {
	sc := &c.in.SafeContact
	sc.ConfirmedOn = l.day("confirmed_on")
	add := func(kind models.Channel, value string, safe models.Safety, message *bool) {
		if value == "" {
			return
		}
		if safe == models.SafeYes && sc.ConfirmedOn == nil {
			safe = models.SafeUnknown
		}
		p := models.ContactPoint{Value: value}
		p.Kind, p.Safe, p.LeaveMessage = kind, safe, message != nil && *message
		sc.Channels = append(sc.Channels, p)
	}
	add(models.ChannelPhone, l.value("phone"), l.safety("phone_safe"), l.yesNo("leave_message"))
	add(models.ChannelEmail, l.value("email"), l.safety("email_safe"), nil)
	if len(sc.Channels) > 0 {
		c.in.ContactSource = "police"
	} else {
		sc.ConfirmedOn = nil
	}
}

// flag says what to see to first (domain.md 2.0: unsafe, duplicate and without
// consent are usual ends of a feed's rows, not errors).
func (c *crime) flag(l *line, today time.Time) {
	mark := func(flag string, is bool) {
		if is {
			c.flags = append(c.flags, flag)
		}
	}
	is := func(safe models.Safety) func(models.ContactPoint) bool {
		return func(p models.ContactPoint) bool { return p.Safe == safe }
	}
	points := c.in.SafeContact.Channels
	mark(models.FlagUnsafe, slices.ContainsFunc(points, is(models.SafeNo)))
	mark(models.FlagNoSafeWay, !slices.ContainsFunc(points, is(models.SafeYes)))
	consent := l.key("support_consent", models.ConsentAnswers())
	if consent != "" && !models.HasChoice(models.ConsentAnswers(), consent) {
		l.faults.Add("support_consent", models.FieldInvalid, "Write yes, no or not_asked")
	}
	mark(models.FlagConsentRefused, consent == "no")
	mark(models.FlagConsentNeeded, consent != "no" && consent != "yes" && models.ExplicitConsent(c.in.Incidents[0].OffenceTypes))
	needs := l.yesNo("needs_checked")
	mark(models.FlagNoNeedsCheck, needs == nil || !*needs)
	mark(models.FlagNoEthnicity, l.value("ethnicity") == "")
	mark(models.FlagInterpreter, c.in.Victim.InterpreterNeeded != nil && *c.in.Victim.InterpreterNeeded)
	mark(models.FlagChild, c.in.Victim.DateOfBirth != nil && models.AgeOn(*c.in.Victim.DateOfBirth, today) < 18)
}

// policeField names a fault of a case as the layout names its column.
func policeField(fault string, in *cases.LogInput) string {
	last := fault[strings.LastIndexByte(fault, '.')+1:]
	switch {
	case strings.HasPrefix(fault, "safe_contact.channels["):
		i := int(fault[len("safe_contact.channels[")] - '0')
		name := "phone"
		if i < len(in.SafeContact.Channels) && in.SafeContact.Channels[i].Kind == models.ChannelEmail {
			name = "email"
		}
		if last == "safe" {
			return name + "_safe"
		}
		return name
	case strings.Contains(fault, ".place."):
		return "place_" + last
	case strings.Contains(fault, ".equality"):
		return "ethnicity"
	case last == "crime_reference":
		return "reference"
	case last == "offence_types":
		return "offences"
	}
	return last
}
