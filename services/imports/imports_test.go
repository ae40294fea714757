package imports_test

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/blob"
	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/directory"
	"throughline/services/events"
	"throughline/services/imports"
	"throughline/services/referrals"
)

// stage is a world with the service on it, and the folder it keeps files in.
type stage struct {
	*testkit.Stage
	t      *testing.T
	s      *imports.Service
	folder string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	folder := t.TempDir()
	store, err := blob.Dir(folder)
	if err != nil {
		t.Fatal(err)
	}
	dir, cal := directory.New(w.DB), models.MustCalendar()
	return &stage{Stage: w, t: t, folder: folder, s: imports.New(w.DB, dir, store, cases.New(w.DB, cal, dir), events.New(w.DB, cal, dir, referrals.New(w.DB, cal, dir)))}
}

func (s *stage) take(who string, kind models.ImportKind, format models.ImportFormat, content string) models.Import {
	s.t.Helper()
	i, err := s.s.Take(s.As(who), imports.File{Kind: kind, Format: format, Body: strings.NewReader(content)})
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return i
}

// work runs the job, which stops after some seconds, until no file waits.
func (s *stage) work() {
	s.t.Helper()
	for range 100 {
		if err := s.s.Work(s.System()); err != nil {
			s.t.Fatal(err)
		}
		if s.Count(s.t, "select count(*) from imports where status in ('checking', 'running')") == 0 {
			return
		}
	}
	s.t.Fatal("it does not end")
}

