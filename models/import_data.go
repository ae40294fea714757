package models

import (
	"slices"
	"sync"
)

// What whoever triages a police row sees to first. They are codes: nothing of
// what was sent.
const (
	FlagUnsafe         = "unsafe"           // a way to reach them is marked as not safe
	FlagNoSafeWay      = "no_safe_way"      // none is known to be safe
	FlagConsentNeeded  = "consent_needed"   // they have to say yes before anybody hears of them
	FlagConsentRefused = "consent_refused"  // they said no
	FlagNoNeedsCheck   = "no_needs_check"   // what they need was not asked
	FlagNoRisk         = "no_risk"          // the risk was not assessed
	FlagNoEthnicity    = "no_ethnicity"     // not recorded
	FlagInterpreter    = "interpreter"      // needs an interpreter
	FlagChild          = "child"            // under 18
	FlagChanged        = "sent_differently" // the source sent something else since
)

// ImportFlags lists them with their words, the most pressing first.
func ImportFlags() []Choice {
	return []Choice{
		{FlagUnsafe, "A way to reach them is not safe"},
		{FlagConsentRefused, "They do not want support"},
		{FlagConsentNeeded, "Ask them before anybody is told"},
		{FlagNoSafeWay, "No safe way to reach them"},
		{FlagChild, "Under 18"},
		{FlagInterpreter, "Needs an interpreter"},
		{FlagChanged, "Sent differently since"},
		{FlagNoNeedsCheck, "Needs not checked"},
		{FlagNoRisk, "Risk not assessed"},
		{FlagNoEthnicity, "Ethnicity not recorded"},
	}
}

// Triages reports whether an actor sees to what a police feed leaves: their
// organisation has one, and their role runs it.
func Triages(a Actor) bool {
	return slices.ContainsFunc(ImportSpecsOf(a), func(s ImportSpec) bool { return s.Kind == ImportPoliceFeed })
}

// SortFlags puts flags in order, the most pressing first.
func SortFlags(flags []string) []string {
	var out []string
	for _, f := range ImportFlags() {
		if slices.Contains(flags, f.Key) {
			out = append(out, f.Key)
		}
	}
	return out
}

// FlagWords are the words of flags, the most pressing first.
func FlagWords(flags []string) []string {
	out := SortFlags(flags)
	for i, f := range out {
		out[i] = ChoiceWords(ImportFlags(), f)
	}
	return out
}

// ConsentAnswers are what a police row can say of the victim's agreement to be
// referred to support.
func ConsentAnswers() []Choice {
	return []Choice{{"yes", "Yes"}, {"no", "No"}, {"not_asked", "Not asked"}}
}

// ExplicitConsent reports whether somebody has to say yes before a support
// service hears of them: after a sexual offence, domestic abuse, and for close
// relatives who were bereaved. Others may say no (domain.md 5.2).
func ExplicitConsent(offences []string) bool {
	for _, o := range offences {
		if g := OffenceGroup(o); g == CrimeSexual || g == CrimeDomestic || o == OffenceHomicide || o == OffenceSexualExploit {
			return true
		}
	}
	return false
}

// ImportSpecs are the kinds of file that are taken.
func ImportSpecs() []ImportSpec { return importSpecs() }

// ImportSpecsOf are the kinds of file that an actor's organisation has and their
// role may run; none where there is none.
func ImportSpecsOf(a Actor) []ImportSpec {
	var out []ImportSpec
	for _, s := range importSpecs() {
		if a.Can(ImportRun) && a.Can(s.Needs) && s.MayRun(a.OrgKind) {
			out = append(out, s)
		}
	}
	return out
}

// FindImportKind finds a kind of file.
func FindImportKind(k ImportKind) (*ImportSpec, bool) {
	all := importSpecs()
	i := slices.IndexFunc(all, func(s ImportSpec) bool { return s.Kind == k })
	if i < 0 {
		return nil, false
	}
	return &all[i], true
}

