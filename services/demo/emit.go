package demo

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/vault"
	"throughline/models"
)

// book holds the sheets of every table a case touches, in the order they are
// loaded: what is referred to comes first.
type book struct {
	victims, cases, incidents, people, channels, details, words, stops, decisions     *sheet
	referrals, shares, history, questions, assignments, attempts, clocks, audit, told *sheet
	ratings, goals, reviews, meetings, met, happened, owed, forms                     *sheet

	notices int64 // how many were written: the outbox goes on from there
	vault   *vault.Vault
}

func newBook(v *vault.Vault) *book {
	return &book{
		vault: v,
		victims: newSheet("victims", `id given_name family_name known_as given_key family_key known_key date_of_birth borough postcode postcode_key address language
			interpreter_needed access_needs equality missing access created_at recorded_at version`),
		cases: newSheet("cases", `id reference victim_id status source accountable_org_id logged_by_org_id logged_by risk_level risk_note enhanced
			enhanced_reasons help_offered help_reason wants logged_at recorded_at updated_at version`),
		incidents: newSheet("incidents", `id case_id position occurred_on occurred_from occurred_to reported_on wants_to_report force crime_reference
			crime_key place_kind place_borough place_mode place_operator place_route offence_types hate_strands summary`),
		people: newSheet("related_people", "id case_id relation name parental_responsibility suspect"),
		channels: newSheet("contact_channels", `id case_id position channel person safe leave_message windows confirmed_on confirmed_source confirmed_by
			confirmed_by_org_id version`),
		details: newSheet("contact_details", "channel_id case_id value value_key note"),
		words:   newSheet("code_words", "case_id word"),
		stops:   newSheet("contact_stops", "id channel_id case_id why at by_org_id by_user_id cleared_at cleared_by"),
		decisions: newSheet("sharing_decisions", `id case_id receiver_org_id purpose basis method fields reason recorded_at recorded_by
			recorded_by_org_id`),
		referrals: newSheet("referrals", `id reference case_id journey_id parent_id relation service_id pathway pathway_version from_org_id to_org_id
			sharing_decision_id status held_from priority answers shared_fields shared_after_acceptance version created_by created_at submitted_by
			submitted_at first_read_at acknowledged_at acknowledged_by accepted_at accepted_by worker_id team ended_at reason decided_by review_on
			withdrawal_acknowledged_at status_since status_by status_by_org_id due_at over_limit recorded_at`),
		shares: newSheet("referral_shares", "referral_id stage content"),
		history: newSheet("referral_history", `id referral_id version action from_status to_status at recorded_at by_user_id by_org_id by_role
			seconds_in_previous reason decided_by note detail case_id`),
		questions:   newSheet("referral_questions", "id referral_id position asked_at asked_by question answer answered_at answered_by"),
		assignments: newSheet("referral_assignments", "id referral_id worker_id team from_at until_at by_user_id"),
		attempts: newSheet("contact_attempts", `id case_id referral_id channel_id channel direction person outcome said counted safety_incident permission
			at recorded_at by_user_id by_org_id`),
		clocks: newSheet("clocks", `id case_id referral_id rule rule_version holder_org_id state limit_days started_at due_at first_due_at due_soon_at
			stopped_at paused_since pause_reason paused_seconds pauses why rung recorded_at`),
		audit: newSheet("audit_events", `id at recorded_at actor_user_id actor_org_id actor_role request_id action subject_type subject_id case_id refused
			detail`),
		ratings:  newSheet("need_ratings", "id case_id referral_id need point score unrated at recorded_at by_user_id by_org_id"),
		goals:    newSheet("support_goals", "id case_id referral_id need goal review_on at recorded_at by_user_id by_org_id"),
		reviews:  newSheet("goal_reviews", "id case_id referral_id goal_id state review_on at recorded_at by_user_id by_org_id"),
		meetings: newSheet("appointments", "id case_id referral_id starts_at place channel at recorded_at by_user_id by_org_id"),
		met:      newSheet("appointment_outcomes", "id case_id referral_id appointment_id happened attendance at recorded_at by_user_id by_org_id"),
		forms:    newSheet("form_entries", "id case_id referral_id form version filled_on content at recorded_at by_user_id by_org_id"),
		happened: newSheet("case_events", `id case_id type occurred_at known_at at recorded_at source_org_id details words by_user_id by_org_id
			told_at told_recorded_at told_channel told_understood told_by_user_id told_by_org_id`),
		owed: newSheet("case_clocks", "clock_id case_id event_id stop_event_id off_record enhanced"),
		told: newSheet("notices", "id outbox_id org_id topic referral_id case_id at read_at read_by"),
	}
}

