package notes_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/notes"
)

// stage is a case of the police, referred to Ashdown, and the service.
type stage struct {
	*testkit.Stage
	notes *notes.Service
	c     testkit.CaseFacts
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	return &stage{w, notes.New(w.DB, directory.New(w.DB)), w.Case(t, w.As("police"))}
}

func (s *stage) write(t *testing.T, who string, referral uuid.UUID, kind models.NoteKind, text string) notes.Note {
	t.Helper()
	n, err := s.notes.AddToReferral(s.As(who), referral, notes.Input{Kind: kind, Text: text})
	if err != nil {
		t.Fatalf("%s writing %q: %v %v", who, text, err, models.FieldsOf(err))
	}
	return n
}

// reads is what somebody is shown of a referral's notes: their words in the
// order of the alphabet, or the code of the refusal.
func (s *stage) reads(who string, referral uuid.UUID, reason string) string {
	l, err := s.notes.OfReferral(s.As(who), referral, notes.Query{Reason: reason})
	if err != nil {
		return string(models.CodeOf(err))
	}
	var out []string
	for _, n := range l.Notes {
		out = append(out, n.Text)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestANoteIsReadByThoseItWasWrittenForAtEveryStage(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusSubmitted)
	s.write(t, "police", r.ID, models.NoteInternal, "p-own")
	s.write(t, "police", r.ID, models.NoteShared, "p-shared")
	s.write(t, "vawg", r.ID, models.NoteInternal, "v-own")
	s.write(t, "vawg", r.ID, models.NoteShared, "v-shared")
	s.write(t, "vawg", r.ID, models.NoteCounselling, "v-counsel")
	expect := func(stage, reason string, want map[string]string) {
		t.Helper()
		got := map[string]string{}
		for who := range want {
			got[who] = s.reads(who, r.ID, reason)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: want -, got +\n%s", stage, diff)
		}
	}
	if n := s.Count(t, "select count(*) from outbox where topic = 'note.shared' and referral_id = $1", r.ID); n != 1 {
		t.Errorf("the referrer was told %d times of a note that is shared with them, want once", n)
	}
	const police = "p-own p-shared v-shared"
	nobody := map[string]string{
		"refuge": "not_found", "lantern.manager": "not_found", "coordinator": "forbidden", "commissioner": "forbidden", "analyst": "forbidden",
		"privacy": "forbidden", "orgadmin": "forbidden", "admin": "forbidden", "witnesscare": "forbidden",
	}
	expect("at every stage", "", nobody)
	expect("before acceptance nothing the referrer shares is read yet", "", map[string]string{
		"police": police, "police.second": police, "police.manager": police,
		"vawg": "v-counsel v-own v-shared", "vawg.second": "v-own v-shared", "vawg.manager": "v-own v-shared",
	})
	s.Do(t, "update referrals set status = 'accepted', version = version + 1, accepted_at = $2, worker_id = $3 where id = $1", r.ID, s.Clock.Now(), s.Person("vawg.second").ID)
	expect("accepted, and given to another worker", "", map[string]string{
		"police": police, "vawg": "p-shared v-counsel v-own v-shared", "vawg.second": "p-shared v-counsel v-own v-shared", "vawg.manager": "p-shared v-own v-shared",
	})
	s.Do(t, "update referrals set status = 'ended_early', version = version + 1, ended_at = $2, reason = 'other' where id = $1", r.ID, s.Clock.Now())
	expect("ended, without a reason", "", map[string]string{"police": police, "vawg": "forbidden", "vawg.second": "conflict", "vawg.manager": "conflict"})
	expect("ended, with a reason", "A complaint", map[string]string{
		"police": police, "vawg": "forbidden", "vawg.second": "v-counsel v-own v-shared", "vawg.manager": "v-own v-shared",
	})
	if n := s.Count(t, "select count(*) from audit_events where action = 'notes.opened' and detail->>'why' = 'A complaint' and subject_id = $1", r.ID); n != 3 {
		t.Errorf("got %d openings with their reason on record, want 3", n)
	}
	s.Do(t, "update referrals set status = 'entered_in_error', version = version + 1 where id = $1", r.ID)
	expect("entered in error", "A complaint", map[string]string{"police": "", "police.manager": "", "vawg.manager": "", "vawg.second": ""})
	if n := s.Count(t, "select count(*) from notes where octet_length(text) > 0"); n != 0 {
		t.Errorf("%d notes of a referral entered in error still say something", n)
	}
}

func TestWhatEndedBeforeItWasAcceptedKeepsNoRecordForItsReceiver(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusSubmitted)
	s.write(t, "vawg", r.ID, models.NoteInternal, "v-own")
	s.Do(t, "update referrals set status = 'withdrawn', version = version + 1, ended_at = $2, reason = 'other' where id = $1", r.ID, s.Clock.Now())
	if got := s.reads("vawg.manager", r.ID, "A complaint"); got != "forbidden" {
		t.Errorf("withdrawn, to be acknowledged: got %q, want forbidden", got)
	}
	s.Do(t, "update referrals set version = version + 1, withdrawal_acknowledged_at = $2 where id = $1", r.ID, s.Clock.Now())
	if got := s.reads("vawg.manager", r.ID, "A complaint"); got != "not_found" {
		t.Errorf("withdrawn and acknowledged: got %q, want not found", got)
	}
}

