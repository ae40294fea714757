package referrals

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// caseFacts is what a case says at the moment something of it is frozen for a
// receiver, or held against a service's rules.
type caseFacts struct {
	directory.Facts
	found bool

	CaseID         uuid.UUID
	GivenName      *string
	FamilyName     *string
	KnownAs        *string
	Postcode       *string
	Address        *string
	Language       *string
	Interpreter    *bool
	AccessNeeds    []string
	RiskNote       *string
	RiskForm       *models.FormEntry // the last of the case
	Incidents      []incident
	Related        []related
	boroughsByCode func(string) string
}

type incident struct {
	summary string
	crime   *string
}

type related struct {
	relation string
	name     *string
	suspect  bool
}

// ofReferral is the case of the referral that is the statement's parameter.
const ofReferral = "(select case_id from referrals where id = $1)"

// queueCase reads all of the referral's case that can be shared.
func (s *state) queueCase(b *pg.Batch, referral uuid.UUID) {
	s.Case = &caseFacts{}
	directory.QueueFactsOf(b, referral, &s.Case.Facts, &s.Case.found)
	s.Case.queue(b, ofReferral, referral)
}

// queue reads what the case with an id says; of is "$1" or ofReferral.
func (f *caseFacts) queue(b *pg.Batch, of string, id uuid.UUID) {
	b.Query(pg.Each(func(rows pg.Row) error {
		var victim uuid.UUID
		return rows.Scan(&f.CaseID, &victim, &f.GivenName, &f.FamilyName, &f.KnownAs, b.Vault.TextOrNil(vault.VictimPostcode, &victim, &f.Postcode),
			b.Vault.TextOrNil(vault.VictimAddress, &victim, &f.Address), &f.Language, &f.Interpreter, &f.AccessNeeds, b.Vault.TextOrNil(vault.CaseRiskNote, &f.CaseID, &f.RiskNote))
	}), `select c.id, v.id, v.given_name, v.family_name, v.known_as, v.postcode, v.address, v.language, v.interpreter_needed, v.access_needs, c.risk_note
		from cases c join victims v on v.id = c.victim_id where c.id = `+of, id)
	b.Query(pg.Each(func(rows pg.Row) error {
		var i incident
		var id uuid.UUID
		err := rows.Scan(&id, b.Vault.Text(vault.IncidentSummary, &id, &i.summary), b.Vault.TextOrNil(vault.IncidentCrime, &id, &i.crime))
		f.Incidents = append(f.Incidents, i)
		return err
	}), "select id, summary, crime_reference from incidents where case_id = "+of+" order by position", id)
	b.Query(pg.Each(func(rows pg.Row) error {
		var r related
		var id uuid.UUID
		err := rows.Scan(&id, &r.relation, b.Vault.TextOrNil(vault.PersonName, &id, &r.name), &r.suspect)
		f.Related = append(f.Related, r)
		return err
	}), "select id, relation, name, suspect from related_people where case_id = "+of+" order by id", id)
	b.Query(pg.Each(func(rows pg.Row) error {
		e := models.FormEntry{}
		f.RiskForm = &e
		return rows.Scan(&e.ID, &e.Form, &e.Version, &e.FilledOn, b.Vault.JSON(vault.FormContent, &e.ID, &e.FormContent))
	}), `select e.id, e.form, e.version, e.filled_on, e.content from form_entries e where e.referral_id is null and e.content <> '' and e.form = any ($2)
		and not exists (select from form_entries x where x.corrects = e.id) and e.case_id = `+of+" order by e.filled_on desc, e.at desc limit 1", id, models.RiskForms())
}

// The stages in which shared content opens to a receiver.
const (
	StageSending    = "sending"
	StageAcceptance = "acceptance"
)

// safeContact is never frozen: it is the one live read, through its gate.
const safeContact = "safe_contact"

// names open after acceptance unless the referrer ticks them earlier.
func names() []string { return []string{"given_name", "family_name", "known_as"} }

// stages settles which fields open when: what waits for acceptance is told
// once, contact values always wait for it, and where nobody said what waits,
// the names do. Fields is what the decision to share allows.
func stages(sending, after, fields []string) (first, second []string) {
	allowed := func(f string) bool { return slices.Contains(fields, f) }
	if after == nil {
		for _, n := range names() {
			if allowed(n) && !slices.Contains(sending, n) {
				after = append(after, n)
			}
		}
	}
	if allowed(safeContact) {
		after = append(slices.Clone(after), safeContact)
	}
	first = inOrder(sending, func(f string) bool { return f != safeContact })
	second = inOrder(after, func(f string) bool { return !slices.Contains(first, f) })
	return first, second
}

