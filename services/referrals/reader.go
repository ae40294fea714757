package referrals

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// reader reads a referral for one actor and shows what the matrix allows. The
// database filters by row; the reader takes away what the level does not hold.
type reader struct {
	actor models.Actor
	now   time.Time
	dir   *directory.Snapshot
	cal   *models.Calendar

	st        state
	found     bool
	caseRef   *string
	worker    *string
	statusBy  *string
	shares    map[string]map[string]any
	history   []Step
	questions []Question
	attempts  []models.ContactAttempt
	points    []models.ContactPoint
	codeWord  string
	result    *AttemptResult
	next      *uuid.UUID
	opened    bool // with a reason: the reader's own record may be shown
}

func (s *Service) reader(ctx context.Context, actor models.Actor, now time.Time) (*reader, error) {
	dir, err := s.directory.Snapshot(ctx)
	return &reader{actor: actor, now: now, dir: dir, cal: s.calendar, shares: map[string]map[string]any{}}, err
}

// attempt keeps what the answer to an act says besides the referral.
func (r *reader) attempt(c *change) {
	if a := c.attempt; a != nil {
		r.result = &AttemptResult{
			ID: a.ID, Counted: a.Counted, SafetyIncident: a.SafetyIncident,
			Reached: a.Counted && a.Outcome == models.OutcomeReached, Stopped: c.stop != nil,
		}
	}
	if c.next != nil {
		r.next = &c.next.ID
	}
}

// queue adds the reading of all that can be shown of a referral.
func (r *reader) queue(b *pg.Batch, id uuid.UUID) {
	r.queueRow(b, id)
	queueClocks(b, id, &r.st.Clocks)
	b.Query(scanShares(b.Vault, &id, r.shares), "select stage, content from referral_shares where referral_id = $1", id)
	b.Query(pg.Each(func(rows pg.Row) error {
		var q Question
		err := rows.Scan(&q.ID, &q.AskedAt, b.Vault.Text(vault.QuestionText, &q.ID, &q.Question), b.Vault.TextOrNil(vault.QuestionAnswer, &q.ID, &q.Answer), &q.AnsweredAt)
		r.questions = append(r.questions, q)
		return err
	}), "select id, asked_at, question, answer, answered_at from referral_questions where referral_id = $1 order by asked_at, position", id)
	r.queueHistory(b, id)
	queueAttempts(b, id, &r.attempts)
	r.queueSafeContact(b, id)
}

// scanShares opens what was frozen of a referral, by stage.
func scanShares(v *vault.Vault, referral *uuid.UUID, into map[string]map[string]any) func(pg.Row) error {
	return func(rows pg.Row) error {
		for rows.Next() {
			var stage string
			var stored []byte
			if err := rows.Scan(&stage, &stored); err != nil {
				return err
			}
			content := map[string]any{}
			if err := v.JSON(shareColumn(stage), referral, &content).ScanBytes(stored); err != nil {
				return err
			}
			into[stage] = content
		}
		return nil
	}
}

// shareColumn is where a stage of what is shared is sealed.
func shareColumn(stage string) vault.Column {
	if stage == StageAcceptance {
		return vault.ShareAcceptance
	}
	return vault.ShareSending
}

func (r *reader) queueRow(b *pg.Batch, id uuid.UUID) {
	b.Query(func(rows pg.Row) error {
		into := append(r.st.into(b.Vault), &r.caseRef, &r.worker, &r.statusBy, &r.st.Coordinates)
		return pg.One(&r.found, into...)(rows)
	}, "select "+columns+`, (select c.reference from cases c where c.id = r.case_id), (select u.name from users u where u.id = r.worker_id and u.org_id = $2),
		(select u.name from users u where u.id = r.status_by and u.org_id = $2),
		exists (select from pathway_coordinators p where p.pathway = r.pathway and p.org_id = (select app_org_id()))
		from referrals r where r.id = $1`, id, b.Actor.OrgID)
}

func (r *reader) queueHistory(b *pg.Batch, id uuid.UUID) {
	b.Query(pg.Each(func(rows pg.Row) error {
		h := Step{Detail: map[string]any{}}
		var id uuid.UUID
		var from *models.ReferralStatus
		var org *uuid.UUID
		var name *string
		err := rows.Scan(&id, &h.Version, &h.Action, &from, &h.To, &h.At, &org, &h.ByRole, &h.InState, &h.Reason, &h.DecidedBy,
			b.Vault.TextOrNil(vault.StepNote, &id, &h.Note), b.Vault.JSON(vault.StepDetail, &id, &h.Detail), &name)
		if from != nil {
			h.From = *from
		}
		h.By, h.ByOrg = value(name), "Throughline"
		if org != nil {
			h.ByOrg = r.dir.Name(*org)
		}
		r.history = append(r.history, h)
		return err
	}), `select h.id, h.version, h.action, h.from_status, h.to_status, h.at, h.by_org_id, h.by_role, h.seconds_in_previous, h.reason, h.decided_by,
		h.note, h.detail, (select u.name from users u where u.id = h.by_user_id and u.org_id = $2)
		from referral_history h where h.referral_id = $1 order by h.version`, id, b.Actor.OrgID)
}

