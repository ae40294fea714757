package forms_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/forms"
)

// stage is a case of the police with a referral that Ashdown has accepted.
type stage struct {
	*testkit.Stage
	t     *testing.T
	forms *forms.Service
	c     testkit.CaseFacts
	id    uuid.UUID // of the referral
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	s := &stage{Stage: w, t: t, forms: forms.New(w.DB, directory.New(w.DB), models.FormVersions()), c: w.Case(t, w.As("police"))}
	s.id = w.Referral(t, s.c, testkit.ServiceIDVA, models.StatusAccepted).ID
	return s
}

func (s *stage) daysAgo(n int) *time.Time {
	d := models.Today(s.Clock.Now()).AddDate(0, 0, -n)
	return &d
}

// yes are answers with so many a yes.
func yes(n int) map[string]any {
	d, _ := models.FindForm(models.Forms(), "dash")
	out := map[string]any{}
	for _, q := range d.Questions()[:n] {
		out[q.Key] = models.FormYes
	}
	return out
}

func (s *stage) must(f forms.Filled, err error) forms.Filled {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return f
}

func (s *stage) onCase(score, daysAgo int, judgement string) forms.Filled {
	s.t.Helper()
	return s.must(s.forms.FillForCase(s.As("police"), s.c.ID, forms.Input{Form: "dash", FilledOn: s.daysAgo(daysAgo), Answers: yes(score), Judgement: judgement, Words: "He has a key."}))
}

func (s *stage) onReferral(score int) forms.Filled {
	s.t.Helper()
	return s.must(s.forms.FillForReferral(s.As("vawg"), s.id, forms.Input{Form: "dash", FilledOn: s.daysAgo(0), Answers: yes(score), Judgement: "medium"}))
}

func TestAFormIsReadWhereItWasFilledInAndNowhereElse(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ofCase, ofReferral := s.onCase(16, 2, "high"), s.onReferral(9)
	reads := func(who, reason string) string {
		saw := func(l forms.Listed, err error) string {
			if err != nil {
				return string(models.CodeOf(err))
			}
			var out []string
			for _, e := range l.Entries {
				switch {
				case e.ID == ofCase.ID && e.Score == 16 && e.Words == "He has a key.":
					out = append(out, "case")
				case e.ID == ofReferral.ID && e.Score == 9:
					out = append(out, "referral")
				default:
					out = append(out, "something else")
				}
			}
			return strings.Join(out, ",")
		}
		var rows []uuid.UUID
		if err := s.DB.Read(s.As(who), func(ctx context.Context, tx *pg.Tx) error {
			return tx.Scan(ctx, &rows, "select id from form_entries order by at")
		}); err != nil {
			t.Fatal(err)
		}
		out := saw(s.forms.OfCase(s.As(who), s.c.ID, forms.Query{})) + " " + saw(s.forms.OfReferral(s.As(who), s.id, forms.Query{Reason: reason}))
		for _, id := range rows {
			out += map[uuid.UUID]string{ofCase.ID: " +case", ofReferral.ID: " +referral"}[id]
		}
		return out
	}
	expect := func(when, reason string, want map[string]string) {
		t.Helper()
		got := map[string]string{}
		for who := range want {
			got[who] = reads(who, reason)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: want -, got +\n%s", when, diff)
		}
	}
	nobody := map[string]string{
		"refuge": "not_found not_found", "lantern.manager": "not_found not_found", "caseworker": "not_found not_found", "coordinator": "forbidden forbidden", "commissioner": "forbidden forbidden",
		"analyst": "forbidden forbidden", "privacy": "forbidden forbidden", "admin": "forbidden forbidden",
	}
	holder := map[string]string{"police": "case forbidden +case", "police.manager": "case forbidden +case"}
	expect("whoever has nothing to do with it", "", nobody)
	expect("whoever holds the case", "", holder)
	expect("the service", "", map[string]string{"vawg": "not_found referral +referral", "vawg.manager": "not_found referral +referral"})
	s.Do(t, "update referrals set status = 'ended_early', version = version + 1, ended_at = $2, reason = 'other', worker_id = $3 where id = $1", s.id, s.Clock.Now(), s.Person("vawg.second").ID)
	expect("ended", "", map[string]string{"vawg": "not_found forbidden", "vawg.manager": "not_found conflict +referral"})
	expect("ended, with a reason", "A complaint", map[string]string{"vawg.second": "not_found referral +referral", "vawg.manager": "not_found referral +referral", "police": "case forbidden +case"})
	if n := s.Count(t, "select count(*) from audit_events where action = 'forms.opened' and detail->>'why' = 'A complaint' and subject_id = $1", s.id); n != 2 {
		t.Errorf("got %d openings with their reason on record, want 2", n)
	}
	if _, err := s.forms.FillForReferral(s.As("vawg.manager"), s.id, forms.Input{Form: "dash", FilledOn: s.daysAgo(0), Judgement: "high"}); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("filled in after the ending: got %v, want a conflict", err)
	}
	s.Do(t, "update referrals set status = 'entered_in_error', version = version + 1 where id = $1", s.id)
	if n := s.Count(t, "select count(*) from form_entries where referral_id = $1 and content <> ''", s.id); n != 0 {
		t.Error("of what should not have been, a form is left")
	}
}

