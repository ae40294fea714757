package quality

import (
	"strings"

	"throughline/models"
)

// measuresOfCourt are what the law cares about (issue 5): as far as police,
// prosecutors and courts record what happened.
func measuresOfCourt() []Measure {
	const charged = "f.kind = 'case' and f.charged_at is not null"
	const waits = charged + " and not (f.tried_at is null and 'dropped' = any (f.marks))"
	gap := func(key, name, definition, denominator, from, to string) Measure {
		return Measure{
			Key: key, Name: name, Kind: KindTime, Topic: TopicCourt, Month: monthLogged, Unit: unitHours, counted: true,
			Definition: definition, Denominator: denominator,
			Exclusions: "Cases in which either day was not recorded, or the second comes before the first.",
			Trap:       "Only cases that have got there are counted: the slowest are still to come. No limit is set by law, so there is no share in time.",
			of:         "f.kind = 'case' and " + to + " >= " + from, amount: "extract(epoch from " + to + " - " + from + ") / 3600.0",
		}
	}
	return []Measure{
		gap("report_to_charge", "From report to charge", "From the day the crime was recorded by the police, or reported where that is not known, to the first charge.", "Cases with a charge.", "f.reported_at", "f.charged_at"),
		gap("charge_to_trial_end", "From charge to the end of the trial", "From the first charge to the outcome of the trial.", "Cases with a charge and an outcome.", "f.charged_at", "f.tried_at"),
		{
			Key: "hearings_moved", Name: "Hearings that were moved", Kind: KindShare, Topic: TopicCourt, Month: monthLogged, Unit: unitTimes, counted: true,
			Definition:  "Cases in which a hearing was moved or vacated at least once, and how often: half of the cases this often or less, nine in ten this often or less.",
			Denominator: "Cases with a hearing that was listed, moved or vacated.",
			Trap:        "A hearing that was moved outside Throughline is not known here.",
			of:          "f.kind = 'case' and f.hearings + f.moved > 0", part: "f.moved > 0", amount: "f.moved",
		},
		{
			Key: "withdrew_waiting", Name: "Withdrew while waiting for the trial", Kind: KindShare, Topic: TopicCourt, Month: monthLogged, counted: true,
			Definition:  "Cases closed because the victim asked to stop, after the charge and before the trial had ended.",
			Denominator: "Cases with a charge.",
			Exclusions:  "Cases in which the charge was dropped and no trial came.",
			Trap:        "Those still waiting may yet withdraw. To ask us to stop is not always to leave the prosecution.",
			of:          waits, part: "'withdrew' = any (f.marks)",
		},
		{
			Key: "supported_through", Name: "Supported through the wait", Kind: KindShare, Topic: TopicCourt, Month: monthLogged, counted: true,
			Definition:  "Cases in which a service that accepted the victim was still working with them when the trial ended, or is now where it is still to come.",
			Denominator: "Cases with a charge.",
			Exclusions:  "Cases in which the charge was dropped and no trial came.",
			Trap:        "Support that was finished before the trial, because no more was wanted, counts as not there.",
			of:          waits, part: "'through' = any (f.marks)",
		},
	}
}

func measuresOfPeople() []Measure {
	return []Measure{
		{
			Key: "equality_known", Name: "What is known of who is served", Kind: KindShare, Topic: TopicWho, Month: monthLogged, Code: "field", counted: true,
			Definition:  "Cases in which the victim's answer is known, question by question.",
			Denominator: "Every case.",
			Exclusions:  "Prefer not to say, not safe to ask, and not asked are not known. They are never put together with an answer.",
			Trap:        "Read this before any difference between groups: what is not known may not be like what is.",
			of:          "f.kind = 'case'", part: "'known_' || q.field = any (f.marks)", code: "q.field", words: fieldWords,
			join: "cross join unnest(array['" + strings.Join(knownFields(), "', '") + "']) q (field)",
		},
		{
			Key: "children_linked", Name: "Cases with a child", Kind: KindShare, Topic: TopicWho, Month: monthLogged, counted: true,
			Definition:  "Cases in which the victim is under 18, or a child is named beside them.",
			Denominator: "Every case.",
			Trap:        "Only children whom somebody wrote down are known.",
			of:          "f.kind = 'case'", part: "'child' = any (f.marks)",
		},
		{
			Key: "children_referred", Name: "A concern for the child was sent on", Kind: KindShare, Topic: TopicWho, Month: monthLogged, counted: true,
			Definition:  "Cases with a child in which a concern was sent to children's services (MASH).",
			Denominator: "Cases in which the victim is under 18, or a child is named beside them.",
			Trap:        "Not every case with a child gives rise to a concern: there is no right share.",
			of:          "f.kind = 'case' and 'child' = any (f.marks)", part: "'concern' = any (f.marks)",
		},
		{
			Key: "needs_named", Name: "What victims say they need", Kind: KindReasons, Topic: TopicWho, Month: monthLogged, Code: "need", counted: true,
			Definition:  "Needs that victims named in their own view, need by need.",
			Denominator: "Cases, each once for each need that was named.",
			Exclusions:  "Cases in which no need was named.",
			Trap:        "One case counts for several needs, so the lines do not add up to the number of cases.",
			of:          "f.kind = 'case'", code: "q.field", words: needWords, join: "cross join unnest(f.needs) q (field)",
		},
	}
}

// knownFields are what completeness is shown of: the equality questions that are
// asked of everybody, and age and borough.
func knownFields() []string {
	out := []string{"age", "borough"}
	for _, q := range models.EqualityQuestions() {
		if q.After == "" {
			out = append(out, q.Key)
		}
	}
	return out
}

func fieldWords(code string) string {
	names := map[string]string{
		"age": "Age", "borough": "Borough", models.EqualityEthnicGroup: "Ethnic group", models.EqualityDisability: "Disability", models.EqualityReligion: "Religion",
		models.EqualityOrientation: "Sexual orientation", models.EqualitySex: "Sex", models.EqualityGenderIdentity: "Gender identity", models.EqualityMarriage: "Marriage or civil partnership",
		models.EqualityPregnancy: "Pregnancy and maternity",
	}
	if w, ok := names[code]; ok {
		return w
	}
	return code
}

func needWords(code string) string { return models.ChoiceWords(models.Needs(), code) }
