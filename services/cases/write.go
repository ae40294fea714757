package cases

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// write makes every row of a new case in one round trip. The kept answer comes
// first, so that a parallel twin waits before it writes anything.
func (s *Service) write(ctx context.Context, in LogInput) (Logged, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Logged{}, err
	}
	c := in.begin(b.Now)
	out := Logged{
		ID: c.ID, Reference: c.Reference, Status: c.Status, Enhanced: c.Enhanced, EnhancedReasons: list(c.EnhancedReasons), Version: c.Version,
		Accountable: models.Organisation{ID: b.Actor.OrgID, Name: b.Actor.OrgName, Kind: b.Actor.OrgKind},
	}
	b.Keep(out)
	in.Victim.ID = c.VictimID
	addVictim(b, &in.Victim)
	addCase(b, &c)
	addIncidents(b, &c, in.Incidents)
	addPeople(b, &c, in.RelatedPeople)
	addChannels(b, &c, in.SafeContact.Channels, in.ContactSource)
	if in.SafeContact.CodeWord != "" {
		b.Exec("insert into "+intoCodeWords+" values ($1, $2)", c.ID, b.Vault.Seal(vault.CodeWord, c.ID, in.SafeContact.CodeWord))
	}
	b.Record(in.logged(&c))
	b.Enqueue("case.logged", noReferral, c.ID)
	if err := b.Send(pg.BatchWrite); err != nil {
		return Logged{}, err
	}
	return out, nil
}

// begin is the case that is about to be written.
func (in *LogInput) begin(now time.Time) models.Case {
	c := in.caseOf()
	c.ID, c.Reference, c.VictimID = models.NewID(), models.NewCaseReference(), models.NewID()
	c.Enhanced, c.EnhancedReasons = in.Enhanced(now)
	return c
}

// logged is the line of the trail about a new case.
func (in *LogInput) logged(c *models.Case) models.Event {
	return models.Event{Action: "case.logged", SubjectType: "case", SubjectID: c.ID, CaseID: c.ID, Detail: map[string]any{
		"source": c.Source, "risk_level": c.RiskLevel, "enhanced": c.Enhanced, "enhanced_reasons": list(c.EnhancedReasons),
		"enhanced_off_reason": c.EnhancedOffReason, "help_offered": c.HelpOffered, "incidents": len(in.Incidents),
		"channels": len(in.SafeContact.Channels), "related_people": len(in.RelatedPeople),
	}}
}

const intoVictims = `victims (id, given_name, family_name, known_as, given_key, family_key, known_key, date_of_birth,
	borough, postcode, postcode_key, address, language, interpreter_needed, access_needs, equality, missing, created_at)`

const insertVictim = "insert into " + intoVictims + `
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`

func addVictim(b *pg.Batch, v *models.Victim) {
	b.Exec(insertVictim, victimArgs(b, v)...)
}

func victimArgs(b *pg.Batch, v *models.Victim) []any {
	return []any{
		v.ID, pg.OrNull(v.GivenName), pg.OrNull(v.FamilyName), pg.OrNull(v.KnownAs), pg.OrNull(models.NameKey(v.GivenName)),
		pg.OrNull(models.NameKey(v.FamilyName)), pg.OrNull(models.NameKey(v.KnownAs)), v.DateOfBirth, pg.OrNull(v.Borough), b.Vault.Seal(vault.VictimPostcode, v.ID, v.Postcode),
		b.Vault.LookUp(vault.PostcodeKey, v.Postcode), b.Vault.Seal(vault.VictimAddress, v.ID, v.Address),
		pg.OrNull(v.Language), v.InterpreterNeeded, list(v.AccessNeeds), dict(v.Equality), dict(v.Missing), b.Now,
	}
}

const intoCases = `cases (id, reference, victim_id, status, source, accountable_org_id, logged_by_org_id, logged_by, risk_level,
	risk_note, enhanced, enhanced_reasons, enhanced_off_reason, enhanced_off_note, help_offered, help_reason, help_note, wants, logged_at, updated_at)`

const insertCase = "insert into " + intoCases + `
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`

func addCase(b *pg.Batch, c *models.Case) {
	b.Exec(insertCase, caseArgs(b, c)...)
}

