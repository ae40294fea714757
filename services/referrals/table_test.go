package referrals_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/referrals"
)

// subject is a referral brought to a state by the acts that lead there.
type subject struct {
	referrals.View
	facts testkit.CaseFacts
}

// at makes a referral from the police to Ashdown and brings it to a state.
func (b *bench) at(s models.ReferralStatus) subject {
	b.t.Helper()
	c := b.Case(b.t, b.As("police"))
	v := subject{b.draft(c, testkit.ServiceIDVA), c}
	for _, step := range pathTo(s) {
		b.prepare(v, step)
		v.View = b.must(b.who(sideOf(step), v.Status), v.ID, step, b.valid(step, sideOf(step), v))
	}
	if v.Status != s {
		b.t.Fatalf("got to %s, want %s", v.Status, s)
	}
	return v
}

func pathTo(s models.ReferralStatus) []models.Action {
	const submit, accept, contact = models.ActSubmit, models.ActAccept, models.ActRecordContact
	return map[models.ReferralStatus][]models.Action{
		models.StatusDraft:           nil,
		models.StatusSubmitted:       {submit},
		models.StatusAcknowledged:    {submit, models.ActAcknowledge},
		models.StatusInfoRequested:   {submit, models.ActRequestInfo},
		models.StatusWaitlisted:      {submit, models.ActWaitlist},
		models.StatusDeclineProposed: {submit, models.ActProposeDecline},
		models.StatusAccepted:        {submit, accept},
		models.StatusInProgress:      {submit, accept, contact},
		models.StatusOnHold:          {submit, accept, contact, models.ActHold},
		models.StatusCompleted:       {submit, accept, contact, models.ActComplete},
		models.StatusEndedEarly:      {submit, accept, contact, models.ActEndEarly},
		models.StatusNotEngaged:      {submit, accept, models.ActNotEngaged},
		models.StatusDeclined:        {submit, models.ActDecline},
		models.StatusWithdrawn:       {submit, models.ActWithdraw},
		models.StatusRerouted:        {submit, models.ActReroute},
		models.StatusLapsed:          {submit, models.ActLapse},
		models.StatusEnteredInError:  {submit, models.ActVoid},
	}[s]
}

func sideOf(a models.Action) models.Side { return models.ActionSides(a)[0] }

// who stands on a side of the referrals of this file.
func (b *bench) who(s models.Side, _ models.ReferralStatus) string {
	return map[models.Side]string{
		models.SideReferrer: "police", models.SideReferrerManager: "police.manager", models.SideProvider: "vawg",
		models.SideProviderManager: "vawg.manager", models.SideCoordinator: "coordinator", models.SideSystem: "",
	}[s]
}

// do acts as somebody; "" is the system.
func (b *bench) do(who string, id uuid.UUID, a models.Action, in referrals.ActionInput) (referrals.View, error) {
	ctx := b.System()
	if who != "" {
		ctx = b.As(who)
	}
	return b.s.Do(ctx, id, a, in)
}

// prepare plants what only time or others bring about.
func (b *bench) prepare(v subject, a models.Action) {
	b.t.Helper()
	switch a {
	case models.ActNotEngaged:
		for day := range 3 {
			b.Do(b.t, `insert into contact_attempts (id, case_id, referral_id, channel, direction, outcome, counted, safety_incident, permission, at, by_user_id, by_org_id)
				values ($1, $2, $3, 'phone', 'out', 'no_answer', true, false, '{}', $4, $5, $6)`, models.NewID(), v.CaseID, v.ID,
				b.Clock.Now().AddDate(0, 0, -day), b.Person("vawg").ID, b.Org(testkit.OrgVAWG).ID)
		}
	case models.ActLapse:
		b.Do(b.t, "update clocks set state = 'breached', rung = 3, due_at = $2 where referral_id = $1 and stopped_at is null", v.ID, b.Clock.Now().AddDate(0, 0, -30))
	}
}