// sheets are all of them, in the order of loading.
func (b *book) sheets() []*sheet {
	return []*sheet{
		b.victims, b.cases, b.incidents, b.people, b.channels, b.details, b.words, b.stops, b.decisions, b.happened, b.referrals, b.shares, b.history,
		b.questions, b.assignments, b.attempts, b.clocks, b.owed, b.audit, b.told, b.ratings, b.goals, b.reviews, b.meetings, b.met, b.forms,
	}
}

// write adds a whole case.
func (b *book) write(g *generator, k *kase) {
	v := &k.victim
	b.victims.row(v.ID, opt(v.GivenName), opt(v.FamilyName), opt(v.KnownAs), opt(models.NameKey(v.GivenName)), opt(models.NameKey(v.FamilyName)),
		opt(models.NameKey(v.KnownAs)), dayOf(v.DateOfBirth), opt(v.Borough), b.seal(vault.VictimPostcode, v.ID, v.Postcode),
		b.lookUp(vault.PostcodeKey, v.Postcode), b.seal(vault.VictimAddress, v.ID, v.Address), opt(v.Language), flag(v.InterpreterNeeded),
		orEmpty(v.AccessNeeds), jsonb(toJSON(v.Equality)), jsonb(toJSON(v.Missing)), []uuid.UUID{k.LoggedByOrgID}, k.LoggedAt, recorded(k.LoggedAt), v.Version)
	b.cases.row(k.ID, k.Reference, k.VictimID, string(k.Status), k.Case.Source, k.AccountableOrgID, k.LoggedByOrgID, k.LoggedBy, string(k.RiskLevel),
		b.seal(vault.CaseRiskNote, k.ID, k.RiskNote), k.Enhanced, orEmpty(k.EnhancedReasons), k.HelpOffered, opt(k.HelpReason), orEmpty(k.Wants), k.LoggedAt,
		recorded(k.LoggedAt), k.UpdatedAt, k.Version)
	for _, i := range k.incidents {
		b.incidents.row(i.ID, k.ID, small(i.Position), dayOf(i.OccurredOn), dayOf(i.OccurredFrom), dayOf(i.OccurredTo), dayOf(i.ReportedOn),
			flag(i.WantsToReport), opt(i.Force), b.seal(vault.IncidentCrime, i.ID, i.CrimeReference),
			b.lookUp(vault.CrimeKey, models.CrimeKey(i.CrimeReference)), opt(i.Place.Kind), opt(i.Place.Borough),
			opt(i.Place.Mode), opt(i.Place.Operator), opt(i.Place.Route), orEmpty(i.OffenceTypes), orEmpty(i.HateStrands),
			b.seal(vault.IncidentSummary, i.ID, i.Summary))
	}
	for _, p := range k.people {
		b.people.row(p.ID, k.ID, p.Relation, b.seal(vault.PersonName, p.ID, p.Name), flag(p.ParentalResponsibility), p.Suspect)
	}
	b.writeContact(k)
	for _, d := range k.decisions {
		b.decisions.row(d.ID, k.ID, d.ReceiverOrgID, d.Purpose, d.Basis, d.Method, d.Fields, b.seal(vault.DecisionReason, d.ID, d.Reason), d.RecordedAt, d.RecordedBy, d.RecordedByOrgID)
	}
	b.writeForms(k)
	events := k.events
	for _, r := range k.referrals {
		r.settle(g.until)
		b.writeReferral(r)
		events = append(events, r.events...)
	}
	events = append(events, b.writeHappened(k, g.happens(k))...)
	slices.SortStableFunc(events, func(x, y event) int { return x.at.Compare(y.at) })
	s := newSource(g.seed, "trail "+k.Reference)
	for _, e := range events {
		b.writeEvent(s, e)
	}
	for _, r := range k.referrals {
		b.writeNotices(s, g, r)
	}
}