func caseArgs(b *pg.Batch, c *models.Case) []any {
	return []any{
		c.ID, c.Reference, c.VictimID, c.Status, c.Source, b.Actor.OrgID, b.Actor.OrgID, b.Actor.UserID, c.RiskLevel,
		b.Vault.Seal(vault.CaseRiskNote, c.ID, c.RiskNote), c.Enhanced, list(c.EnhancedReasons), pg.OrNull(c.EnhancedOffReason),
		b.Vault.Seal(vault.CaseEnhancedOffNote, c.ID, c.EnhancedOffNote), c.HelpOffered,
		pg.OrNull(c.HelpReason), b.Vault.Seal(vault.CaseHelpNote, c.ID, c.HelpNote), list(c.Wants), b.Now, b.Now,
	}
}

const intoIncidents = `incidents (id, case_id, position, occurred_on, occurred_from, occurred_to, reported_on, wants_to_report,
	force, crime_reference, crime_key, place_kind, place_borough, place_mode, place_operator, place_route, offence_types, hate_strands, summary)`

func addIncidents(b *pg.Batch, c *models.Case, list []models.Incident) {
	rows := make([][]any, len(list))
	for n := range list {
		rows[n] = incidentArgs(b.Vault, models.NewID(), c.ID, n+1, &list[n])
	}
	b.Insert(intoIncidents, rows...)
}

func incidentArgs(v *vault.Vault, id, caseID uuid.UUID, position int, i *models.Incident) []any {
	return []any{
		id, caseID, position, i.OccurredOn, i.OccurredFrom, i.OccurredTo, i.ReportedOn, i.WantsToReport,
		pg.OrNull(i.Force), v.Seal(vault.IncidentCrime, id, i.CrimeReference), v.LookUp(vault.CrimeKey, models.CrimeKey(i.CrimeReference)), pg.OrNull(i.Place.Kind),
		pg.OrNull(i.Place.Borough), pg.OrNull(i.Place.Mode), pg.OrNull(i.Place.Operator), pg.OrNull(i.Place.Route), list(i.OffenceTypes), list(i.HateStrands),
		v.Seal(vault.IncidentSummary, id, i.Summary),
	}
}

func addPeople(b *pg.Batch, c *models.Case, list []models.RelatedPerson) {
	b.Insert(intoPeople, peopleArgs(b, c, list)...)
}

const intoPeople = "related_people (id, case_id, relation, name, parental_responsibility, suspect)"

func peopleArgs(b *pg.Batch, c *models.Case, list []models.RelatedPerson) [][]any {
	rows := make([][]any, len(list))
	for n, p := range list {
		id := models.NewID()
		rows[n] = []any{id, c.ID, p.Relation, b.Vault.Seal(vault.PersonName, id, p.Name), p.ParentalResponsibility, p.Suspect}
	}
	return rows
}

const (
	intoChannels = `contact_channels (id, case_id, position, channel, person, safe, leave_message, windows, confirmed_on,
		confirmed_source, confirmed_by, confirmed_by_org_id)`
	intoCodeWords = "code_words (case_id, word)"
	intoDetails   = "contact_details (channel_id, case_id, value, value_key, note)"
)

func addChannels(b *pg.Batch, c *models.Case, points []models.ContactPoint, source string) {
	channels, details := channelArgs(b, c, points, source)
	b.Insert(intoChannels, channels...)
	b.Insert(intoDetails, details...)
}

func channelArgs(b *pg.Batch, c *models.Case, points []models.ContactPoint, source string) (channels, details [][]any) {
	channels, details = make([][]any, len(points)), make([][]any, len(points))
	for n := range points {
		p, id := &points[n], models.NewID()
		channels[n] = []any{
			id, c.ID, n + 1, p.Kind, p.Person, p.Safe, p.LeaveMessage, list(p.Windows), p.ConfirmedOn, pg.OrNull(source), b.Actor.UserID, b.Actor.OrgID,
		}
		details[n] = detailArgs(b.Vault, id, c.ID, p)
	}
	return channels, details
}

func detailArgs(v *vault.Vault, channel, caseID uuid.UUID, p *models.ContactPoint) []any {
	return []any{
		channel, caseID, v.Seal(vault.ContactValue, channel, p.Value), v.LookUp(vault.ContactValueKey, valueKey(p.Kind, p.Value)),
		v.Seal(vault.ContactNote, channel, p.Note),
	}
}
