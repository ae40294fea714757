package migrations_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// open are the tables without row security, and why nobody's secret is in them
// (decisions.md 8).
func open() map[string]string {
	queue := "the queue's: ids and the names of jobs, no person"
	return map[string]string{
		"goose_db_version":   "which steps of the schema were applied",
		"river_job":          queue,
		"river_leader":       queue,
		"river_migration":    queue,
		"river_notification": queue,
		"river_queue":        queue,
		"clock_rules":        "what the law sets as limits, in print",
		"authorities":        "the 33 authorities of London, in print",
		"organisations":      "who takes part: every screen names them; an address is never among it",
		"services":           "the directory, which exists to be read by all",
	}
}

const ours = "from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')"

func TestEveryTableForcesRowSecurityOrIsListedWithAReason(t *testing.T) {
	t.Parallel()
	c := lookAt(t)
	without := list(t, c, "select relname "+ours+" and not (relrowsecurity and relforcerowsecurity) order by 1")
	for _, table := range without {
		if open()[table] == "" {
			t.Errorf("%s does not force row security: force it, or list it with a reason", table)
		}
	}
	for table := range open() {
		if !slices.Contains(without, table) {
			t.Errorf("%s is listed as open and is not: take it off the list", table)
		}
	}
	for _, table := range list(t, c, "select relname "+ours+" and relowner <> $1::regrole", owner) {
		t.Errorf("%s belongs to another than %s", table, owner)
	}
	for _, table := range list(t, c, `select relname `+ours+` and relforcerowsecurity and not exists (select from pg_policy p where p.polrelid = c.oid
		and p.polname = 'owner_all' and p.polcmd = '*' and p.polroles = array[$1::regrole::oid]
		and pg_get_expr(p.polqual, p.polrelid) = 'true' and pg_get_expr(p.polwithcheck, p.polrelid) = 'true')`, owner) {
		t.Errorf("%s binds its owner too and has no policy owner_all: migrations and seeds would silently touch nothing", table)
	}
}

func TestEveryPolicyNamesTheRoleItIsFor(t *testing.T) {
	t.Parallel()
	c := lookAt(t)
	for _, p := range list(t, c, `select polrelid::regclass || ' ' || polname from pg_policy
		where polroles <> array[$1::regrole::oid] and polroles <> array[$2::regrole::oid] or not polpermissive`, owner, app) {
		t.Errorf("policy %s is for another than exactly one of %s and %s", p, owner, app)
	}
	for _, p := range list(t, c, `select polrelid::regclass || ' ' || polname from pg_policy where polroles = array[$1::regrole::oid] and polname <> 'owner_all'`, owner) {
		t.Errorf("policy %s gives the owner something besides owner_all", p)
	}
	for _, p := range list(t, c, `select polrelid::regclass || ' ' || polname from pg_policy where polroles = array[$1::regrole::oid]
		and (pg_get_expr(polqual, polrelid) = 'true' or polwithcheck is not null and polqual is null and pg_get_expr(polwithcheck, polrelid) = 'true')`, app) {
		t.Errorf("policy %s lets the application through whoever asks", p)
	}
}

// asked finds a setting that a policy asks for once a row instead of once a
// statement: outside of a select of its own (decisions.md 7).
var asked = regexp.MustCompile(`app_(user_id|org_id|role|handles_cases|is_system|pathways)\(\)`)

func TestEveryPolicyAsksWhoOnceAStatement(t *testing.T) {
	t.Parallel()
	c := lookAt(t)
	wrapped := regexp.MustCompile(`\( SELECT (?:public\.)?` + asked.String() + ` AS \w+\)`)
	for _, p := range list(t, c, `select polrelid::regclass || ' ' || polname || ': ' || coalesce(pg_get_expr(polqual, polrelid), '') || ' ' ||
		coalesce(pg_get_expr(polwithcheck, polrelid), '') from pg_policy`) {
		if found := asked.FindString(wrapped.ReplaceAllString(p, "")); found != "" {
			t.Errorf("%s is not inside a select of its own in policy %s", found, p)
		}
	}
}

