package testkit

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/vault"
	"throughline/models"
)

// CaseFacts is what a planted case holds. Its victim is fictional; change what
// a test is about and leave the rest.
type CaseFacts struct {
	ID, VictimID  uuid.UUID
	Reference     string
	OrgID, UserID uuid.UUID // who logged it and holds it

	GivenName, FamilyName string
	DateOfBirth           *time.Time
	Borough               string // E09 code, empty: not known
	Equality              string // JSON
	Risk                  models.Priority
	OffenceTypes          []string
	Phone                 uuid.UUID // the channels, planted in this order
	Text                  uuid.UUID
	PhoneSafe, TextSafe   string // yes, no, unknown
	PhoneWindows          string // JSON; "[]": any time
	ConfirmedOn           *time.Time
	CodeWord              string
	LoggedAt              time.Time
}

// Case plants a case that the context's actor logged: a woman of 34 in
// Hackney, domestic abuse, standard risk, a phone that is safe at any time and
// texts that are not.
func (w *Stage) Case(t testing.TB, ctx context.Context, change ...func(*CaseFacts)) CaseFacts {
	t.Helper()
	a, err := models.ActorFrom(ctx)
	if err != nil {
		t.Fatalf("planting a case: %v", err)
	}
	now := w.Clock.Now()
	born := time.Date(1992, 3, 14, 0, 0, 0, 0, time.UTC)
	confirmed := now.AddDate(0, 0, -1)
	ids := newIDs(4)
	f := CaseFacts{
		ID: ids[0], VictimID: ids[1], Reference: models.NewCaseReference(), OrgID: a.OrgID, UserID: a.UserID,
		GivenName: "Zephyrine", FamilyName: "Quillfeather", DateOfBirth: &born, Borough: "E09000012", Equality: `{"sex":"female"}`,
		Risk: models.PriorityStandard, OffenceTypes: []string{"domestic_abuse"}, Phone: ids[2], Text: ids[3],
		PhoneSafe: "yes", TextSafe: "no", PhoneWindows: "[]", ConfirmedOn: &confirmed, CodeWord: "marigold", LoggedAt: now,
	}
	for _, c := range change {
		c(&f)
	}
	b := &pgx.Batch{}
	f.queue(b)
	if err := w.Owner.SendBatch(ctx, b).Close(); err != nil {
		t.Fatalf("planting a case: %v", err)
	}
	return f
}

func (f *CaseFacts) queue(b *pgx.Batch) {
	b.Queue(`insert into victims (id, given_name, family_name, given_key, family_key, date_of_birth, borough, equality, created_at)
		values ($1, $2, $3, lower($2), lower($3), $4, $5, $6::jsonb, $7)`,
		f.VictimID, f.GivenName, f.FamilyName, f.DateOfBirth, orNil(f.Borough), f.Equality, f.LoggedAt)
	b.Queue(`insert into cases (id, reference, victim_id, source, accountable_org_id, logged_by_org_id, logged_by, risk_level, enhanced,
		enhanced_reasons, logged_at, updated_at) values ($1, $2, $3, 'police', $4, $4, $5, $6, true, '{domestic_abuse}', $7, $7)`,
		f.ID, f.Reference, f.VictimID, f.OrgID, f.UserID, f.Risk, f.LoggedAt)
	incident := models.NewID()
	b.Queue(`insert into incidents (id, case_id, position, occurred_on, offence_types, summary)
		values ($1, $2, 1, $3, $4, $5)`, incident, f.ID, f.LoggedAt, f.OffenceTypes, Seal(vault.IncidentSummary, incident, "She was threatened at home."))
	b.Queue(`insert into contact_channels (id, case_id, position, channel, safe, leave_message, windows, confirmed_on)
		values ($1, $2, 1, 'phone', $3, false, $4::jsonb, $5)`, f.Phone, f.ID, f.PhoneSafe, f.PhoneWindows, f.ConfirmedOn)
	b.Queue(`insert into contact_channels (id, case_id, position, channel, safe, confirmed_on)
		values ($1, $2, 2, 'text', $3, $4)`, f.Text, f.ID, f.TextSafe, f.ConfirmedOn)
	for _, c := range []uuid.UUID{f.Phone, f.Text} {
		b.Queue("insert into contact_details (channel_id, case_id, value, value_key, note) values ($1, $2, $3, $4, $5)", c, f.ID,
			Seal(vault.ContactValue, c, "07700 900123"), LookUp(vault.ContactValueKey, "447700900123"), Seal(vault.ContactNote, c, "Ring twice"))
	}
	b.Queue("insert into code_words (case_id, word) values ($1, $2)", f.ID, Seal(vault.CodeWord, f.ID, f.CodeWord))
}