// valid is what an action asks for, from a side.
func (b *bench) valid(a models.Action, side models.Side, v subject) referrals.ActionInput {
	in := referrals.ActionInput{Note: "A note."}
	switch a {
	case models.ActRequestInfo:
		in.Questions = []string{"Is it safe to call in the evening?"}
	case models.ActAnswerInfo:
		in.Answers = []string{"Yes, before eight."}
	case models.ActAccept, models.ActAssign:
		in.WorkerID = b.Person("vawg").ID
	case models.ActWaitlist:
		in.Reason, in.ReviewOn, in.InterimAdvice = "no_capacity", b.in(7), ptr(true)
	case models.ActDecline, models.ActProposeDecline:
		in.Reason, in.DecidedBy = "no_capacity", models.DecidedByProvider
	case models.ActUpholdDecline:
		in.NextStep = "Refer to another service"
	case models.ActReturnDecline:
		in.Reason = "There is a place on Tuesdays"
	case models.ActRecordContact:
		in.Contact = referrals.ContactInput{Channel: models.ChannelPhone, Outcome: models.OutcomeReached}
	case models.ActHold:
		in.Reason, in.ReviewOn = "health", b.in(14)
	case models.ActComplete:
		in.Outcomes, in.Report = []referrals.Outcome{{Need: "health", Start: 1, End: 3}}, "Done."
	case models.ActEndEarly:
		in.Reason = "victim_ended"
	case models.ActReport:
		in.Report = "Done."
	case models.ActNotEngaged:
		in.Reason = "no_answer"
	case models.ActWithdraw:
		in.Reason = "victim_changed_mind"
		if side == models.SideSystem {
			in.Reason = "consent_withdrawn"
		}
	case models.ActVoid:
		in.Reason = "wrong_person"
	case models.ActReopen:
		in.Reason = "victim_came_back"
	case models.ActReroute:
		in.Reason, in.ServiceID = "out_of_area", b.Service(testkit.ServiceLantern).ID
		in.SharingDecisionID = b.Agreement(b.t, v.facts, b.Org(testkit.OrgVAWGSecond).ID)
	}
	return in
}

// snapshot is all that an act could change, as one value: which version of
// which row each table has. Whatever writes a row, with the same content even,
// makes another version of it; reading them all as text took most of this test.
func (b *bench) snapshot() string {
	b.t.Helper()
	var parts []string
	for _, table := range []string{
		"referrals", "referral_shares", "referral_history", "referral_questions", "referral_assignments", "contact_attempts",
		"contact_stops", "clocks", "outbox", "quality_facts", "idempotency_keys", "need_ratings", "appointments",
	} {
		parts = append(parts, fmt.Sprintf("select '%[1]s ' || count(*) || ' ' || coalesce(sum(hashtextextended(ctid::text || ' ' || xmin::text, 0)), 0) as t from %[1]s", table))
	}
	var out string
	if err := b.Owner.QueryRow(b.t.Context(), "select string_agg(t, E'\n' order by t) from ("+strings.Join(parts, " union all ")+") x").Scan(&out); err != nil {
		b.t.Fatal(err)
	}
	return out
}

func everyone() []string {
	return []string{"police", "police.manager", "vawg", "vawg.manager", "coordinator", "refuge", "caseworker", "witnesscare", "commissioner", "admin", ""}
}

func actions() []models.Action {
	var out []models.Action
	for _, t := range models.Transitions() {
		if !slices.Contains(out, t.Action) {
			out = append(out, t.Action)
		}
	}
	return out
}

func TestEveryPairOutsideTheStateTableIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, s := range models.ReferralStatuses() {
		v := b.at(s)
		for _, a := range actions() {
			if len(models.FindTransitions(a, s)) > 0 {
				continue
			}
			in := b.valid(a, sideOf(a), v)
			before := b.snapshot()
			conflicts := 0
			for _, who := range everyone() {
				_, err := b.do(who, v.ID, a, in)
				switch codeOf(err) {
				case models.CodeConflict:
					conflicts++
				case models.CodeForbidden, models.CodeNotFound:
				default:
					t.Errorf("%s in %s by %q: got %v, want a refusal", a, s, who, err)
				}
			}
			if after := b.snapshot(); after != before {
				t.Errorf("%s in %s changed something:\n%s\nwas\n%s", a, s, after, before)
			}
			if sees := models.ActionSides(a); conflicts == 0 && slices.Contains(sees, models.SideReferrer) {
				t.Errorf("%s in %s: nobody was told that the state has moved on", a, s)
			}
		}
	}
}

func TestEveryRowOfTheStateTableWorksForItsSidesAndForNoOther(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, row := range models.Transitions() {
		for _, from := range row.From {
			if row.Action == models.ActRecordContact && row.Target == models.ToSame && from == models.StatusAccepted {
				continue // who is reached begins the work: tested with the gate
			}
			for _, side := range row.By {
				if side == models.SideProviderManager && referrals.LevelFor(referrals.Phase{Status: from}, referrals.RelProviderManager, false) == referrals.LevelNothing &&
					from.Ended() && !slices.Contains(pathTo(from), models.ActAccept) {
					continue // ended before acceptance: it is not theirs to see any more
				}
				b.row(row, from, side)
			}
		}
	}
}