func TestTheApplicationsRoleOwnsNothingAndIsNobodyElse(t *testing.T) {
	t.Parallel()
	c := lookAt(t)
	want := "super false, bypass false, create role false, create database false, replicate false"
	for _, role := range []string{owner, app} {
		got := list(t, c, `select format('super %s, bypass %s, create role %s, create database %s, replicate %s', rolsuper::text, rolbypassrls::text,
			rolcreaterole::text, rolcreatedb::text, rolreplication::text) from pg_roles where rolname = $1`, role)
		if diff := cmp.Diff([]string{want}, got); diff != "" {
			t.Errorf("%s: want -, got +\n%s", role, diff)
		}
		for _, other := range list(t, c, "select roleid::regrole::text from pg_auth_members where member = $1::regrole", role) {
			t.Errorf("%s can act as %s", role, other)
		}
	}
	for _, thing := range list(t, c, `select 'table ' || relname from pg_class where relowner = $1::regrole
		union all select 'function ' || proname from pg_proc where proowner = $1::regrole
		union all select 'type ' || typname from pg_type where typowner = $1::regrole
		union all select 'schema ' || nspname from pg_namespace where nspowner = $1::regrole
		union all select 'database ' || datname from pg_database where datdba = $1::regrole
		union all select 'extension ' || extname from pg_extension where extowner = $1::regrole`, app) {
		t.Errorf("the application's role owns the %s", thing)
	}
	for _, schema := range list(t, c, "select nspname from pg_namespace where has_schema_privilege($1, oid, 'CREATE')", app) {
		t.Errorf("the application's role can create things in schema %s", schema)
	}
	for _, right := range list(t, c, `select r from unnest(array['CREATE', 'TEMPORARY']) r where has_database_privilege($1, current_database(), r)`, app) {
		t.Errorf("the application's role has the right %s on the database", right)
	}
}

func TestNoTableGivesMoreThanWorkOnRows(t *testing.T) {
	t.Parallel()
	c := lookAt(t)
	for _, right := range list(t, c, `select c.relname || ': ' || r from pg_class c, unnest(array['TRUNCATE', 'REFERENCES', 'TRIGGER']) r
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and has_table_privilege($1, c.oid, r)`, app) {
		t.Errorf("the application's role has a right it never needs on %s", right)
	}
	for _, right := range list(t, c, `select c.relname || ': ' || a.privilege_type from pg_class c, aclexplode(c.relacl) a
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S') and a.grantee not in ($1::regrole, $2::regrole)
		and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`, owner, app) {
		t.Errorf("somebody other than the owner and the application has a right on %s", right)
	}
	for _, view := range list(t, c, `select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm')
		and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`) {
		t.Errorf("%s is a view, which reads as its owner: row security would not hold for who asks", view)
	}
	for _, right := range list(t, c, `select c.relname || ': ' || r from pg_class c, unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) r
		where c.relname like 'audit_events%' and c.relkind in ('r', 'p') and (has_table_privilege($1, c.oid, r)
			or r = 'UPDATE' and has_any_column_privilege($1, c.oid, r))`, app) {
		t.Errorf("the application's role can change the trail: %s", right)
	}
	for _, part := range list(t, c, `select c.relname from pg_class c where c.relispartition and c.relkind = 'r'
		and (has_table_privilege($1, c.oid, 'SELECT, INSERT') or has_any_column_privilege($1, c.oid, 'SELECT, INSERT'))`, app) {
		t.Errorf("the application's role can go round the policies of the trail by its part %s", part)
	}
}

// secrets are columns the application never reads, whoever asks.
func TestNoHashOfAPasswordOrATokenCanBeRead(t *testing.T) {
	t.Parallel()
	c := lookAt(t)
	for _, column := range list(t, c, `select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
		where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and a.attname ~ '^(password|token)_hash$'
		and (has_column_privilege($1, c.oid, a.attnum, 'SELECT') or has_column_privilege($1, c.oid, a.attnum, 'UPDATE')
			or has_column_privilege($1, c.oid, a.attnum, 'INSERT'))`, app) {
		t.Errorf("the application's role can read or write %s", column)
	}
}