func TestACorrectionStandsBesideWhatItCorrectsForTheSameReaders(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusAccepted)
	first := s.write(t, "vawg", r.ID, models.NoteShared, "She lives at number 9.")
	fix, err := s.notes.AddToReferral(s.As("vawg.second"), r.ID, notes.Input{Corrects: first.ID, Text: "Number 6."})
	if err != nil || fix.Kind != models.NoteShared {
		t.Fatalf("correcting: got %+v, %v", fix, err)
	}
	for _, who := range []string{"police", "vawg"} {
		l, err := s.notes.OfReferral(s.As(who), r.ID, notes.Query{})
		if err != nil || len(l.Notes) != 1 || l.Notes[0].Text != "She lives at number 9." || len(l.Notes[0].Corrections) != 1 || l.Notes[0].Corrections[0].Text != "Number 6." {
			t.Errorf("%s reads %+v, %v: want the note with its correction beside it", who, l.Notes, err)
		}
	}
	own := s.write(t, "vawg", r.ID, models.NoteInternal, "own")
	other := s.Referral(t, s.Case(t, s.As("police")), testkit.ServiceIDVA, models.StatusAccepted)
	for name, c := range map[string]struct {
		who      string
		referral uuid.UUID
		in       notes.Input
		field    string
	}{
		"a correction of a correction":       {"vawg", r.ID, notes.Input{Corrects: fix.ID, Text: "x"}, "corrects"},
		"by the other side":                  {"police", r.ID, notes.Input{Corrects: first.ID, Text: "x"}, "corrects"},
		"of a note the author cannot see":    {"police", r.ID, notes.Input{Corrects: own.ID, Text: "x"}, "corrects"},
		"of a note of another referral":      {"vawg", other.ID, notes.Input{Corrects: first.ID, Text: "x"}, "corrects"},
		"for other readers":                  {"vawg", r.ID, notes.Input{Corrects: own.ID, Kind: models.NoteShared, Text: "x"}, "kind"},
		"without words":                      {"vawg", r.ID, notes.Input{Corrects: own.ID, Text: "  "}, "text"},
		"with too many":                      {"vawg", r.ID, notes.Input{Text: strings.Repeat("x", models.NoteLongest+1)}, "text"},
		"of an unknown kind":                 {"vawg", r.ID, notes.Input{Kind: "public", Text: "x"}, "kind"},
		"a counselling note of the referrer": {"police", r.ID, notes.Input{Kind: models.NoteCounselling, Text: "x"}, "kind"},
	} {
		_, err := s.notes.AddToReferral(s.As(c.who), c.referral, c.in)
		if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != c.field {
			t.Errorf("%s: got %v %v, want %s refused", name, err, f, c.field)
		}
	}
	if _, err := s.notes.AddToCase(s.As("police"), s.c.ID, notes.Input{Kind: models.NoteShared, Text: "x"}); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("a shared note about a case alone: got %v, want it refused", err)
	}
	// The longest note that may be kept, in the widest letters there are.
	if _, err := s.notes.AddToCase(s.As("police"), s.c.ID, notes.Input{Text: strings.Repeat("😀", models.NoteLongest)}); err != nil {
		t.Errorf("the longest note: %v %v", err, models.FieldsOf(err))
	}
}