func (b *book) writeContact(k *kase) {
	for i, c := range k.channels {
		windows := c.Windows
		if windows == nil {
			windows = []models.Window{}
		}
		b.channels.row(c.ID, k.ID, small(i+1), string(c.Kind), c.Person, string(c.Safe), c.LeaveMessage, jsonb(toJSON(windows)), dayOf(latest(c.confirmed)),
			k.source, k.author.id, k.author.org.id, c.Version)
		b.details.row(c.ID, k.ID, b.seal(vault.ContactValue, c.ID, c.value), b.lookUp(vault.ContactValueKey, valueKey(c.Kind, c.value)),
			b.seal(vault.ContactNote, c.ID, c.note))
		if s := c.stop; s != nil {
			var cleared, by any
			if s.cleared != nil {
				cleared, by = *s.cleared, k.author.id
			}
			b.stops.row(s.id, c.ID, k.ID, s.why, s.at, s.by.org.id, s.by.id, cleared, by)
		}
	}
	if k.codeWord != "" {
		b.words.row(k.ID, b.seal(vault.CodeWord, k.ID, k.codeWord))
	}
}

func (b *book) writeReferral(r *referral) {
	if r.Status == models.StatusEnteredInError {
		r.mask()
	}
	b.referrals.row(r.ID, r.Reference, r.CaseID, r.JourneyID, someone(r.ParentID), text(r.Relation), r.ServiceID, r.Pathway, small(r.PathwayVersion),
		r.FromOrgID, r.ToOrgID, r.SharingDecisionID, string(r.Status), text(r.HeldFrom), string(r.Priority), b.sealJSON(vault.ReferralAnswers, r.ID, toJSON(r.Answers)), r.SharedFields,
		r.SharedAfter, r.Version, r.CreatedBy, r.CreatedAt, someone(r.SubmittedBy), at(r.SubmittedAt), at(r.FirstReadAt), at(r.AcknowledgedAt),
		someone(r.AcknowledgedBy), at(r.AcceptedAt), someone(r.AcceptedBy), someone(r.WorkerID), text(r.Team), at(r.EndedAt), text(r.Reason),
		text(r.DecidedBy), dayOf(r.ReviewOn), at(r.WithdrawalAcknowledgedAt), r.StatusSince, someone(r.StatusBy), someone(r.StatusByOrg), at(r.DueAt),
		r.overLimit, recorded(r.CreatedAt))
	b.writeSupport(r)
	for _, stage := range sortedKeys(r.shares) {
		b.shares.row(r.ID, stage, b.sealJSON(shareColumns[stage], r.ID, r.shares[stage]))
	}
	for _, h := range r.history {
		user, organisation := actorOf(h.by)
		b.history.row(h.id, r.ID, h.version, string(h.action), string(h.from), string(h.to), h.at, recorded(h.at), user, organisation, string(h.role),
			number(h.inBefore), opt(h.reason), opt(string(h.decidedBy)), b.seal(vault.StepNote, h.id, h.note),
			b.sealJSON(vault.StepDetail, h.id, object(h.detail)), r.CaseID)
	}
	for _, q := range r.questions {
		var by any
		if q.answeredBy != nil {
			by = q.answeredBy.id
		}
		answer := b.seal(vault.QuestionAnswer, q.id, q.answer)
		if q.answeredAt != nil && answer == nil {
			answer = []byte{} // it was taken away
		}
		question := b.seal(vault.QuestionText, q.id, q.text)
		if question == nil {
			question = []byte{}
		}
		b.questions.row(q.id, r.ID, small(q.position), q.at, q.by.id, question, answer, at(q.answeredAt), by)
	}
	for _, a := range r.assignments {
		var worker any
		if a.worker != nil {
			worker = a.worker.id
		}
		b.assignments.row(a.id, r.ID, worker, opt(a.team), a.from, at(a.until), a.by.id)
	}
	for _, a := range r.attempts {
		b.attempts.row(a.ID, a.CaseID, someone(a.ReferralID), someone(a.ChannelID), string(a.Channel), string(a.Direction), b.seal(vault.AttemptPerson, a.ID, a.Person),
			string(a.Outcome),
			b.seal(vault.AttemptSaid, a.ID, a.Said), a.Counted, a.SafetyIncident, jsonb(toJSON(a.Permission)), a.At, recorded(a.At), a.ByUserID, a.ByOrgID)
	}
	for _, c := range r.clocks {
		b.clocks.row(c.ID, c.CaseID, someone(c.ReferralID), string(c.Rule), small(c.RuleVersion), c.HolderOrgID, string(c.State), small(c.LimitDays),
			c.StartedAt, c.DueAt, c.FirstDueAt, c.DueSoonAt, at(c.StoppedAt), at(c.PausedSince), text(c.PauseReason), c.PausedSeconds, pausesOf(c), text(c.Why),
			small(c.Rung), recorded(c.StartedAt))
	}
}