// trusted are the functions that act as the owner, past row security, and why
// each must. The application may call those marked so; the rest are triggers.
func trusted() map[string]string {
	return map[string]string{
		"app_enter":                  "the session's row is not to be seen until it is known who asks",
		"app_enter_import":           "a job has no session: it writes the rows of a file in the name of who started it",
		"count_figures":              "cases, events and closings stand with whoever holds them; it keeps lines without a person, asked by a job",
		"scorecard_spread":           "an organisation reads no line of another; it gives the spread of five or more, without a name or a count",
		"quality_of_handoff":         "trigger: figures are nobody's to write, and who hands over reads no figure",
		"quality_of_rating":          "trigger: the same, of a need that was rated",
		"quality_of_goal":            "trigger: the same, of a plan that was agreed",
		"quality_of_equality":        "trigger: the same, of what a victim said of who they are, in all their referrals",
		"count_feed":                 "what came back as not safe stands with whoever a case was referred to; it gives numbers alone, to a job",
		"import_rows_erased":         "trigger: a file that waits goes with whoever is erased, and the eraser sees no file",
		"app_enter_status":           "the session of a status page is not to be seen until it is known which",
		"app_status_lookup":          "nobody is known yet, and no other way reads the hash of a word",
		"app_status_open":            "nobody is known yet, and the application writes no session of a status page",
		"app_status_find":            "who holds the cookie is what it answers",
		"app_status_leave":           "the application writes no session of a status page",
		"app_status_read":            "whoever came in by a code has no policy on any table: it gives when and of which kind, of one case, and no name, place or word",
		"app_message_claim":          "a job sees no number and no address of anybody, and has to have the one that it sends to",
		"app_message_counts":         "who runs the installation sees no case, and learns how many were sent",
		"status_doors_shut":          "trigger: who freezes a page reads and writes no session of it",
		"app_sign_in_lookup":         "nobody is signed in yet, and no other way reads a password's hash",
		"app_session_start":          "nobody is signed in yet",
		"app_session_lookup":         "who holds the cookie is what it answers",
		"app_session_refresh":        "the token is all the caller has",
		"app_organisation_set":       "a table without row security is written by nobody; it checks who asks",
		"app_service_capacity":       "the same; it checks who asks, and that the service is theirs",
		"app_service_offer":          "a table without row security is written by nobody; it checks who asks",
		"app_clock_rule_set":         "the rules of clocks are written by nobody but two people; it asks for both",
		"app_clock_rule_lengths":     "who runs the installation sees no clock; it tells them days and counts, and checks who asks",
		"app_listings_put":           "what is listed is no organisation's, and written by who runs the installation alone; it checks who asks",
		"app_invitation_issue":       "the application writes no hash of a token",
		"app_half_taken":             "who had a link in their hands is read of people whose links the actor may not see",
		"app_factors_reset":          "nobody reads or takes away another's factors; it checks who asks, of whom, and who approved",
		"factors_settle":             "trigger: nobody writes of themselves that they owe no second factor",
		"app_invitation_find":        "nobody is signed in: the link is all the caller has",
		"app_sign_on_domain":         "who invites reads nothing of the provider, and has to know that there is one",
		"app_invitation_use":         "nobody is signed in, and no other way writes a password",
		"app_conduct_owed":           "the system asks it of the one person whose session it looks up, and reads no acceptance",
		"app_webhook_off":            "the system reads nobody's role, and tells the administrators that an address of theirs was switched off",
		"app_machine_begin":          "the application makes nobody; it checks who asks, and a constraint holds the row to be a system",
		"app_machine_open":           "nobody is signed in: the secret is all a system has",
		"app_machine_scopes":         "the system asks it of the one session it looks up, and reads none",
		"app_agreements":             "everybody's referral is held to it; nobody else reads what an agreement rests on or who recorded it",
		"app_person_holds":           "who manages people sees no case and no referral, only how many",
		"app_reassign":               "who manages people sees no referral and leaves none with somebody who has gone",
		"app_session_open":           "nobody is signed in yet",
		"app_sign_on_enter":          "nobody is signed in, and no other way binds a subject to an account",
		"app_session_renew":          "the app can write neither a session nor a password",
		"app_session_find":           "who holds the cookie is what it answers",
		"app_coordinates":            "a coordinator's sight of a referral, asked by a policy on that table itself",
		"app_reroute_terms":          "a coordinator sees neither the case nor the decision to share, only its terms",
		"app_reroute_read":           "a coordinator copies what was frozen: sealed, for the application to seal again",
		"app_reroute_agreed":         "a coordinator sees no sharing, and has to know which service a referral may go to",
		"app_reroute_freeze":         "a coordinator's copy is frozen for a referral it may make and never reads",
		"app_sealed_rows":            "sealing anew takes the sealed bytes of every row, and the system sees no row",
		"app_reseal":                 "puts them back, and changes nothing else",
		"app_moves":                  "a coordinator's new referral names a case it cannot see",
		"app_answers_for":            "a privacy officer answers for a case without seeing it",
		"app_case_answered":          "the same, by its reference",
		"app_hidden_attempts":        "a breach hides with the record its incident is on, which who asks must not see",
		"audit_erase_detail":         "the application cannot change the trail; what two people approved is read from their request",
		"app_party_to":               "a privacy officer reads no case, and says only of which one a record is to be kept",
		"app_rights_record":          "a privacy officer reads no case, and asks which a reference names",
		"app_safety_incidents":       "a privacy officer reads no contact, and has to know which went wrong",
		"app_subject_record":         "a privacy officer reads no case but the one a request names",
		"app_suspects":               "a privacy officer reads no case, and has to know whether who asks is on record",
		"app_erase":                  "nobody may delete a record; this does what a second person approved",
		"app_retention_find":         "the system reads no case, and nobody puts one on the list by hand",
		"app_retention_delete":       "nobody may delete a record; this does what was approved and is due",
		"app_retention_release":      "an approval that can no longer be carried out is nobody's to turn",
		"app_raise_alert":            "the alarms see neither who works where nor a case's reference",
		"app_document_place":         "the jobs see no file, and an alert lies where it was attached",
		"app_stranded":               "who has left is no custodian any more, and nobody left may see the case",
		"app_rescues":                "says of a stranded case that there is one to who may help",
		"app_conflict":               "a person is asked about records they cannot see",
		"app_conflict_answer":        "a bar is nobody's to write, one on oneself neither",
		"app_duties":                 "who owes one duty of a case does not see the case; it checks who asks",
		"org_signs_in":               "says of an organisation that somebody signs in there, and not who",
		"app_feedback_due":           "the victim's role reads no table; it learns the id of what it is asked, of its own page",
		"app_feedback_answer":        "the same: it writes one answer, of its own page",
		"app_feedback_enter":         "the auditor writes an answer of no case, and no other",
		"app_feedback_figures":       "managers read no figure; it gives shares on twenty or more, of quarters that are over",
		"quality_of_feedback":        "trigger: figures are nobody's to write",
		"quality_of_feedback_answer": "trigger: the same, of an answer",
		"quality_of_feedback_words":  "trigger: the same, of words",
		"app_people_called":          "who records a complaint about another organisation does not see its people, and learns no name of them",
		"app_name_in_complaint":      "whoever says whom a complaint is about may be kept from it by that",
		"complaints_of_nobody":       "trigger: who records a complaint does not see who is left to answer it",
		"quality_of_complaint":       "trigger: figures are nobody's to write",
		"quality_of_complaint_clock": "trigger: the same, of its clocks",
		"app_draw_sample":            "the office that audits sees no case; it draws of those who agreed, and answers with codes and times",
		"app_item_open":              "what closes a copy is not the office's to see",
		"quality_reviews_begin":      "trigger: an item is nobody's to change",
		"matter_cases_erased":        "trigger: whoever erases need not be who keeps the matter",
		"app_enter_bulk":             "a job has no session: it hands over cases in the name of who began it",
		"handoffs_begin":             "trigger: locks the case, which who owes one duty of it does not see",
		"handoffs_move":              "trigger: nobody may write who holds a case, but an acceptance",
		"sharing_recalls":            "trigger: an offer ends with the decision it rests on, whoever withdraws that",
		"cases_close":                "trigger: whatever is owed of a case is looked for, seen or not",
		"cases_meet_conflicts":       "trigger: what people declared is read by nobody",
		"victims_meet_conflicts":     "trigger: the same",
		"contact_meets_conflicts":    "trigger: the same",
		"users_meet_records":         "trigger: whom a name is also the name of, is told to nobody",
		"person_meets_records":       "trigger: whom a declaration meets, is told to nobody",
		"app_alarm_holder":           "whose thresholds hold for a case the alarms cannot see",
		"app_close_to_home":          "the alarms compare readers with victims and see neither",
		"count_opened":               "how many records somebody opened is nobody's to write, their own neither",
		"count_listed":               "the same, of what a list or a search showed",
		"users_end_sessions":         "trigger: ends the sessions of another person",
		"organisations_end_sessions": "trigger: ends the sessions of everybody there",
		"cases_spread_access":        "trigger: the victim's and the clocks' access is nobody's to write",
		"cases_begin":                "trigger: the chain of holders and the victim's access are nobody's to write",
		"cases_hold":                 "trigger: the chain of holders is nobody's to write",
		"clocks_set_access":          "trigger: who may see a clock follows from its referral, not from who asks",
		"referrals_spread_access":    "trigger: takes a clock from the one whose act this is",
		"referrals_mask":             "trigger: frozen shares are nobody's to change",
		"documents_withdrawn":        "trigger: what is kept of a file is nobody's to change",
		"documents_mask":             "trigger: a file is nobody's to change, its owner's neither but to withdraw it",
		"app_documents_used":         "a quota counts what its asker may not see, and says no more than two sums",
		"form_entries_mask":          "trigger: an entry is nobody's to change, its owner's neither but to empty it",
		"app_subject_forms":          "an answer to a request is made by whoever keeps rights, who reads no case",
		"app_marac_partner":          "who takes part in a MARAC sees neither the case nor the referral",
		"app_marac_papers":           "the same: what was shared with the MARAC, to those who take part",
		"marac_actions_stop":         "trigger: the clock of an action is not its owner's to move",
		"marac_new_form":             "trigger: what is new of a case is told to the MARAC that heard it, whoever recorded it",
		"marac_new_incident":         "trigger: the same",
		"marac_mask":                 "trigger: what was said at a MARAC is nobody's to change",
		"cases_no_marac":             "trigger: what kind an organisation is, asked of whoever logs or takes over",
		"support_mask":               "trigger: what a service kept is nobody's to delete",
		"notes_mask":                 "trigger: a note is nobody's to change, its owner's neither but to empty it",
		"quality_of_referral":        "trigger: the figures are nobody's to write",
		"quality_of_new_clocks":      "trigger: the figures are nobody's to write",
		"quality_of_clocks":          "trigger: the figures are nobody's to write",
		"app_guards":                 "a privacy officer reads no case and decides what hides those of its organisation",
		"app_case_protection":        "says what hides a case to who may decide about it and cannot read it",
		"app_hidden":                 "traces are kept from people by records they cannot see",
		"bars_resolve":               "trigger: whose an address is, is told to nobody",
		"users_meet_bars":            "trigger: a bar waits for whoever gets the address it names",
		"bars_apply":                 "trigger: whom a record bars is nobody's to write",
		"cases_inherit":              "trigger: the same person's other records are not to be seen by who logs this one",
		"protections_begin":          "trigger: whose decision it is follows from the record",
		"protections_apply":          "trigger: what hides a record is nobody's to write but by a decision",
		"protections_keep":           "trigger: what a review keeps is nobody's to write",
		"cases_spread_protection":    "trigger: a case tells its referrals, clocks and figures",
		"referrals_take_protection":  "trigger: a referral follows its case",
		"quality_take_bars":          "trigger: the figures are nobody's to write",
		"app_link_sides":             "a privacy officer reads no case, and has to know which of a pair is theirs to decide about",
		"app_link_shown":             "the same; of another organisation's record it says whose it is",
		"app_link_said":              "what another organisation answered, without who or why",
		"app_link_candidates":        "the jobs see no person; it tells them keys and dates",
		"linkage_decide":             "trigger: whether two records are linked follows from what is said, and is nobody's to write",
		"app_break_glass":            "who asks for emergency access sees neither the case nor whether there is one",
		"app_enter_emergency":        "a grant opens what its holder cannot see",
		"app_emergency_case":         "a policy on cases asks it, and holds the grant to the case",
		"app_emergency_victim":       "the victim of the case a grant opens",
	}
}