func (b *bench) row(row models.Transition, from models.ReferralStatus, side models.Side) {
	b.t.Helper()
	v := b.at(from)
	b.prepare(v, row.Action)
	if side == models.SideCoordinator {
		b.Do(b.t, "update referrals set over_limit = true where id = $1", v.ID)
	}
	name := fmt.Sprintf("row %s: %s in %s by %s", row.Row, row.Action, from, side)
	in := b.valid(row.Action, side, v)
	before := b.snapshot()
	for _, who := range everyone() {
		if b.onSide(who, models.FindTransitions(row.Action, from)) {
			continue
		}
		_, err := b.do(who, v.ID, row.Action, in)
		if c := codeOf(err); c != models.CodeForbidden && c != models.CodeNotFound {
			b.t.Errorf("%s, tried by %q: got %v, want forbidden or not found", name, who, err)
		}
	}
	if after := b.snapshot(); after != before {
		b.t.Errorf("%s: a refusal changed something", name)
	}
	got, err := b.do(b.who(side, from), v.ID, row.Action, in)
	if err != nil {
		b.t.Errorf("%s: got %v %v, want it done", name, err, models.FieldsOf(err))
		return
	}
	b.checkRow(name, row, v.View, got)
}

// checkRow holds the referral against the row that moved it.
func (b *bench) checkRow(name string, row models.Transition, v, got referrals.View) {
	b.t.Helper()
	if row.Target == models.ToDeleted {
		if n := b.Count(b.t, "select count(*) from referrals where id = $1", v.ID); n != 0 {
			b.t.Errorf("%s: the draft is still there", name)
		}
		return
	}
	want := row.To
	switch row.Target {
	case models.ToSame:
		want = v.Status
	case models.ToHeldFrom:
		want = *v.HeldFrom
	}
	var status string
	var version, history int
	err := b.Owner.QueryRow(b.t.Context(), `select status, version, (select count(*) from referral_history where referral_id = r.id)
		from referrals r where id = $1`, v.ID).Scan(&status, &version, &history)
	if err != nil {
		b.t.Fatal(err)
	}
	if status != string(want) || version != v.Version+1 || history != version-1 {
		b.t.Errorf("%s: got %s version %d with %d steps, want %s version %d", name, status, version, history, want, v.Version+1)
	}
	if got.Status != want && row.Action != models.ActReroute {
		b.t.Errorf("%s: told %s, want %s", name, got.Status, want)
	}
}

// onSide reports whether one of the rows is this person's.
func (b *bench) onSide(who string, rows []models.Transition) bool {
	sides := map[string][]models.Side{
		"police": {models.SideReferrer}, "police.manager": {models.SideReferrer, models.SideReferrerManager},
		"vawg": {models.SideProvider}, "vawg.manager": {models.SideProvider, models.SideProviderManager},
		"coordinator": {models.SideCoordinator}, "": {models.SideSystem},
	}[who]
	return slices.ContainsFunc(rows, func(r models.Transition) bool {
		return slices.ContainsFunc(r.By, func(s models.Side) bool { return slices.Contains(sides, s) })
	})
}

func TestTheDatabaseHoldsTheSamePairsAsTheStateTable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var source string
	if err := b.Owner.QueryRow(t.Context(), "select prosrc from pg_proc where proname = 'referrals_guard'").Scan(&source); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, part := range strings.Split(source, "'") {
		if len(part) > 1 && strings.Contains(part, ">") && !strings.ContainsAny(part, " \n") {
			got[part] = true
		}
	}
	want := map[string]bool{}
	for _, pair := range pairs() {
		want[pair] = true
	}
	for p := range want {
		if !got[p] {
			t.Errorf("the database refuses %s, which the table allows", p)
		}
	}
	for p := range got {
		if !want[p] {
			t.Errorf("the database allows %s, which the table refuses", p)
		}
	}
}

// pairs are the changes of state the table allows. Entered in error is told
// apart in the database, because every sent state leads there.
func pairs() []string {
	cameFrom := map[models.ReferralStatus][]models.ReferralStatus{}
	for _, t := range models.Transitions() {
		if t.Pauses {
			cameFrom[t.To] = append(cameFrom[t.To], t.From...)
		}
	}
	var out []string
	add := func(from, to models.ReferralStatus) {
		if p := string(from) + ">" + string(to); !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, t := range models.Transitions() {
		for _, from := range t.From {
			switch {
			case t.Target == models.ToState && t.To != models.StatusEnteredInError:
				add(from, t.To)
			case t.Target == models.ToHeldFrom:
				for _, to := range cameFrom[from] {
					add(from, to)
				}
			}
		}
	}
	return out
}