func (s *stage) get(who string, i models.Import) models.Import {
	s.t.Helper()
	out, err := s.s.Get(s.As(who), i.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// run takes a file to its end: check, start, run.
func (s *stage) run(who string, kind models.ImportKind, content string) models.Import {
	s.t.Helper()
	i := s.take(who, kind, models.ImportCSV, content)
	s.work()
	if _, err := s.s.Start(s.As(who), i.ID); err != nil {
		s.t.Fatal(err)
	}
	s.work()
	return s.get(who, i)
}

// rows are what came of the rows of a file: number, outcome, field, code, flags.
func (s *stage) rows(who string, i models.Import) []string {
	s.t.Helper()
	list, _, err := s.s.Rows(s.As(who), i.ID, imports.Query{Limit: 100})
	if err != nil {
		s.t.Fatal(err)
	}
	var out []string
	for _, r := range list {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s %s %s %s", r.N, r.Outcome, r.Field, r.Code, strings.Join(r.Flags, " "))))
	}
	return out
}

func (s *stage) expect(what string, got []string, want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Errorf("%s: want -, got +\n%s", what, diff)
	}
}

// files are how many files lie in the folder.
func (s *stage) files() (n int) {
	s.t.Helper()
	if err := filepath.WalkDir(s.folder, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// made is what a run leaves: cases with what hangs on them, told without ids.
func (s *stage) made() string {
	s.t.Helper()
	var out string
	if err := s.Owner.QueryRow(s.t.Context(), `select coalesce(string_agg(r.n || ' ' || v.family_name || ' ' || c.risk_level || ' ' || c.enhanced || ' '
		|| (select count(*) from incidents x where x.case_id = c.id) || (select count(*) from contact_channels x where x.case_id = c.id)
		|| (select count(*) from contact_details x where x.case_id = c.id) || (select count(*) from case_holders x where x.case_id = c.id)
		|| (select count(*) from outbox x where x.case_id = c.id) || (select count(*) from audit_events x where x.case_id = c.id and x.action = 'case.logged'), E'\n' order by r.n), '')
		from import_rows r join cases c on c.id = r.case_id join victims v on v.id = c.victim_id where r.applied and r.outcome = 'accepted'`).Scan(&out); err != nil {
		s.t.Fatal(err)
	}
	return out
}

const header = "reference,force,offences,summary,reported_on,given_name,family_name,date_of_birth,borough,phone,phone_safe,confirmed_on,risk_level,needs_checked,support_consent,ethnicity\n"

// feed is a police feed of so many rows.
func feed(n int) string {
	var b strings.Builder
	b.WriteString(header)
	for i := range n {
		fmt.Fprintf(&b, "Z%d/26,metropolitan,burglary,A window was broken,2026-11-14,Given%d,Family%d,1980-02-03,Hackney,07700 900%03d,yes,2026-11-14,standard,yes,yes,A\n", i, i, i, i%1000)
	}
	return b.String()
}

func TestAPoliceFeedIsCheckedWithoutAChangeAndThenRunOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	content := header +
		"Z1/26,metropolitan,domestic_abuse; assault,Hit at home,14/11/2026,Amara,Zzokafor,1994-03-21,Hackney,07700 900123,no,2026-11-14,high,yes,,\n" + // unsafe, has to be asked
		"Z2/26,btp,Robbery,A phone was taken,2026-11-14,Ben,Zzellis,2012-01-02,Hackney,07700 900124,yes,2026-11-14,,no,yes,A\n" + // a child, no risk, no needs check
		"Z2/26,btp,Robbery,A phone was taken,2026-11-14,Ben,Zzellis,2012-01-02,Hackney,07700 900124,yes,2026-11-14,,no,yes,A\n" + // again
		"Z2/26,metropolitan,theft,The number of another force,2026-11-14,Cy,Zzcole,,Hackney,,,,standard,yes,not_asked,A\n" +
		"Z3/26,metropolitan,murder mystery,Zzsecret,2026-11-14,Di,Zzdone,,Atlantis,,,,standard,,,\n" + // no such crime, no such borough
		"Z4/26,metropolitan,theft,Zzsecret,2027-11-14,Di,Zzdone,,,,,,standard,,,\n" + // tomorrow
		"Z5/26,metropolitan,theft\n" +
		"Z6/26,metropolitan,theft,Zz\"secret,2026-11-14,Di,Zzdone,,,,,,standard,,,\n" +
		"Z7/26,metropolitan,theft,A bag,2026-11-14,Ed,Zzeast,,,01,yes,2026-11-14,standard,yes,no,A\n" // no phone number
	want := []string{
		"1 accepted   unsafe no_safe_way consent_needed no_ethnicity", "2 accepted   no_risk no_needs_check child", "3 duplicate   no_risk no_needs_check child",
		"4 accepted   no_safe_way", "5 refused borough unknown", "6 refused reported_on invalid", "7 refused  columns", "8 refused  malformed", "9 refused phone invalid",
	}
	i := s.take("police", models.ImportPoliceFeed, models.ImportCSV, content)
	if i.Status != models.ImportChecking || i.Total != 9 {
		t.Fatalf("got %+v", i)
	}
	s.work()
	s.expect("the check", s.rows("police", i), want...)
	if got := s.get("police", i); got.Status != models.ImportChecked || got.Done != 9 || got.Accepted != 3 || got.Duplicate != 1 || got.Refused != 5 {
		t.Errorf("after the check: %+v", got)
	}
	if n := s.Count(t, "select count(*) from cases"); n != 0 {
		t.Errorf("the check logged %d cases", n)
	}
	if _, err := s.s.Start(s.As("police"), i.ID); err != nil {
		t.Fatal(err)
	}
	s.work()
	s.expect("the run", s.rows("police", i), want...)
	if got := s.get("police", i); got.Status != models.ImportDone || got.ContentAt == nil || s.files() != 0 {
		t.Errorf("after the run: %+v, %d files", got, s.files())
	}
	if want, got := "1 Zzokafor high true 111111\n2 Zzellis standard true 111111\n4 Zzcole standard false 100111", s.made(); got != want {
		t.Errorf("got cases\n%s\nwant\n%s", got, want)
	}
	if n := s.Count(t, "select count(*) from cases c join audit_events a on a.case_id = c.id where c.logged_by = a.actor_user_id and c.accountable_org_id = a.actor_org_id and c.source = 'police' and a.detail ? 'import'"); n != 3 {
		t.Errorf("%d cases are in the trail as logged by who started it, want 3", n)
	}
	if n := s.Count(t, "select count(*) from (select t::text as x from import_rows t union all select t::text from imports t union all select t::text from audit_events t) y where x ~ 'Zz|07700'"); n != 0 {
		t.Errorf("%d rows of the report or the trail repeat what was in the file", n)
	}
	// Sent again it changes nothing; said otherwise, somebody has to look.
	again := s.run("police", models.ImportPoliceFeed, header+
		"Z2/26,btp,Robbery,A phone was taken,2026-11-14,Ben,Zzellis,2012-01-02,Hackney,07700 900124,yes,2026-11-14,,no,yes,A\n"+
		"Z2/26,btp,Robbery,A phone was taken,2026-11-14,Ben,Zzellis,2012-01-02,Hackney,07700 900124,no,2026-11-14,,no,yes,A\n"+
		"Z8/26,btp,fraud,A letter,2026-11-14,Flo,Zzfrost,,Hackney,,,,standard,yes,yes,A\n")
	s.expect("the next", s.rows("police", again), "1 duplicate   no_risk no_needs_check child", "2 changed   no_risk unsafe no_safe_way no_needs_check child sent_differently", "3 accepted   no_safe_way")
	if n := s.Count(t, "select count(*) from contact_channels ch join cases c on c.id = ch.case_id join victims v on v.id = c.victim_id where v.family_name = 'Zzellis' and ch.safe = 'yes' and ch.confirmed_on is null"); n != 1 {
		t.Error("a row that says something else leaves what was safe as it was")
	}
}

func TestKilledHalfWayAndResumedItEndsAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	const rows = 1230
	whole, broken := newStage(t), newStage(t)
	whole.run("police", models.ImportPoliceFeed, feed(rows))
	i := broken.take("police", models.ImportPoliceFeed, models.ImportCSV, feed(rows))
	broken.work()
	if _, err := broken.s.Start(broken.As("police"), i.ID); err != nil {
		t.Fatal(err)
	}
	// The server goes in the middle of the second transaction.
	broken.Do(t, `create function die() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$`)
	broken.Do(t, "create trigger die before insert on import_rows for each row when (new.n = 777 and new.applied) execute function die()")
	cut := false
	for n := 0; n < 100 && !cut; n++ {
		cut = broken.s.Work(broken.System()) != nil
	}
	if !cut {
		t.Fatal("it went on though the server was gone")
	}
	if got := broken.get("police", i); got.Status != models.ImportRunning || got.Done != 500 || got.Accepted != 500 {
		t.Errorf("half-way: %+v", got)
	}
	if n := broken.Count(t, "select count(*) from cases"); n != 500 {
		t.Errorf("%d cases half-way, want those of the first 500 rows", n)
	}
	broken.Do(t, "drop trigger die on import_rows")
	broken.work()
	if got := broken.get("police", i); got.Status != models.ImportDone || got.Accepted != rows {
		t.Errorf("in the end: %+v", got)
	}
	if whole.made() != broken.made() || strings.Count(whole.made(), "\n") != rows-1 {
		t.Error("it is not what a run makes that nothing cut off")
	}
	if n := broken.Count(t, "select count(*) from (select case_id from audit_events where action = 'case.logged' group by case_id having count(*) <> 1) x"); n != 0 {
		t.Errorf("%d cases were logged more than once", n)
	}
}

func TestWhatTheDatabaseWillNotTakeIsOneRefusedRow(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Do(t, "alter table victims add constraint never_seven check (family_name <> 'Family7')")
	i := s.run("police", models.ImportPoliceFeed, feed(12))
	if got := s.get("police", i); got.Accepted != 11 || got.Refused != 1 || got.Status != models.ImportDone {
		t.Errorf("got %+v", got)
	}
	if list, _, err := s.s.Rows(s.As("police"), i.ID, imports.Query{Outcome: models.RowRefused}); err != nil || len(list) != 1 || list[0].N != 8 || list[0].Code != "not_kept" {
		t.Errorf("got %v, %v", list, err)
	}
}

func TestAFileThatCannotBeReadIsRefusedWholeAndNothingIsKept(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	row := strings.SplitN(feed(1), "\n", 3)[1] + "\n"
	for name, f := range map[string]struct{ format, content, code string }{
		"empty":               {"csv", "", "required"},
		"a header alone":      {"csv", header, "required"},
		"a name twice":        {"csv", "reference,reference\n1,2\n", "invalid"},
		"a column of no name": {"csv", "reference,\n1,2\n", "invalid"},
		"not UTF-8":           {"csv", header + strings.Replace(row, "window", "w\xefndow", 1), "invalid"},
		"UTF-16":              {"csv", "\xff\xfer\x00e\x00f\x00\n\x00", "invalid"},
		"NUL":                 {"csv", header + strings.Replace(row, "window", "w\x00ndow", 1), "invalid"},
		"a quote left open":   {"csv", header + strings.Repeat(row, 600) + strings.Replace(row, "A window", "\"A window", 1) + strings.Repeat(row, 900), "too_long"},
		"open at the end":     {"csv", header + row + strings.Replace(row, "A window", "\"A window", 1) + row, "too_long"},
		"a row without end":   {"jsonl", `{"reference": "` + strings.Repeat("x", 70_000), "too_long"},
		"no rows of JSON":     {"jsonl", "\n\n", "required"},
		"another format":      {"xlsx", "x", "unknown"},
	} {
		_, err := s.s.Take(s.As("police"), imports.File{Kind: models.ImportPoliceFeed, Format: models.ImportFormat(f.format), Body: strings.NewReader(f.content)})
		if got := models.FieldsOf(err); models.CodeOf(err) != models.CodeInvalid || len(got) != 1 || got[0].Code != f.code {
			t.Errorf("%s: got %v %v", name, err, got)
		}
	}
	if n := s.Count(t, "select count(*) from imports"); n != 0 || s.files() != 0 {
		t.Errorf("%d imports and %d files are left", n, s.files())
	}
	if _, err := s.s.Take(s.As("police"), imports.File{Kind: models.ImportPoliceFeed, Format: models.ImportCSV, Body: endless{}}); models.CodeOf(err) != models.CodeTooLarge {
		t.Errorf("a file without end: %v", err)
	}
}

// endless is a feed of refused rows that does not end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '\n'
	}
	copy(p, "a,b")
	return len(p), nil
}

