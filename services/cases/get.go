package cases

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// latest is how many events a case is shown with; the journey has them all.
const latest = 20

// Get shows a case to whoever may see it, and records that it was read. A case
// that is not there and one that is not the actor's are one answer.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (View, error) {
	if _, err := models.May(ctx, models.CaseRead); err != nil {
		return View{}, err
	}
	return s.get(ctx, id, false)
}

// Read is Get, for the one page and the one operation that emergency access
// opens too.
func (s *Service) Read(ctx context.Context, id uuid.UUID) (View, error) {
	a, err := models.May(ctx, models.CaseRead)
	if err != nil {
		return View{}, err
	}
	v, err := s.get(ctx, id, false)
	if err != nil && models.CodeOf(err) == models.CodeNotFound && a.Can(models.CaseEmergency) {
		// What is hidden and what is not there take the same way.
		return s.get(ctx, id, true)
	}
	return v, err
}

// get reads a case; in an emergency under the actor's live grant, if there is
// one.
func (s *Service) get(ctx context.Context, id uuid.UUID, emergency bool) (View, error) {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return View{}, err
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return View{}, err
	}
	r := &reading{dir: dir, calendar: s.calendar, most: latest, view: View{At: b.Now}}
	seen := models.Event{Action: "case.opened", SubjectType: "case", SubjectID: id, CaseID: id}
	if emergency {
		var left int
		b.Query(func(rows pg.Row) error {
			err := pg.One(new(bool), &left)(rows)
			r.view.EmergencyLeft = time.Duration(left) * time.Second
			return err
		}, "select seconds from app_enter_emergency($1, '')", id)
		seen.Action = "case.opened_in_emergency"
	}
	b.RecordSeen(seen)
	r.queueCase(b, id)
	r.queueIncidents(b, id)
	r.queuePeople(b, id)
	r.queueContact(b, id)
	r.queueSharing(b, id)
	r.queueReferrals(b, id)
	r.queueClocks(b, id)
	r.queueHolders(b, id)
	r.queueHandoffs(b, id, false)
	r.queueEvents(b, id)
	r.queueHappened(b, id)
	if err := b.Send(pg.BatchWrite); err != nil {
		return View{}, err
	}
	if !r.found {
		return View{}, models.NotFound("case")
	}
	return r.finish(b.Actor), nil
}

// Find is Get by the public reference, as pages are addressed.
func (s *Service) Find(ctx context.Context, reference string) (View, error) {
	id, err := s.ID(ctx, reference)
	if err != nil {
		return View{}, err
	}
	return s.Get(ctx, id)
}

// ReadByReference is Read by the public reference.
func (s *Service) ReadByReference(ctx context.Context, reference string) (View, error) {
	id, err := s.ID(ctx, reference)
	if err != nil && models.CodeOf(err) == models.CodeNotFound {
		id, err = s.emergencyID(ctx, reference)
	}
	if err != nil {
		return View{}, err
	}
	return s.Read(ctx, id)
}