// everybodys are functions PUBLIC may call, and why. Those of extensions are
// not ours and not counted.
func everybodys() map[string]string {
	return map[string]string{
		"river_job_state_in_bitmask": "the queue's own, used by its index: bits in, a boolean out",
	}
}

const functions = `from pg_proc p where p.pronamespace = 'public'::regnamespace and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`

func TestFunctionsThatActAsTheOwnerAreListedAndNameTheirSchemas(t *testing.T) {
	t.Parallel()
	c := lookAt(t)
	definers := list(t, c, "select proname "+functions+" and prosecdef order by 1")
	for _, f := range definers {
		if trusted()[f] == "" {
			t.Errorf("%s acts as the owner: list it with the reason, or let it act as who calls", f)
		}
	}
	for f := range trusted() {
		if !slices.Contains(definers, f) {
			t.Errorf("%s is listed and does not act as the owner: take it off the list", f)
		}
	}
	// A name without a schema is looked up where the caller says.
	names := append(list(t, c, "select relname "+ours), list(t, c, "select distinct proname "+functions)...)
	bare := regexp.MustCompile(`(?:from|join|insert into|update|table|using)\s+(` + strings.Join(names, "|") + `)\b|(?:^|[^.\w])(` + strings.Join(names, "|") + `)\s*\(`)
	for _, f := range definers {
		source := list(t, c, "select prosrc "+functions+" and proname = $1", f)[0]
		fixed := list(t, c, "select unnest(proconfig) "+functions+" and proname = $1", f)
		if found := bare.FindString(strings.ToLower(source)); found != "" && len(fixed) == 0 {
			t.Errorf("%s says %q without its schema and sets no search_path", f, strings.TrimSpace(found))
		}
	}
}

func TestNobodyMayCallWhatTheyDoNotNeed(t *testing.T) {
	t.Parallel()
	c := lookAt(t)
	public := list(t, c, `select distinct proname `+functions+` and (proacl is null or exists (select from aclexplode(proacl) a where a.grantee = 0)) order by 1`)
	for _, f := range public {
		if everybodys()[f] == "" {
			t.Errorf("everybody may call %s: revoke it from public and grant it to who needs it", f)
		}
	}
	for f := range everybodys() {
		if !slices.Contains(public, f) {
			t.Errorf("%s is listed as everybody's and is not: take it off the list", f)
		}
	}
	for _, f := range list(t, c, `select proname `+functions+` and prosecdef and prorettype <> 'trigger'::regtype and not has_function_privilege($1, p.oid, 'EXECUTE')`, app) {
		t.Errorf("%s acts as the owner and the application cannot call it: what is it for?", f)
	}
	for _, f := range list(t, c, `select proname `+functions+` and prorettype = 'trigger'::regtype and proname not like 'river%' and has_function_privilege($1, p.oid, 'EXECUTE')`, app) {
		t.Errorf("the application may call the trigger function %s", f)
	}
}