// TestNobodyChangesOrRemovesAForm asks as the product and as its owner.
func TestNobodyChangesOrRemovesAForm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	e := s.onCase(16, 2, "high")
	for _, statement := range []string{
		"update form_entries set filled_on = filled_on - 1", "update form_entries set version = 2", "update form_entries set form = 'other'", "update form_entries set by_org_id = case_id",
		"delete from form_entries", "truncate form_entries", "update form_entries set content = content || content",
	} {
		if _, err := s.Owner.Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append only") {
			t.Errorf("%s, as the owner: got %v, want a refusal", statement, err)
		}
		if err := s.DB.Write(s.As("police"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, statement)
			return err
		}); err == nil {
			t.Errorf("%s, as the product: it was done", statement)
		}
	}
	if n := s.Count(t, "select count(*) from form_entries where id = $1 and position('high'::bytea in content) = 0 and is_sealed(content)", e.ID); n != 1 {
		t.Error("what a form says stands in the database for all to read")
	}
}

// TestAFormIsShownAsItWasWhateverItAsksNow brings out a second version that asks
// something else and counts another way.
func TestAFormIsShownAsItWasWhateverItAsksNow(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	before := s.onCase(16, 30, "high")
	next, _ := models.FindForm(models.Forms(), "dash")
	next.Version, next.Name = 2, "DASH, second version"
	next.Sections = []models.FormSection{{Title: "Now", Counts: true, Questions: []models.Question{{Key: "injured", Label: "Other words", Kind: models.AskRadios, Options: models.FormAnswers(), Required: true}}}}
	next.Score.MARAC = 1
	later := forms.New(s.DB, directory.New(s.DB), append([]models.FormDefinition{next}, models.FormVersions()...))
	after := s.must(later.FillForCase(s.As("police"), s.c.ID, forms.Input{Form: "dash", FilledOn: s.daysAgo(0), Answers: map[string]any{"injured": "yes"}, Judgement: "medium"}))
	if after.Version != 2 || after.Score != 1 {
		t.Errorf("a form filled in now: got version %d and a score of %d, want 2 and 1", after.Version, after.Score)
	}
	l, err := later.OfCase(s.As("police"), s.c.ID, forms.Query{Only: before.ID})
	if err != nil || len(l.Entries) != 1 {
		t.Fatal(err, len(l.Entries))
	}
	old := l.Entries[0]
	answers := models.ShowAnswers(old.Definition.Questions(), old.Answers)
	if old.Version != 1 || old.Score != 16 || old.Definition.Counted() != 24 || len(answers) != 27 || answers[0].Label != "Was anybody hurt this time?" || old.Definition.Name != "DASH risk form" {
		t.Errorf("an old form: got version %d, %d of %d, %d answers, %+v", old.Version, old.Score, old.Definition.Counted(), len(answers), answers[0])
	}
	if len(later.Offered()) != 1 || later.Offered()[0].Version != 2 {
		t.Error("what is offered is not the version that holds now")
	}
}

func TestAMistakeIsPutRightByAnotherInItsPlace(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	wrong := s.onCase(3, 20, "standard")
	correct := func(who string, of uuid.UUID, score int) (forms.Filled, error) {
		return s.forms.FillForCase(s.As(who), s.c.ID, forms.Input{Form: "dash", FilledOn: s.daysAgo(20), Answers: yes(score), Judgement: "medium", Corrects: of})
	}
	right := s.must(correct("police", wrong.ID, 12))
	if len(right.Suggests) != 0 {
		t.Errorf("12 in place of 3: got %v, want no escalation over what was wrong", right.Suggests)
	}
	if _, err := correct("police", wrong.ID, 11); !slices.Equal(fields(err), []string{"corrects"}) {
		t.Errorf("corrected twice: got %v", err)
	}
	if _, err := correct("police", uuid.New(), 11); !slices.Equal(fields(err), []string{"corrects"}) {
		t.Errorf("of nothing: got %v", err)
	}
	again := s.onCase(13, 1, "medium")
	if diff := cmp.Diff([]string{models.MARACByEscalation}, again.Suggests); diff != "" {
		t.Errorf("13 after 12: %s", diff)
	}
	l, err := s.forms.OfCase(s.As("police"), s.c.ID, forms.Query{})
	if err != nil || len(l.Entries) != 3 {
		t.Fatal(err, len(l.Entries))
	}
	for _, e := range l.Entries {
		if e.Corrected != (e.ID == wrong.ID) || e.Corrected && len(e.Suggests) > 0 {
			t.Errorf("the form with %d: corrected is %v", e.Score, e.Corrected)
		}
	}
	first, err := s.forms.OfCase(s.As("police"), s.c.ID, forms.Query{Limit: 2})
	if err != nil || len(first.Entries) != 2 || first.Next == "" {
		t.Fatal(err, len(first.Entries), first.Next)
	}
	rest, err := s.forms.OfCase(s.As("police"), s.c.ID, forms.Query{Limit: 2, Cursor: first.Next})
	if err != nil || len(rest.Entries) != 1 || rest.Entries[0].ID != wrong.ID || rest.Next != "" {
		t.Error(err, "the page after is not the first form")
	}
}

func fields(err error) (out []string) {
	for _, f := range models.FieldsOf(err) {
		out = append(out, f.Field)
	}
	return out
}