// emergencyID is ID for whoever has a live grant of emergency access.
func (s *Service) emergencyID(ctx context.Context, reference string) (uuid.UUID, error) {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	written, err := models.ParseReference(reference)
	if err != nil || !a.Can(models.CaseEmergency) {
		return uuid.Nil, models.NotFound("case")
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	var found bool
	var id uuid.UUID
	b.Query(pg.One(&found, &id), "select id from app_enter_emergency(null, $1)", written)
	if err := b.Send(pg.BatchRead); err != nil {
		return uuid.Nil, err
	}
	if !found {
		return uuid.Nil, models.NotFound("case")
	}
	return id, nil
}

// ID returns the id of a case by its reference, where the actor may see it. It
// shows nothing of the case.
func (s *Service) ID(ctx context.Context, reference string) (uuid.UUID, error) {
	if a, err := models.ActorFrom(ctx); err != nil {
		return uuid.Nil, err
	} else if !a.Can(models.CaseRead) && !a.Can(models.AuditOwn) {
		return uuid.Nil, models.RoleForbidden()
	}
	written, err := models.ParseReference(reference)
	if err != nil {
		return uuid.Nil, models.NotFound("case")
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	var found bool
	var id uuid.UUID
	b.Query(pg.One(&found, &id), "select id from cases where reference = $1", written)
	if err := b.Send(pg.BatchRead); err != nil {
		return uuid.Nil, err
	}
	if !found {
		return uuid.Nil, models.NotFound("case")
	}
	return id, nil
}

// ofOpenedCase chooses what belongs to the case $1 where it was opened in this
// transaction (pg.Batch.RecordSeen). Of one that is hidden nothing is looked for,
// as of one that is not there: the two take the same time.
const ofOpenedCase = "case_id = $1 and app_opened_case() = $1"

// reading collects what a batch brings.
type reading struct {
	dir      *directory.Snapshot
	calendar *models.Calendar
	found    bool
	most     int // events shown
	view     View
}

const selectCase = `select c.id, c.reference, c.victim_id, c.status, c.source, c.accountable_org_id, c.logged_by_org_id, c.logged_by,
	c.risk_level, c.risk_note, c.enhanced, c.enhanced_reasons, coalesce(c.enhanced_off_reason, ''), c.enhanced_off_note,
	c.help_offered, coalesce(c.help_reason, ''), c.help_note, c.wants, c.logged_at, c.updated_at, c.version, coalesce(u.name, ''),
	coalesce(v.given_name, ''), coalesce(v.family_name, ''), coalesce(v.known_as, ''), v.date_of_birth, coalesce(v.borough, ''),
	v.postcode, v.address, coalesce(v.language, ''), v.interpreter_needed, v.access_needs, v.equality, v.missing, v.version
	from cases c join victims v on v.id = c.victim_id left join users u on u.id = c.logged_by and u.org_id = $2 where c.id = $1`

func (r *reading) queueCase(b *pg.Batch, id uuid.UUID) {
	c, v, open := &r.view.Case, &r.view.Victim, b.Vault
	b.Query(pg.One(&r.found, &c.ID, &c.Reference, &c.VictimID, &c.Status, &c.Source, &c.AccountableOrgID, &c.LoggedByOrgID, &c.LoggedBy,
		&c.RiskLevel, open.Text(vault.CaseRiskNote, &c.ID, &c.RiskNote), &c.Enhanced, &c.EnhancedReasons, &c.EnhancedOffReason,
		open.Text(vault.CaseEnhancedOffNote, &c.ID, &c.EnhancedOffNote), &c.HelpOffered, &c.HelpReason,
		open.Text(vault.CaseHelpNote, &c.ID, &c.HelpNote), &c.Wants, &c.LoggedAt, &c.UpdatedAt, &c.Version, &r.view.LoggedByName,
		&v.GivenName, &v.FamilyName, &v.KnownAs, &v.DateOfBirth, &v.Borough,
		open.Text(vault.VictimPostcode, &c.VictimID, &v.Postcode), open.Text(vault.VictimAddress, &c.VictimID, &v.Address), &v.Language, &v.InterpreterNeeded,
		&v.AccessNeeds, &v.Equality, &v.Missing, &v.Version), selectCase, id, b.Actor.OrgID)
}

func (r *reading) queueIncidents(b *pg.Batch, id uuid.UUID) {
	b.Query(pg.Each(func(row pg.Row) error {
		i := models.Incident{CaseID: id}
		err := row.Scan(&i.ID, &i.Position, &i.OccurredOn, &i.OccurredFrom, &i.OccurredTo, &i.ReportedOn, &i.WantsToReport, &i.Force,
			b.Vault.Text(vault.IncidentCrime, &i.ID, &i.CrimeReference), &i.Place.Kind, &i.Place.Borough, &i.Place.Mode, &i.Place.Operator, &i.Place.Route, &i.OffenceTypes,
			&i.HateStrands, b.Vault.Text(vault.IncidentSummary, &i.ID, &i.Summary))
		r.view.Incidents = append(r.view.Incidents, i)
		return err
	}), `select id, position, occurred_on, occurred_from, occurred_to, reported_on, wants_to_report, coalesce(force, ''),
		crime_reference, coalesce(place_kind, ''), coalesce(place_borough, ''), coalesce(place_mode, ''),
		coalesce(place_operator, ''), coalesce(place_route, ''), offence_types, hate_strands, summary
		from incidents where case_id = $1 order by position`, id)
}

func (r *reading) queuePeople(b *pg.Batch, id uuid.UUID) {
	b.Query(pg.Each(func(row pg.Row) error {
		p := models.RelatedPerson{CaseID: id}
		err := row.Scan(&p.ID, &p.Relation, b.Vault.Text(vault.PersonName, &p.ID, &p.Name), &p.ParentalResponsibility, &p.Suspect)
		r.view.People = append(r.view.People, p)
		return err
	}), "select id, relation, name, parental_responsibility, suspect from related_people where "+ofOpenedCase+" order by id", id)
}

func (r *reading) queueSharing(b *pg.Batch, id uuid.UUID) {
	b.Query(pg.Each(func(row pg.Row) error {
		d := Decision{SharingDecision: models.SharingDecision{CaseID: id}}
		err := row.Scan(&d.ID, &d.ReceiverOrgID, &d.Purpose, &d.Basis, &d.Method, &d.Fields,
			b.Vault.Text(vault.DecisionReason, &d.ID, &d.Reason), &d.RecordedAt, &d.RecordedBy,
			&d.RecordedByOrgID, &d.ExpiresOn, &d.WithdrawnAt, &d.WithdrawnBy, &d.WithdrawnReason,
			b.Vault.Text(vault.DecisionNote, &d.ID, &d.WithdrawnNote), &d.Version)
		d.Receiver, d.Live = r.dir.Name(d.ReceiverOrgID), d.SharingDecision.Live(r.view.At)
		r.view.Sharing = append(r.view.Sharing, d)
		return err
	}), `select id, receiver_org_id, purpose, basis, method, fields, reason, recorded_at, recorded_by, recorded_by_org_id, expires_on,
		withdrawn_at, withdrawn_by, coalesce(withdrawn_reason, ''), withdrawn_note, version
		from sharing_decisions where `+ofOpenedCase+` order by recorded_at desc, id desc`, id)
}

func (r *reading) queueHolders(b *pg.Batch, id uuid.UUID) {
	b.Query(pg.Each(func(row pg.Row) error {
		var h Holder
		var org uuid.UUID
		err := row.Scan(&org, &h.From, &h.Until)
		h.Organisation = r.org(org)
		r.view.Holders = append(r.view.Holders, h)
		return err
	}), "select org_id, from_at, until_at from case_holders where "+ofOpenedCase+" order by from_at, id", id)
}

// org names an organisation; the directory may be a minute old.
func (r *reading) org(id uuid.UUID) models.Organisation {
	o, ok := r.dir.Organisation(id)
	if !ok {
		o = models.Organisation{ID: id, Name: r.dir.Name(id)}
	}
	return o
}

func (r *reading) finish(a models.Actor) View {
	v := &r.view
	v.Contact.Reference = v.Case.Reference
	v.Accountable, v.LoggedByOrg = r.org(v.Case.AccountableOrgID), r.org(v.Case.LoggedByOrgID)
	v.HolderIsOwn = v.Case.AccountableOrgID == a.OrgID
	v.Boroughs = map[string]string{}
	r.nameBorough(v.Victim.Borough)
	for i := range v.Incidents {
		r.nameBorough(v.Incidents[i].Place.Borough)
	}
	r.addOwnEvents()
	slices.SortStableFunc(v.Events, func(a, b Event) int { return b.At.Compare(a.At) })
	v.Events = v.Events[:min(len(v.Events), r.most)]
	return *v
}

func (r *reading) nameBorough(code string) {
	if at, ok := r.dir.Authority(code); ok {
		r.view.Boroughs[code] = at.Name
	}
}

// addOwnEvents tells of what happened to the case itself, beside its referrals.
func (r *reading) addOwnEvents() {
	v := &r.view
	v.Events = append(v.Events, Event{At: v.Case.LoggedAt, Kind: "case.logged", Org: v.LoggedByOrg.Name, Person: v.LoggedByName})
	for _, d := range v.Sharing {
		e := Event{At: d.RecordedAt, Kind: "sharing.recorded", Org: r.dir.Name(d.RecordedByOrgID), To: d.Receiver}
		v.Events = append(v.Events, e)
		if d.WithdrawnAt != nil {
			e.At, e.Kind, e.Reason = *d.WithdrawnAt, "sharing.withdrawn", d.WithdrawnReason
			v.Events = append(v.Events, e)
		}
	}
	for i := range v.Handoffs {
		h := &v.Handoffs[i]
		v.Events = append(v.Events, Event{At: h.SentAt, Kind: "handoff.offered", Reference: h.Reference, Org: h.From.Name, To: h.To.Name})
		if h.DecidedAt != nil && h.Status != models.HandoffAccepted { // an acceptance is the change of holder
			v.Events = append(v.Events, Event{At: *h.DecidedAt, Kind: "handoff." + string(h.Status), Reference: h.Reference, Org: h.To.Name, Reason: h.RefusalReason})
		}
		if h.DecidedAt != nil && h.Status == models.HandoffAccepted && h.Duty != models.DutyCase {
			v.Events = append(v.Events, Event{At: *h.DecidedAt, Kind: "handoff.accepted", Reference: h.Reference, Org: h.To.Name})
		}
		if h.ToldAt != nil {
			v.Events = append(v.Events, Event{At: *h.ToldAt, Kind: "handoff.victim_told", Reference: h.Reference})
		}
	}
	for i, h := range v.Holders {
		if i > 0 {
			v.Events = append(v.Events, Event{At: h.From, Kind: "case.held", Org: h.Organisation.Name})
		}
	}
}
