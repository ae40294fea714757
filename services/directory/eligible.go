package directory

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// The codes of why a service cannot take somebody, the same words as the
// reasons it would decline with, and of what is worth knowing before choosing.
const (
	WhyAge         = "not_eligible_age"
	WhyArea        = "not_eligible_area"
	WhyOffence     = "not_eligible_offence_or_need"
	WhyGender      = "not_eligible_gender"
	WhyRisk        = "risk_too_high"
	WhyPaused      = "paused"
	WhyClosed      = "closed"
	WhyLive        = "live_referral"
	NoteAge        = "age_unknown"
	NoteArea       = "area_unknown"
	NoteGender     = "gender_unknown"
	NoteLimited    = "limited"
	NoteNoPlaces   = "no_places"
	NoteStale      = "capacity_unconfirmed"
	staleAfterDays = 7 // a service says weekly whether it has places (ux.md 3.1)
)

// Reason says one thing about a service for a case. One that excludes makes it
// impossible to refer; the others are said and decide nothing.
type Reason struct {
	Code     string
	Words    string
	Excludes bool
}

// Option is a service as somebody choosing sees it. Without a case, only what
// holds for everyone is said.
type Option struct {
	Service      models.Service
	Organisation models.Organisation
	Eligible     bool
	Reasons      []Reason
	// LiveReferral is the referral of the same case to the same service that is
	// already open, if there is one.
	LiveReferral string
}

// Facts are what a service's rules are held against. Nil and empty are "not
// known", which never excludes.
type Facts struct {
	BornOn       *time.Time
	Borough      string // E09 code
	OffenceTypes []string
	HateStrands  []string
	Sex          string // as recorded in equality: female, male, or other words
	Risk         models.Priority
	Live         map[uuid.UUID]string // live referrals of the case, by service
}

// Assess holds a service against the facts of a case at a moment; nil facts ask
// only whether it is taking anybody.
func Assess(s models.Service, f *Facts, now time.Time) []Reason {
	out := capacityReasons(s, now)
	if f == nil {
		return out
	}
	out = append(out, pathwayReasons(s, f, now)...)
	out = append(out, ageReasons(s, f.BornOn, now)...)
	out = append(out, areaReasons(s, f.Borough)...)
	out = append(out, needReasons(s, f)...)
	out = append(out, genderReasons(s, f.Sex)...)
	if !s.HighRisk && f.Risk == models.PriorityHigh {
		out = append(out, no(WhyRisk, "It does not take people at high risk."))
	}
	if ref, ok := f.Live[s.ID]; ok {
		out = append(out, no(WhyLive, "Referral "+ref+" to this service is already open."))
	}
	return out
}

// Excluded reports whether one of the reasons makes a service impossible.
func Excluded(reasons []Reason) bool {
	return slices.ContainsFunc(reasons, func(r Reason) bool { return r.Excludes })
}

// Fault is what a person is told who chose a service that cannot take the
// case: the first reason's code and all of their words. It is false where
// nothing excludes.
func Fault(field string, reasons []Reason) (models.FieldError, bool) {
	var code string
	var words []string
	for _, r := range reasons {
		if !r.Excludes {
			continue
		}
		if code == "" {
			code = r.Code
		}
		words = append(words, r.Words)
	}
	return models.Field(field, code, strings.Join(words, " ")), code != ""
}

func no(code, words string) Reason   { return Reason{Code: code, Words: words, Excludes: true} }
func note(code, words string) Reason { return Reason{Code: code, Words: words} }

func capacityReasons(s models.Service, now time.Time) []Reason {
	var out []Reason
	switch {
	case !s.Active || s.Capacity == models.CapacityClosed:
		return []Reason{no(WhyClosed, "It is closed to new referrals.")}
	case s.Capacity == models.CapacityPaused:
		return []Reason{no(WhyPaused, "It has paused new referrals.")}
	case s.Capacity == models.CapacityLimited:
		out = append(out, note(NoteLimited, "It is taking people on to a waiting list."))
	case s.PlacesOpen != nil && *s.PlacesOpen == 0:
		out = append(out, note(NoteNoPlaces, "It has no free place at the moment."))
	}
	if c := s.CapacityConfirmedOn; c == nil || models.Today(now).Sub(*c) > staleAfterDays*24*time.Hour {
		out = append(out, note(NoteStale, "It has not confirmed its places in the last 7 days."))
	}
	return out
}

// pathwayReasons is who a pathway is for at all, whatever a service of it takes.
func pathwayReasons(s models.Service, f *Facts, now time.Time) []Reason {
	p, ok := models.FindPathway(s.Pathway)
	if !ok {
		return nil
	}
	var age *int
	if f.BornOn != nil {
		years := models.AgeOn(*f.BornOn, models.Today(now))
		age = &years
	}
	tooOld, otherCrime := p.Eligible.Excludes(age, f.OffenceTypes, f.HateStrands)
	var out []Reason
	if tooOld {
		out = append(out, no(WhyAge, p.Name+" is not for them: "+models.LowerFirst(p.Eligible.Words)))
	}
	if otherCrime {
		out = append(out, no(WhyOffence, p.Name+" is not for them: "+models.LowerFirst(p.Eligible.Words)))
	}
	return out
}

func ageReasons(s models.Service, born *time.Time, now time.Time) []Reason {
	if s.MinAge == nil && s.MaxAge == nil {
		return nil
	}
	words := "It is for people aged " + ages(s.MinAge, s.MaxAge) + "."
	if born == nil {
		return []Reason{note(NoteAge, words+" Their age is not known.")}
	}
	age := models.AgeOn(*born, models.Today(now))
	if s.MinAge != nil && age < *s.MinAge || s.MaxAge != nil && age > *s.MaxAge {
		return []Reason{no(WhyAge, words)}
	}
	return nil
}

func ages(lowest, highest *int) string {
	switch {
	case highest == nil:
		return strconv.Itoa(*lowest) + " and over"
	case lowest == nil:
		return strconv.Itoa(*highest) + " and under"
	}
	return strconv.Itoa(*lowest) + " to " + strconv.Itoa(*highest)
}

func areaReasons(s models.Service, borough string) []Reason {
	switch {
	case len(s.Boroughs) == 0 || slices.Contains(s.Boroughs, borough):
		return nil
	case borough == "":
		return []Reason{note(NoteArea, "It serves some boroughs only. Where they live is not known.")}
	}
	return []Reason{no(WhyArea, "It does not serve the borough they live in.")}
}

func needReasons(s models.Service, f *Facts) []Reason {
	fits := func(wanted, has []string) bool {
		return len(wanted) == 0 || len(has) == 0 || slices.ContainsFunc(has, func(h string) bool { return slices.Contains(wanted, h) })
	}
	if !fits(s.OffenceTypes, f.OffenceTypes) {
		return []Reason{no(WhyOffence, "It does not help after this kind of crime.")}
	}
	if !fits(s.HateStrands, f.HateStrands) {
		return []Reason{no(WhyOffence, "It does not help with this kind of hate crime.")}
	}
	return nil
}

func genderReasons(s models.Service, sex string) []Reason {
	switch {
	case !s.WomenOnly || sex == "female" || sex == "woman":
		return nil
	case sex == "male" || sex == "man":
		return []Reason{no(WhyGender, "It is for women only.")}
	}
	return []Reason{note(NoteGender, "It is for women only.")}
}