func TestLinesOfJSONAreRowsAndWhatIsNoneIsRefusedByItself(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	i := s.take("police", models.ImportPoliceFeed, models.ImportLines, "\xef\xbb\xbf"+
		`{"reference": "Q1", "force": "btp", "offences": ["assault", "threats"], "summary": "Shouted at", "interpreter_needed": true}`+"\n\n"+
		`{"reference": "Q2", "reference": "Q3", "force": "btp"}`+"\n"+`[1]`+"\n"+`{"reference": {"a": 1}}`+"\n"+`{"reference": "Q4"`+"\n"+`{"force": "btp", "offences": "theft", "summary": "A bag", "reference": 45} `)
	s.work()
	s.expect("JSON", s.rows("police", i), "1 accepted   no_risk no_safe_way no_needs_check no_ethnicity interpreter", "2 refused  malformed", "3 refused  malformed", "4 refused  malformed", "5 refused  malformed",
		"6 accepted   no_risk no_safe_way no_needs_check no_ethnicity")
}

func TestAListOfACourtBecomesEventsByTheRulesOfEvents(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := s.Case(t, s.As("police"))
	other := s.Case(t, s.As("caseworker"), func(f *testkit.CaseFacts) { f.GivenName, f.FamilyName, f.CodeWord = "Other", "Otherwise", "larkspur" })
	head := "Our case,reference,type,occurred at,known_at,what,hearing_at,contact_scheme,months\n"
	line := func(reference, rest string) string { return reference + "," + rest + "\n" }
	content := head +
		line(c.Reference, "L1,hearing,2026-11-13 10:30,13/11/2026 15:00,Listed,2026-12-01 10:00,,") +
		line(c.Reference, "L1,E12,2026-11-13 10:30,13/11/2026 15:00,listed,2026-12-01 10:00,,") + // again
		line(c.Reference, "L2,hearing,2026-11-13 10:30,,moved,,,") + // no time, no former time
		line(c.Reference, "L3,release,2026-11-13 10:30,,released,,,") + // not of a court
		line(other.Reference, "L4,hearing,2026-11-13 10:30,,listed,2026-12-01 10:00,,") + // not theirs to see
		line("C-0000-0000-0", "L5,hearing,2026-11-13 10:30,,listed,2026-12-01 10:00,,") +
		line(c.Reference, "L6,sentence,2026-11-13 10:30,,custody,,yes,14") +
		line(c.Reference, "L7,sentence,the other day,,custody,,yes,14")
	i := s.take("police", models.ImportCourtResults, models.ImportCSV, content)
	if i.Status != models.ImportMapping {
		t.Fatalf("it is %s though a column is called otherwise", i.Status)
	}
	if _, err := s.s.Match(s.As("police"), i.ID, imports.Matching{Mapping: map[string]string{"case_reference": "Their case"}}); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("a column that is not there: %v", err)
	}
	match := map[string]string{"case_reference": "Our case", "occurred_at": "occurred at"}
	for _, name := range []string{"reference", "type", "known_at", "what", "hearing_at", "contact_scheme", "months"} {
		match[name] = name
	}
	if _, err := s.s.Match(s.As("police"), i.ID, imports.Matching{Mapping: match, Save: true}); err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	s.work()
	want := []string{
		"1 accepted", "2 duplicate", "3 refused hearing_at required", "4 refused type unknown", "5 refused case_reference case_not_found", "6 refused case_reference case_not_found",
		"7 accepted", "8 refused occurred_at invalid",
	}
	s.expect("the check", s.rows("police", i), want...)
	if n := s.Count(t, "select count(*) from case_events") + s.Count(t, "select count(*) from case_clocks"); n != 0 {
		t.Errorf("the check left %d rows", n)
	}
	if _, err := s.s.Start(s.As("police"), i.ID); err != nil {
		t.Fatal(err)
	}
	s.work()
	s.expect("the run", s.rows("police", i), want...)
	if events, clocks := s.Count(t, "select count(*) from case_events where case_id = $1", c.ID), s.Count(t, "select count(distinct rule) from clocks where case_id = $1", c.ID); events != 2 || clocks < 4 {
		t.Errorf("%d events and %d clocks, want 2 and those of a hearing and a sentence", events, clocks)
	}
	// The mapping was saved: the next list goes in as it is, and tells what it tells again.
	next := s.take("police", models.ImportCourtResults, models.ImportCSV, head+line(c.Reference, "L1,hearing,2026-11-13 10:30,13/11/2026 15:00,Listed,2026-12-01 10:00,,")+
		line(c.Reference, "L1,hearing,2026-11-13 10:30,13/11/2026 15:00,Listed,2026-12-02 10:00,,"))
	s.work()
	s.expect("the next", s.rows("police", next), "1 duplicate", "2 refused reference conflict")
	if got := s.get("police", next); got.Status != models.ImportChecked {
		t.Errorf("got %+v", got)
	}
	if _, err := s.s.Start(s.As("police"), next.ID); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("a file that changes nothing starts: %v", err)
	}
}