func TestANoteIsNeverChangedOrRemovedByAnybody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if _, err := s.notes.AddToCase(s.As("police"), s.c.ID, notes.Input{Text: "As it was."}); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"update notes set text = 'As it never was.'", "update notes set text = set_byte(text, 40, 1 + get_byte(text, 40) % 200)",
		"update notes set text = set_byte(text, 2, 1 + get_byte(text, 2) % 200), at = now()", "update notes set text = '', at = now()", "update notes set kind = 'internal', by_user_id = gen_random_uuid()",
		"delete from notes", "truncate notes",
	} {
		if _, err := s.Owner.Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append only") {
			t.Errorf("%s, as the schema's owner: got %v, want it refused", statement, err)
		}
	}
	l, err := s.notes.OfCase(s.As("police"), s.c.ID, notes.Query{})
	if err != nil || len(l.Notes) != 1 || l.Notes[0].Text != "As it was." {
		t.Errorf("got %+v, %v, want the note as it was", l.Notes, err)
	}
	if n := s.Count(t, "select count(*) from notes where position('As it was' in encode(text, 'escape')) > 0"); n != 0 {
		t.Error("the words of a note stand in the database in clear")
	}
}

func TestNothingIsAddedWhereTheStateOfTheReferralDoesNotAllowIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	draft := s.Referral(t, s.c, testkit.ServiceISVA, models.StatusDraft)
	r := s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusAccepted)
	shared := s.write(t, "vawg", r.ID, models.NoteShared, "Said at once.")
	add := func(who string, id uuid.UUID, in notes.Input) models.Code {
		_, err := s.notes.AddToReferral(s.As(who), id, in)
		if err == nil {
			return ""
		}
		return models.CodeOf(err)
	}
	if got := add("police", draft.ID, notes.Input{Text: "x"}); got != models.CodeConflict {
		t.Errorf("on a draft: got %q, want a conflict", got)
	}
	s.Do(t, "update referrals set status = 'ended_early', version = version + 1, ended_at = $2, reason = 'other' where id = $1", r.ID, s.Clock.Now())
	for name, c := range map[string]struct {
		who  string
		in   notes.Input
		want models.Code
	}{
		"shared after the end":                      {"police", notes.Input{Kind: models.NoteShared, Text: "x"}, models.CodeConflict},
		"shared by the receiver after it":           {"vawg.manager", notes.Input{Kind: models.NoteShared, Text: "x"}, models.CodeConflict},
		"by a worker it was not given to":           {"vawg.second", notes.Input{Text: "x"}, models.CodeForbidden},
		"by the worker it was given to":             {"vawg", notes.Input{Text: "x"}, ""},
		"by the manager":                            {"vawg.manager", notes.Input{Text: "x"}, ""},
		"a correction of what was shared before it": {"vawg", notes.Input{Corrects: shared.ID, Text: "x"}, ""},
		"by somebody who has nothing to do with it": {"refuge", notes.Input{Text: "x"}, models.CodeNotFound},
		"by a role that keeps no records":           {"coordinator", notes.Input{Text: "x"}, models.CodeForbidden},
	} {
		if got := add(c.who, r.ID, c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// What the service refuses, the database refuses too.
func TestTheDatabaseHoldsTheRulesOfNotesByItself(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusAccepted)
	mine := s.write(t, "vawg", r.ID, models.NoteInternal, "own")
	police, vawg := s.Actor("police"), s.Actor("vawg")
	insert := func(ctx context.Context, columns string, args ...any) error {
		b, err := s.DB.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		b.Exec("insert into notes (id, case_id, text, at, "+columns, append([]any{models.NewID(), s.c.ID, s.Clock.Now()}, args...)...)
		return b.Send(pg.BatchHousekeeping)
	}
	// The text is what the database takes for sealed, so that only who writes it
	// is left to refuse.
	const rest = "referral_id, kind, corrects, by_user_id, by_org_id) values ($1, $2, decode(repeat('01', 40), 'hex'), $3, $4, $5, $6, $7, $8)"
	if err := insert(s.As("police"), rest, nil, "internal", nil, police.UserID, police.OrgID); err != nil {
		t.Fatalf("a note as it should be: %v", err)
	}
	for name, err := range map[string]error{
		"a counselling note of the referrer":        insert(s.As("police"), rest, r.ID, "counselling", nil, police.UserID, police.OrgID),
		"a correction for other readers":            insert(s.As("vawg"), rest, r.ID, "shared", mine.ID, vawg.UserID, vawg.OrgID),
		"a correction of another organisation's":    insert(s.As("police"), rest, r.ID, "internal", mine.ID, police.UserID, police.OrgID),
		"a shared note about a case alone":          insert(s.As("police"), rest, nil, "shared", nil, police.UserID, police.OrgID),
		"a note about a case one is not a party to": insert(s.As("vawg"), rest, nil, "internal", nil, vawg.UserID, vawg.OrgID),
		"a note of a case in another's name":        insert(s.As("police"), rest, nil, "internal", nil, s.Person("police.second").ID, police.OrgID),
		"a note in another's name":                  insert(s.As("vawg"), rest, r.ID, "internal", nil, s.Person("vawg.second").ID, vawg.OrgID),
	} {
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	s.Do(t, "update referrals set status = 'ended_early', version = version + 1, ended_at = $2, reason = 'other' where id = $1", r.ID, s.Clock.Now())
	for who, want := range map[string]int64{"vawg": 1, "vawg.manager": 1, "vawg.second": 0} {
		b, err := s.DB.Begin(s.As(who))
		if err != nil {
			t.Fatal(err)
		}
		var n int64
		b.Query(pg.One(new(bool), &n), "select count(*) from notes where id = $1", mine.ID)
		if err := b.Send(pg.BatchRead); err != nil || n != want {
			t.Errorf("ended, %s: got %d notes and %v, want %d: its worker and managers alone", who, n, err, want)
		}
	}
}

func TestTheNotesOfACaseComeInPages(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := s.Referral(t, s.c, testkit.ServiceIDVA, models.StatusAccepted)
	for _, text := range []string{"a", "b", "c", "d", "e"} {
		if _, err := s.notes.AddToCase(s.As("police"), s.c.ID, notes.Input{Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	s.write(t, "vawg", r.ID, models.NoteShared, "f")
	s.write(t, "vawg", r.ID, models.NoteInternal, "hidden")
	var got []string
	q := notes.Query{Limit: 2}
	for range 4 {
		l, err := s.notes.OfCase(s.As("police.second"), s.c.ID, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range l.Notes {
			got = append(got, n.Text)
		}
		if q.Cursor = l.Next; q.Cursor == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"f", "e", "d", "c", "b", "a"}, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	if _, err := s.notes.OfCase(s.As("police"), s.c.ID, notes.Query{Cursor: "nonsense"}); models.CodeOf(err) != models.CodeMalformed {
		t.Errorf("a cursor of nobody's: got %v, want malformed", err)
	}
	if _, err := s.notes.OfCase(s.As("vawg"), s.c.ID, notes.Query{}); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("the notes of a case, to its receiver: got %v, want not found", err)
	}
}