func (r *reader) queueSafeContact(b *pg.Batch, id uuid.UUID) {
	b.Query(pg.Each(func(rows pg.Row) error {
		var p models.ContactPoint
		err := rows.Scan(&p.ID, &p.CaseID, &p.Kind, &p.Person, &p.Safe, &p.LeaveMessage, &p.Windows, &p.ConfirmedOn, &p.ContactChannel.Version, &p.StoppedAt,
			b.Vault.Text(vault.ContactValue, &p.ID, &p.Value), b.Vault.Text(vault.ContactNote, &p.ID, &p.Note))
		r.points = append(r.points, p)
		return err
	}), "select "+channelColumns+`, d.value, d.note from contact_channels ch left join contact_details d on d.channel_id = ch.id
		where ch.case_id = (select case_id from referrals where id = $1) order by ch.position`, id)
	b.Query(pg.Each(func(rows pg.Row) error {
		var id uuid.UUID
		return rows.Scan(&id, b.Vault.Text(vault.CodeWord, &id, &r.codeWord))
	}), "select case_id, word from code_words where case_id = (select case_id from referrals where id = $1)", id)
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// view shows what was read. It is never called for an actor who is shown
// nothing, but for the answer to the act that ended their sight of it: that is
// a shell.
func (r *reader) view() View {
	if !r.found {
		return View{}
	}
	st := &r.st
	seen := levelOf(st, r.actor)
	level := max(seen, LevelShell)
	if level == LevelOwn && !r.opened {
		level = LevelShell
	}
	v := r.shell(level)
	v.OwnRecord, v.Gone = seen == LevelOwn, seen == LevelNothing
	if level == LevelShell {
		return v
	}
	v.History, v.Attempts, v.Counted = r.steps(), r.attempts, countedDays(r.attempts)
	if !slices.Contains(v.Relations, RelProviderWorker) && !slices.Contains(v.Relations, RelProviderManager) {
		v.History = toldBack(v.History)
	}
	if level == LevelOwn {
		v.Attempts = slices.DeleteFunc(slices.Clone(r.attempts), func(a models.ContactAttempt) bool { return a.ByOrgID != r.actor.OrgID })
		return v
	}
	v.Questions, v.Shared = r.questions, r.shared(level)
	if level == LevelRedacted {
		v.Attempts, v.Counted = nil, 0
		return v
	}
	v.SafeContact = r.safeContact(level)
	if slices.Contains(v.Relations, RelReferrer) {
		v.SharedFields, v.SharedAfterAcceptance, v.SharingDecisionID = st.SharedFields, st.SharedAfterAcceptance, st.SharingDecisionID
		if st.Status == models.StatusDraft {
			v.Answers = st.Answers
		}
	}
	return v
}

// shell is the number, the state, when and why, and nothing of the person.
func (r *reader) shell(level Level) View {
	st := &r.st
	service, _ := r.dir.Service(st.ServiceID)
	from, _ := r.dir.Organisation(st.FromOrgID)
	to, _ := r.dir.Organisation(st.ToOrgID)
	v := View{
		ID: st.ID, Reference: st.Reference, CaseID: st.CaseID, CaseReference: value(r.caseRef), JourneyID: st.JourneyID, ParentID: st.ParentID,
		Relation: st.Relation, Pathway: st.Pathway, PathwayVersion: st.PathwayVersion, Version: st.Version, Service: Named{service.ID, service.Name},
		From: Named{st.FromOrgID, r.dir.Name(st.FromOrgID)}, To: Named{st.ToOrgID, r.dir.Name(st.ToOrgID)}, FromKind: from.Kind, ToKind: to.Kind,
		Status: st.Status, HeldFrom: st.HeldFrom, StatusSince: st.StatusSince, Priority: st.Priority, Reason: st.Reason,
		DecidedBy: st.DecidedBy, ReviewOn: st.ReviewOn, OverLimit: st.OverLimit, DueAt: st.DueAt, CreatedAt: st.CreatedAt,
		SubmittedAt: st.SubmittedAt, FirstReadAt: st.FirstReadAt, AcknowledgedAt: st.AcknowledgedAt, AcceptedAt: st.AcceptedAt,
		EndedAt: st.EndedAt, WithdrawalAcknowledgedAt: st.WithdrawalAcknowledgedAt, Team: st.Team, Level: level,
		Relations: relationsOf(st, r.actor), Clocks: st.Clocks, Holders: r.holders(), Required: service.ContactAttempts, Attempt: r.result, NextID: r.next,
	}
	v.ReasonWords = reasonWords(st.Reason)
	if st.WorkerID != nil {
		v.Worker = &Named{ID: *st.WorkerID, Name: r.workerName()}
	}
	if r.statusBy != nil {
		v.StatusBy = *r.statusBy
	} else if st.StatusByOrg != nil {
		v.StatusBy = r.dir.Name(*st.StatusByOrg)
	}
	if levelOf(st, r.actor) != LevelNothing {
		v.AllowedActions = slices.DeleteFunc(st.AllowedActions(st.Sides(r.actor, st.Coordinates)), func(a models.Action) bool {
			return a == models.ActDecline && service.DeclineReview || // proposed there, and not done
				a == models.ActReport && !owesReport(st.Clocks)
		})
	}
	return v
}

func (r *reader) holders() map[uuid.UUID]models.Organisation {
	out := map[uuid.UUID]models.Organisation{}
	for _, c := range r.st.Clocks {
		out[c.HolderOrgID], _ = r.dir.Organisation(c.HolderOrgID)
	}
	return out
}

func (r *reader) clocks() []ClockLine {
	out := make([]ClockLine, len(r.st.Clocks))
	for i, c := range r.st.Clocks {
		out[i].Clock = c
		out[i].Holder, _ = r.dir.Organisation(c.HolderOrgID)
	}
	return out
}

// workerName is who it was given to: a colleague by the list of people, to the
// other side as the acceptance said.
func (r *reader) workerName() string {
	if r.worker != nil {
		return *r.worker
	}
	for _, h := range slices.Backward(r.history) {
		if name, ok := h.Detail["worker"].(string); ok {
			return name
		}
	}
	return ""
}

// reasonWords says a coded reason as pages do, whichever group it is from.
func reasonWords(code *string) string {
	if code == nil {
		return ""
	}
	all := models.AllReasons()
	if i := slices.IndexFunc(all, func(x models.Reason) bool { return x.Code == *code }); i >= 0 {
		return all[i].Words
	}
	return *code
}

// steps is the history since sending, and to the referrer from the draft on.
func (r *reader) steps() []Step {
	if slices.Contains(relationsOf(&r.st, r.actor), RelReferrer) {
		return r.history
	}
	return slices.DeleteFunc(slices.Clone(r.history), func(h Step) bool { return h.To == models.StatusDraft })
}

// shared is what the level opens of what was frozen.
func (r *reader) shared(level Level) map[string]any {
	out := map[string]any{}
	for key, v := range r.shares[StageSending] {
		if level != LevelRedacted || !slices.Contains(identity(), key) {
			out[key] = v
		}
	}
	if level == LevelAfter {
		for key, v := range r.shares[StageAcceptance] {
			if key == answersKey {
				v = together(out[key], v)
			}
			out[key] = v
		}
	}
	return out
}

// together are the answers that opened at sending and those that waited.
func together(sending, acceptance any) map[string]any {
	out := map[string]any{}
	for _, part := range []any{sending, acceptance} {
		answers, _ := part.(map[string]any)
		maps.Copy(out, answers)
	}
	return out
}

// safeContact is the gate's answer for every channel. A referrer sees its own
// case; a receiver sees numbers once it has accepted, where they were agreed to.
func (r *reader) safeContact(level Level) *SafeContact {
	referrer := slices.Contains(relationsOf(&r.st, r.actor), RelReferrer)
	if !referrer && !r.st.LiveForReceiver() {
		return nil
	}
	agreed := slices.Contains(r.st.SharedFields, safeContact) || slices.Contains(r.st.SharedAfterAcceptance, safeContact)
	out := &SafeContact{Channels: slices.Clone(r.points), Values: referrer || level == LevelAfter && agreed}
	if out.Values {
		out.CodeWord = r.codeWord
		return out
	}
	for i := range out.Channels {
		out.Channels[i].Value, out.Channels[i].Note = "", ""
	}
	return out
}

// countedDays is on how many days somebody was tried in a way that counts.
func countedDays(attempts []models.ContactAttempt) int {
	days := map[string]bool{}
	for _, a := range attempts {
		if a.Counted && a.Direction == models.ContactOut {
			days[a.At.In(models.London()).Format(time.DateOnly)] = true
		}
	}
	return len(days)
}