func TestAFileIsItsOrganisationsAndStopsWithWhoStartedIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	i := s.take("police", models.ImportPoliceFeed, models.ImportCSV, feed(3))
	for name, err := range map[string]error{
		"another organisation": second(s.s.Get(s.As("caseworker"), i.ID)), "to start": second(s.s.Start(s.As("caseworker"), i.ID)), "to give up": second(s.s.Discard(s.As("vawg"), i.ID)),
	} {
		if models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := s.s.Get(s.As("orgadmin"), i.ID); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("who takes in no files: %v", err)
	}
	if _, err := s.s.Take(s.As("police"), imports.File{Kind: models.ImportProbationList, Format: models.ImportCSV, Body: strings.NewReader(header)}); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("a list of probation by the police: %v", err)
	}
	if _, err := s.s.Start(s.As("police"), i.ID); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("started before it was checked: %v", err)
	}
	s.Do(t, "update users set disabled_at = now() where id = $1", s.Actor("police").UserID)
	s.work()
	if got := s.get("police.manager", i); got.Status != models.ImportStopped || got.Done != 0 {
		t.Errorf("who started it is gone: %+v", got)
	}
	if _, err := s.s.Start(s.As("police.manager"), i.ID); err != nil {
		t.Fatal(err)
	}
	s.work()
	if got := s.get("police.manager", i); got.Status != models.ImportChecked || got.Accepted != 3 {
		t.Errorf("somebody else went on: %+v", got)
	}
	// Nobody runs it: after a week the content goes, and the file with it.
	s.Clock.Advance(8 * 24 * time.Hour)
	if err := s.s.Sweep(s.System()); err != nil {
		t.Fatal(err)
	}
	if got := s.get("police.manager", i); got.Status != models.ImportDiscarded || got.ContentAt == nil || s.files() != 0 {
		t.Errorf("after a week: %+v, %d files", got, s.files())
	}
	// Nor does it go on for an organisation that was closed.
	j := s.take("police.manager", models.ImportPoliceFeed, models.ImportCSV, feed(3))
	s.Do(t, "update organisations set active = false where id = $1", s.Org(testkit.OrgPolice).ID)
	s.work()
	if n := s.Count(t, "select count(*) from imports where id = $1 and status = 'stopped' and done = 0", j.ID); n != 1 {
		t.Error("a file goes on for an organisation that is closed")
	}
}

