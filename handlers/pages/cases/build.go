package cases

import (
	"context"
	"regexp"
	"strings"
	"time"

	"throughline/models"
	"throughline/services/cases"
)

// place is where a fault is shown: the page, the name its words are looked up
// by, and the id of the control.
type place struct{ step, field, target string }

// fault is one thing wrong with what was typed.
type fault struct {
	place
	message string
}

// build is what was typed, as the service takes it, with where each of the
// service's fields came from.
type build struct {
	in     cases.LogInput
	at     map[string]place
	faults []fault
	today  time.Time
}

// to notes where a field of the service came from. An empty target is the field
// itself.
func (b *build) to(path, step, field, target string) {
	if target == "" {
		target = field
	}
	b.at[path] = place{step, field, target}
}

// wrong notes a fault of the page itself: an answer that was not given.
func (b *build) wrong(step, field, target, message string) {
	if target == "" {
		target = field
	}
	b.faults = append(b.faults, fault{place{step, field, target}, message})
}

var lastPart = regexp.MustCompile(`(\.[^.\[\]]+|\[[0-9]+\])$`)

// find is where a fault of the service is shown: at its field, or at the
// nearest thing it is part of.
func (b *build) find(path string) place {
	for path != "" {
		if at, ok := b.at[path]; ok {
			return at
		}
		if !lastPart.MatchString(path) {
			break
		}
		path = lastPart.ReplaceAllString(path, "")
	}
	return place{step: "account", field: "summary", target: "summary"}
}

// faults checks everything that was typed: first what the pages could not read,
// then what the service says.
func (p *Pages) faults(ctx context.Context, j *journey) ([]fault, error) {
	b := p.build(j)
	found, err := p.Cases.Check(ctx, b.in)
	if err != nil {
		return nil, err
	}
	return b.with(found), nil
}

// with adds the service's faults, one for each control.
func (b *build) with(found []models.FieldError) []fault {
	out := b.faults
	for _, f := range found {
		at := b.find(f.Field)
		taken := false
		for _, o := range out {
			taken = taken || o.step == at.step && o.field == at.field
		}
		if !taken {
			out = append(out, fault{at, f.Message})
		}
	}
	return out
}

// build reads everything that was typed.
func (p *Pages) build(j *journey) *build {
	b := &build{at: map[string]place{}, today: models.Today(p.Now())}
	t := j.Values
	b.who(t)
	b.contact(t)
	b.crime(t)
	b.when(t)
	b.account(t)
	b.people(t)
	b.rest(t)
	return b
}

// date reads a date of a page into the service's field.
func (b *build) date(t typed, name, step, path string) *time.Time {
	b.to(path, step, name, name+"-day")
	d, ok := t.date(name)
	if !ok {
		b.wrong(step, name, name+"-day", "Enter a real date, like 27 3 2026")
	}
	return d
}

func (b *build) who(t typed) {
	v := &b.in.Victim
	v.GivenName, v.FamilyName, v.KnownAs = t.one("given_name"), t.one("family_name"), t.one("known_as")
	v.DateOfBirth = b.date(t, "dob", "who", "victim.date_of_birth")
	v.Postcode = t.one("postcode")
	v.Language = "English"
	if t.one("language") == "other" {
		if v.Language = t.one("language_other"); v.Language == "" {
			b.wrong("who", "language_other", "", "Enter the language")
		}
	}
	if t.one("interpreter") == "yes" {
		yes := true
		v.InterpreterNeeded = &yes
	}
	v.AccessNeeds = append([]string{}, t["access"]...)
	v.Equality = equalityOf(t)
	for _, q := range models.EqualityQuestions() {
		answer := v.Equality[q.Key]
		asked := answer != "" && (q.After == "" || v.Equality[q.After] == q.Is)
		if asked && answer != models.EqualityUnsafe && !models.HasChoice(q.Options, answer) {
			b.wrong("equality", control(q), "", "Select an answer from the list")
		}
	}
	if sex := t.one("sex"); sex != "" {
		v.Equality[models.EqualitySex] = sex
	}
	b.missing(t)
	for field, control := range map[string]string{
		"given_name": "given_name", "family_name": "family_name", "known_as": "known_as", "borough": "borough", "postcode": "postcode",
		"language": "language_other", "access_needs": "access", "equality": "sex", "missing": "missing",
	} {
		b.to("victim."+field, "who", control, "")
	}
}

// missing gives the one reason chosen for whatever was left out; where somebody
// lives has reasons of its own in its list.
func (b *build) missing(t typed) {
	v := &b.in.Victim
	v.Missing = map[string]string{}
	if why, ok := strings.CutPrefix(t.one("borough"), noBorough); ok {
		v.Missing["borough"] = why
	} else {
		v.Borough = t.one("borough")
	}
	why := t.one("missing")
	if why == "" {
		return
	}
	for field, left := range map[string]bool{"given_name": v.GivenName == "", "family_name": v.FamilyName == "", "date_of_birth": t.emptyDate("dob"), "borough": v.Borough == ""} {
		if _, said := v.Missing[field]; left && !said {
			v.Missing[field] = why
		}
	}
}

func (b *build) related(step, field string, r models.RelatedPerson) {
	b.in.RelatedPeople = append(b.in.RelatedPeople, r)
	b.to(b.lastPerson(), step, field, "")
}

func (b *build) lastPerson() string {
	return "related_people[" + itoa(len(b.in.RelatedPeople)-1) + "]"
}

func (b *build) people(t typed) {
	for n := range peopleRows {
		row := "person_" + itoa(n+1) + "_"
		relation, name := t.one(row+"relation"), t.one(row+"name")
		if relation == "" {
			if name != "" {
				b.wrong("people", row+"relation", "", "Select how they are related")
			}
			continue
		}
		r := models.RelatedPerson{Relation: models.ChoiceWords(relations(), relation), Name: name}
		if t.one(row+"responsibility") == "yes" {
			yes := true
			r.ParentalResponsibility = &yes
		}
		b.related("people", row+"relation", r)
		b.to(b.lastPerson()+".name", "people", row+"name", "")
	}
	b.to("related_people", "people", "person_1_relation", "")
}

func (b *build) rest(t typed) {
	b.in.Asked = models.EnhancedAsked{
		PersistentlyTargeted: t.has("asked", "targeted"), Vulnerable: t.has("asked", "vulnerable"), Intimidated: t.has("asked", "intimidated"),
	}
	if t.one("rights") == "off" {
		b.in.EnhancedOffReason, b.in.EnhancedOffNote = t.one("off_reason"), t.one("off_note")
		if b.in.EnhancedOffReason == "" {
			b.wrong("rights", "off_reason", "", "Select why they do not apply")
		}
	}
	b.to("enhanced_off_reason", "rights", "off_reason", "")
	b.to("enhanced_off_note", "rights", "off_note", "")
	b.in.RiskLevel, b.in.RiskNote = models.Priority(t.one("risk")), t.one("risk_note")
	b.to("risk_level", "risk", "risk", "")
	b.to("risk_note", "risk", "risk_note", "")
	b.in.Wants = append([]string{}, t["wants"]...)
	if b.in.HelpOffered = t.one("help"); b.in.HelpOffered == "" {
		b.wrong("help", "help", "", "Select whether help was offered")
	}
	if b.in.HelpOffered == models.HelpNo {
		b.in.HelpReason, b.in.HelpNote = t.one("help_reason"), t.one("help_note")
	}
	b.to("help_offered", "help", "help", "")
	b.to("help_reason", "help", "help_reason", "")
	b.to("help_note", "help", "help_note", "")
	b.to("wants", "help", "wants", "")
}