// mask empties what the database empties when a referral is marked as entered
// in error (referrals.md section 3, row 25).
func (r *referral) mask() {
	r.Answers = map[string]any{}
	for stage := range r.shares {
		r.shares[stage] = "{}"
	}
	for i := range r.history {
		r.history[i].note, r.history[i].detail = "", nil
	}
	for i := range r.questions {
		r.questions[i].text, r.questions[i].answer = "", ""
	}
}

func (b *book) writeEvent(s *source, e event) {
	user, organisation := actorOf(e.by)
	role := models.RoleSystem
	if e.by != nil {
		role = e.by.role
	}
	id := s.id(e.at)
	b.audit.row(id, e.at, recorded(e.at), user, organisation, string(role), "demo", e.action, e.subject, e.id, e.caseID, e.refused, jsonb(object(e.detail)))
}

// noticesFor is how long a notice is kept in the demo before it is swept.
const noticesFor = 45 * 24 * time.Hour

// writeNotices tells the other side of the last weeks' changes; older ones have
// been read, by whom does not matter.
func (b *book) writeNotices(s *source, g *generator, r *referral) {
	for _, c := range r.changes {
		if c.at.Before(g.until.Add(-noticesFor)) {
			continue
		}
		b.notices++
		var read, by any
		if after := c.at.Add(time.Duration(s.between(10, 2000)) * time.Minute); after.Before(g.until) && s.chance(0.93) {
			read, by = after, g.world.orgByID(c.to).workerBy(s).id
		}
		b.told.row(s.id(c.at), b.notices, c.to, c.topic, c.referral, c.caseID, c.at, read, by)
	}
}

func latest(days []time.Time) *time.Time {
	if len(days) == 0 {
		return nil
	}
	return &days[len(days)-1]
}

// recorded is when the database learnt of something: a moment after.
func recorded(t time.Time) time.Time { return t.Add(40 * time.Millisecond) }

func actorOf(p *person) (user, organisation any) {
	if p == nil {
		return nil, nil
	}
	return p.id, p.org.id
}

// pausesOf are the stretches in which a clock stood still, as JSON.
func pausesOf(c *models.Clock) jsonb {
	list := c.Pauses
	if list == nil {
		list = models.PauseList{}
	}
	return jsonb(toJSON(list))
}

func flag(v *bool) any {
	if v == nil {
		return nil
	}
	return *v
}

func number(v *int64) any {
	if v == nil {
		return nil
	}
	return *v
}

// text makes a cell of a string of any kind that may be missing.
func text[T ~string](v *T) any {
	if v == nil {
		return nil
	}
	return string(*v)
}

func object(m map[string]any) string {
	if len(m) == 0 {
		return "{}"
	}
	return toJSON(m)
}

func (w *world) orgByID(id uuid.UUID) *org {
	for _, o := range w.orgs {
		if o.id == id {
			return o
		}
	}
	panic("demo: no organisation " + id.String())
}