var importSpecs = sync.OnceValue(func() []ImportSpec {
	court := []EventType{"E9", "E10", "E12", "E13", "E14", "E16", "E17", "E18", "E25"}
	probation := []EventType{"E20", "E21", "E22", "E23", "E24"}
	return []ImportSpec{
		{Kind: ImportPoliceFeed, Words: "Police feed: each row becomes a case", Needs: CaseCreate, By: []OrganisationKind{KindPolice, KindCharity}, Fields: policeFields()},
		{
			Kind: ImportCourtResults, Words: "Court results: each row becomes an event of a case", Needs: EventRecord,
			By: []OrganisationKind{KindWitnessCare, KindCourt, KindCPS, KindPolice}, Types: court, Fields: eventFields(court),
		},
		{
			Kind: ImportProbationList, Words: "Probation list: each row becomes an event of a case", Needs: EventRecord,
			By: []OrganisationKind{KindProbation}, Types: probation, Fields: eventFields(probation),
		},
	}
})

func policeFields() []ImportField {
	return []ImportField{
		{"reference", "Crime reference", true, "4612345/26"},
		{"force", "Police force", true, "metropolitan"},
		{"offences", "Kinds of crime, with ; between", true, "domestic_abuse; assault"},
		{"hate_strands", "Hate strands, with ; between", false, "race"},
		{"summary", "What happened", true, "Hit by her brother on the way home"},
		{"occurred_on", "Day it happened", false, "2026-11-14"},
		{"reported_on", "Day it was reported", false, "2026-11-15"},
		{"place_kind", "Kind of place", false, "home"},
		{"place_borough", "Borough it happened in", false, "Hackney"},
		{"given_name", "First name", false, "Amara"},
		{"family_name", "Family name", false, "Okafor"},
		{"known_as", "Name they go by", false, ""},
		{"date_of_birth", "Date of birth", false, "1994-03-21"},
		{"borough", "Borough they live in", false, "Hackney"},
		{"postcode", "Postcode", false, "E8 1EA"},
		{"address", "Address", false, "1 Example Street"},
		{"language", "Language", false, "English"},
		{"interpreter_needed", "Interpreter needed", false, "no"},
		{"access_needs", "Access needs, with ; between", false, ""},
		{"ethnicity", "Ethnic group", false, ""},
		{"phone", "Phone number", false, "07700 900123"},
		{"phone_safe", "Phone: is it safe", false, "yes"},
		{"leave_message", "Phone: may a message be left", false, "no"},
		{"email", "Email address", false, "name@example.org"},
		{"email_safe", "Email: is it safe", false, "unknown"},
		{"confirmed_on", "Day they said what is safe", false, "2026-11-15"},
		{"risk_level", "Risk", false, "standard"},
		{"needs_checked", "Their needs were checked", false, "yes"},
		{"support_consent", "They agree to be referred to support", false, "yes"},
	}
}

// eventFields are the columns of a list of events: of which case, what and when,
// and every detail that one of its kinds asks for.
func eventFields(types []EventType) []ImportField {
	out := []ImportField{
		{"case_reference", "Our case reference", true, "C-7K2M-9QXT-4"},
		{"reference", "Your reference for this line", true, "LJ-2026-118/3"},
		{"type", "What it was: E1 to E30, or its name", true, "hearing"},
		{"occurred_at", "When it happened", true, "2026-11-16 10:30"},
		{"known_at", "When you knew", false, "2026-11-16 15:00"},
	}
	for _, t := range types {
		spec, ok := FindEventType(string(t))
		if !ok {
			continue
		}
		for i := range spec.Details {
			d := &spec.Details[i]
			if !slices.ContainsFunc(out, func(f ImportField) bool { return f.Key == d.Key }) {
				out = append(out, ImportField{Key: d.Key, Words: d.Label, Example: d.example()})
			}
		}
	}
	return out
}

// example is a value such a detail can have.
func (f *EventDetail) example() string {
	switch f.Kind {
	case DetailChoice:
		return f.Choices[0].Key
	case DetailMoment:
		return "2026-11-30 10:00"
	case DetailYesNo:
		return "yes"
	case DetailNumber:
		return "12"
	case DetailText:
	}
	return ""
}
