package models

import (
	"slices"
	"time"
)

// The criteria of a referral to a MARAC (domain.md 2.3). Any one is enough, and
// none decides anything: a person refers.
const (
	MARACByScore      = "score"
	MARACByJudgement  = "judgement"
	MARACByEscalation = "escalation"
	MARACByRepeat     = "repeat"
)

// MARACCriteria lists them with the words of a form.
func MARACCriteria() []Choice {
	return []Choice{
		{MARACByScore, "The score of the risk form"},
		{MARACByJudgement, "Professional judgement"},
		{MARACByEscalation, "It is getting worse or more frequent"},
		{MARACByRepeat, "A repeat within 12 months of a MARAC"},
	}
}

// MARACIncidents is how many incidents within 12 months are an escalation: three
// is common practice outside London, some use five (domain.md 2.3).
const MARACIncidents = 3

// aYearBefore is the first day of the 12 months that end on a day.
func aYearBefore(day time.Time) time.Time { return day.AddDate(-1, 0, 0) }

// SuggestMARAC returns which criteria an entry meets: the score of its form, the
// judgement, and escalation, which is an earlier form of the same kind within 12
// months with a lower score, or incidents on several days of those 12 months; and
// repeat, where a MARAC heard the case within the year before it was kept. Earlier
// are the entries of the same record that still stand.
func SuggestMARAC(d FormDefinition, e *FormEntry, earlier []FormEntry, incidents, heard []time.Time) []string {
	var out []string
	if d.Score.MARAC > 0 && e.Score >= d.Score.MARAC {
		out = append(out, MARACByScore)
	}
	if e.Judgement == JudgedHigh {
		out = append(out, MARACByJudgement)
	}
	if escalates(e, earlier, incidents) {
		out = append(out, MARACByEscalation)
	}
	if slices.ContainsFunc(heard, func(at time.Time) bool { return at.Before(e.At) && e.At.Before(at.AddDate(MARACWatch, 0, 0)) }) {
		out = append(out, MARACByRepeat)
	}
	return out
}

func escalates(e *FormEntry, earlier []FormEntry, incidents []time.Time) bool {
	from := aYearBefore(e.FilledOn)
	for i := range earlier {
		o := &earlier[i]
		if o.ID != e.ID && o.Form == e.Form && !o.FilledOn.Before(from) && before(o, e) && o.Score < e.Score {
			return true
		}
	}
	days := map[string]bool{}
	for _, at := range incidents {
		if !at.Before(from) && !at.After(e.FilledOn) {
			days[at.Format(time.DateOnly)] = true
		}
	}
	return len(days) >= MARACIncidents
}

// before reports whether a form was filled in before another: of one day, the
// one that was kept first.
func before(a, b *FormEntry) bool {
	if a.FilledOn.Equal(b.FilledOn) {
		return a.At.Before(b.At)
	}
	return a.FilledOn.Before(b.FilledOn)
}