// Agreement plants a sharing decision of a case for one receiver, with every
// field that can be shared unless some are named.
func (w *Stage) Agreement(t testing.TB, c CaseFacts, receiver uuid.UUID, fields ...string) uuid.UUID {
	t.Helper()
	if len(fields) == 0 {
		fields = []string{
			"given_name", "family_name", "known_as", "date_of_birth", "borough", "postcode", "address", "language",
			"access_needs", "safe_contact", "incident_summary", "crime_reference", "risk_level", "risk_assessment", "children", "perpetrator",
		}
	}
	id := models.NewID()
	w.Do(t, `insert into sharing_decisions (id, case_id, receiver_org_id, purpose, basis, method, fields, recorded_at, recorded_by, recorded_by_org_id)
		values ($1, $2, $3, 'support', 'agreement', 'spoken', $4, $5, $6, $7)`, id, c.ID, receiver, fields, w.Clock.Now(), c.UserID, c.OrgID)
	return id
}

// PlantedReferral is a referral planted without the service.
type PlantedReferral struct {
	ID        uuid.UUID
	Reference string
}

// Referral plants a draft, a submitted or an accepted referral of a case to a
// service, with its shares, clocks and history, for tests of other areas. The
// referrals service's own tests make theirs by its methods.
func (w *Stage) Referral(t testing.TB, c CaseFacts, service string, status models.ReferralStatus) PlantedReferral {
	t.Helper()
	s := w.Service(service)
	agreement := w.Agreement(t, c, s.OrgID)
	now := w.Clock.Now()
	r := PlantedReferral{ID: models.NewID(), Reference: models.NewReferralReference()}
	due, err := models.MustCalendar().Due(now, s.DecideDays)
	if err != nil {
		t.Fatalf("planting a referral: %v", err)
	}
	w.Do(t, `insert into referrals (id, reference, case_id, journey_id, service_id, pathway, from_org_id, to_org_id, sharing_decision_id, priority,
		shared_fields, shared_after_acceptance, created_by, created_at, status_since)
		values ($1, $2, $3, $1, $4, $5, $6, $7, $8, $9, '{borough,incident_summary}', '{given_name,family_name,safe_contact}', $10, $11, $11)`,
		r.ID, r.Reference, c.ID, s.ID, s.Pathway, c.OrgID, s.OrgID, agreement, c.Risk, c.UserID, now)
	if status == models.StatusDraft {
		return r
	}
	w.Do(t, `insert into referral_shares (referral_id, stage, content) values
		($1, 'sending', $2), ($1, 'acceptance', $3)`, r.ID,
		Seal(vault.ShareSending, r.ID, `{"borough": "Hackney", "incident_summary": "She was threatened at home."}`),
		Seal(vault.ShareAcceptance, r.ID, `{"given_name": "Zephyrine", "family_name": "Quillfeather"}`))
	w.Do(t, `update referrals set status = 'submitted', version = 2, submitted_at = $2, submitted_by = $3, status_by = $3, status_by_org_id = from_org_id,
		due_at = $4 where id = $1`, r.ID, now, c.UserID, due)
	w.history(t, r.ID, 2, "submit", "draft", "submitted", c.UserID, c.OrgID)
	w.clock(t, r.ID, c.ID, "K23", s, now, due, nil)
	if status == models.StatusAccepted {
		worker := w.workerOf(s.OrgID)
		w.Do(t, "update clocks set state = 'met', stopped_at = $2 where referral_id = $1", r.ID, now)
		w.Do(t, `update referrals set status = 'accepted', version = 3, accepted_at = $2, accepted_by = $3, worker_id = $3, status_by = $3,
			status_by_org_id = to_org_id where id = $1`, r.ID, now, worker)
		w.history(t, r.ID, 3, "accept", "submitted", "accepted", worker, s.OrgID)
		w.clock(t, r.ID, c.ID, "K25", s, now, due, nil)
	}
	return r
}

func (w *Stage) history(t testing.TB, id uuid.UUID, version int, action, from, to string, user, org uuid.UUID) {
	t.Helper()
	w.Do(t, `insert into referral_history (id, referral_id, version, action, from_status, to_status, at, by_user_id, by_org_id, by_role, seconds_in_previous)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'caseworker', 0)`, models.NewID(), id, version, action, from, to, w.Clock.Now(), user, org)
}

func (w *Stage) clock(t testing.TB, referral, caseID uuid.UUID, rule string, s *models.Service, at, due time.Time, stopped *time.Time) {
	t.Helper()
	w.Do(t, `insert into clocks (id, case_id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at, stopped_at)
		values ($1, $2, $3, $4, $5, 'running', $6, $7, $8, $8, $9, $10)`,
		models.NewID(), caseID, referral, rule, s.OrgID, s.DecideDays, at, due, models.MustCalendar().DueSoon(due), stopped)
}

// workerOf returns somebody of an organisation who answers referrals.
func (w *Stage) workerOf(org uuid.UUID) uuid.UUID {
	for _, s := range personSeeds() {
		if p := w.people[s.key]; p.Org.ID == org && (p.Role == models.RoleProviderWorker || p.Role == models.RoleCaseworker) {
			return p.ID
		}
	}
	return nobody()
}