// inOrder returns the sharable fields among those given, each once, in the
// order a receiver reads them.
func inOrder(given []string, keep func(string) bool) []string {
	out := []string{}
	for _, c := range models.SharableFields() {
		if slices.Contains(given, c.Key) && keep(c.Key) {
			out = append(out, c.Key)
		}
	}
	return out
}

// answersKey is where the answers are in what is frozen, beside the fields.
const answersKey = "answers"

// asked are the answers to one version of a pathway's questions.
type asked struct {
	pathway string
	version int
	answers map[string]any
}

// freeze copies what is shared of the case as it is this moment. The answers to
// the pathway's questions are what the referrer wrote for this receiver: they
// are there from sending, except those that belong to a field, which are shown
// with it or not at all.
func (f *caseFacts) freeze(first, second []string, of asked) map[string]map[string]any {
	content := map[string]map[string]any{StageSending: f.values(first), StageAcceptance: f.values(second)}
	before, after := models.Stages(of.pathway, of.version, of.answers, first, second)
	for stage, answers := range map[string]map[string]any{StageSending: before, StageAcceptance: after} {
		if len(answers) > 0 {
			content[stage][answersKey] = answers
		}
	}
	return content
}

// sending is what the guards of a pathway are held against.
func (f *caseFacts) sending(answers map[string]any, now time.Time) models.Sending {
	s := models.Sending{Answers: answers, Offences: f.OffenceTypes}
	if f.BornOn != nil {
		age := models.AgeOn(*f.BornOn, models.Today(now))
		s.Age = &age
	}
	for _, r := range f.Related {
		if r.suspect {
			s.Suspects = append(s.Suspects, r.relation)
		}
	}
	return s
}

func (f *caseFacts) values(fields []string) map[string]any {
	out := map[string]any{}
	for _, key := range fields {
		if key != safeContact {
			out[key] = f.value(key)
		}
	}
	return out
}

// value is one field in the form the API sends it; nil for what is not known.
func (f *caseFacts) value(key string) any {
	switch key {
	case "given_name":
		return text(f.GivenName)
	case "family_name":
		return text(f.FamilyName)
	case "known_as":
		return text(f.KnownAs)
	case "date_of_birth":
		if f.BornOn == nil {
			return nil
		}
		return f.BornOn.Format(time.DateOnly)
	case "borough":
		if f.Borough == "" {
			return nil
		}
		return map[string]any{"code": f.Borough, "name": f.boroughsByCode(f.Borough)}
	case "postcode":
		return text(f.Postcode)
	case "address":
		return text(f.Address)
	case "language":
		return map[string]any{"language": text(f.Language), "interpreter_needed": yes(f.Interpreter)}
	case "access_needs":
		return f.AccessNeeds
	case "risk_level":
		return string(f.Risk)
	case "risk_assessment":
		return f.risk()
	}
	return f.story(key)
}

// risk is what makes it: what was written, and of the last risk form a summary;
// never its answers (docs/adr/0037).
func (f *caseFacts) risk() any {
	var parts []string
	if f.RiskNote != nil {
		parts = append(parts, *f.RiskNote)
	}
	if f.RiskForm != nil {
		if d, ok := models.FindFormVersion(models.FormVersions(), f.RiskForm.Form, f.RiskForm.Version); ok {
			parts = append(parts, f.RiskForm.Summary(d))
		}
	}
	return joined(parts, "\n\n")
}

// story is what several rows say of what happened and who is around.
func (f *caseFacts) story(key string) any {
	var parts []string
	switch key {
	case "incident_summary":
		for _, i := range f.Incidents {
			parts = append(parts, i.summary)
		}
		return joined(parts, "\n\n")
	case "crime_reference":
		for _, i := range f.Incidents {
			if i.crime != nil && !slices.Contains(parts, *i.crime) {
				parts = append(parts, *i.crime)
			}
		}
		return joined(parts, ", ")
	}
	people := []map[string]any{}
	for _, r := range f.Related {
		if r.suspect == (key == "perpetrator") && (r.suspect || r.relation == "child") {
			people = append(people, map[string]any{"relation": r.relation, "name": text(r.name)})
		}
	}
	return people
}

func joined(parts []string, with string) any {
	if len(parts) == 0 {
		return nil
	}
	return strings.Join(parts, with)
}

func text(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

func yes(b *bool) any {
	if b == nil {
		return nil
	}
	return *b
}