func second[T any](_ T, err error) error { return err }

func TestALineThatComesAgainInALaterPieceIsFoundByTheCheck(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := s.Case(t, s.As("police"))
	line := func(name string) string {
		return c.Reference + ",L1," + name + ",2026-11-13 10:30,listed,2026-12-01 10:00\n"
	}
	i := s.take("police", models.ImportCourtResults, models.ImportCSV, "case_reference,reference,type,occurred_at,what,hearing_at\n"+
		line("hearing")+strings.Repeat(c.Reference+",L2,nothing,,,\n", 120)+strings.ToLower(line("e12")))
	s.work()
	if got := s.get("police", i); got.Accepted != 1 || got.Duplicate != 1 || got.Refused != 120 {
		t.Errorf("the check: %d accepted, %d again, %d refused, want 1, 1 and 120", got.Accepted, got.Duplicate, got.Refused)
	}
	if n := s.Count(t, "select count(*) from case_events"); n != 0 {
		t.Errorf("the check recorded %d events", n)
	}
}

// TestWhatIsKnownIsLookedUpReferenceByReference holds that a piece costs the same
// however many rows of its source were run before, on a database that has not
// counted them yet.
func TestWhatIsKnownIsLookedUpReferenceByReference(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if i := s.run("police.manager", models.ImportPoliceFeed, feed(1200)); i.Accepted != 1200 {
		t.Fatalf("got %+v", i)
	}
	police := s.Actor("police.manager")
	for what, ask := range map[string]struct {
		sql  string
		args []any
	}{
		"run before":     {imports.KnownSQL, []any{police.OrgID, "police_feed", [][]byte{{1, 2}, {1, 3}}}},
		"checked before": {imports.CheckedSQL, []any{models.NewID(), [][]byte{{1, 2}, {1, 3}}}},
	} {
		b, err := s.DB.Begin(s.As("police.manager"))
		if err != nil {
			t.Fatal(err)
		}
		var plan strings.Builder
		b.Query(pg.Each(func(row pg.Row) error {
			var line string
			err := row.Scan(&line)
			plan.WriteString(line + "\n")
			return err
		}), "explain (costs off) "+ask.sql, ask.args...)
		if err := b.Send(pg.BatchRead); err != nil {
			t.Fatal(err)
		}
		if cond := regexp.MustCompile(`Index Cond: .*reference_key = k.key`); !cond.MatchString(plan.String()) {
			t.Errorf("%s: other rows than those of the references are read:\n%s", what, plan.String())
		}
	}
}
