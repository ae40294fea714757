package demo

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"throughline/models"
)

// What is shared: the victim's decision for one receiver, and the copy frozen
// at sending in two stages, in the form services/referrals keeps it.

// decide records the decision to share with the receiver of a referral.
func (k *kase) decide(g *generator, s *source, svc *service, at time.Time, by *person) *models.SharingDecision {
	d := models.SharingDecision{
		ID: s.id(at), CaseID: k.ID, ReceiverOrgID: svc.OrgID, Purpose: "support", Basis: models.BasisAgreement, RecordedAt: at,
		RecordedBy: by.id, RecordedByOrgID: by.org.id, Version: 1, Fields: g.fields(s, k, svc),
	}
	d.Method = pick(s, []string{"spoken", "spoken", "spoken", "spoken", "written", "signed"})
	if n := k.victim.InterpreterNeeded; n != nil && *n {
		d.Method = "interpreter"
	}
	if slices.Contains(k.victim.AccessNeeds, "British Sign Language") {
		d.Method = "bsl"
	}
	if svc.Pathway != models.PathwayRestorative && (k.age < 18 && s.chance(0.35) || k.RiskLevel == models.PriorityHigh && s.chance(0.12)) {
		d.Basis, d.Method = "safeguarding", models.MethodNone
		d.Reason = "There is a risk of serious harm, and waiting for agreement would make it greater. The decision was talked through with a manager."
	}
	k.decisions = append(k.decisions, d)
	k.events = append(k.events, event{
		at: at, by: by, action: "sharing.recorded", subject: "sharing_decision", id: d.ID, caseID: k.ID,
		detail: map[string]any{"receiver": d.ReceiverOrgID, "basis": d.Basis, "method": d.Method, "fields": d.Fields},
	})
	return &k.decisions[len(k.decisions)-1]
}

// fields are what may be shared: what the pathway suggests, the names, and
// for some more than that.
func (g *generator) fields(s *source, k *kase, svc *service) []string {
	p, _ := models.FindPathway(svc.Pathway)
	chosen := map[string]bool{"given_name": true, "family_name": true, "safe_contact": true}
	for _, f := range p.SuggestedFields {
		chosen[f] = s.chance(0.95)
	}
	for f, chance := range map[string]float64{"date_of_birth": 0.6, "postcode": 0.25, "crime_reference": 0.6} {
		chosen[f] = chosen[f] || hashChance(k, svc, f) < chance
	}
	if k.domestic() && hashChance(k, svc, "perpetrator") < 0.6 {
		chosen["perpetrator"] = true
	}
	if svc.key == SvcRefuge || svc.key == SvcRefugeSecond {
		chosen["children"], chosen["perpetrator"] = true, true
	}
	var out []string
	for _, c := range models.SharableFields() {
		if chosen[c.Key] {
			out = append(out, c.Key)
		}
	}
	return out
}

// hashChance is a number from 0 to 1 that belongs to a case, a service and a
// field, so that walking a map takes nothing from the stream of choices.
func hashChance(k *kase, svc *service, field string) float64 {
	h := uint64(14695981039346656037)
	for _, b := range k.ID {
		h = (h ^ uint64(b)) * 1099511628211
	}
	for _, part := range []string{svc.key, field} {
		for i := range len(part) {
			h = (h ^ uint64(part[i])) * 1099511628211
		}
	}
	return float64(mix(h)>>11) / (1 << 53)
}

// stagesOf says which fields are seen from sending and which once accepted:
// names wait unless ticked, contact always waits.
func stagesOf(s *source, fields []string) (first, second []string) {
	early := s.chance(0.08)
	first, second = []string{}, []string{}
	for _, f := range fields {
		name := f == "given_name" || f == "family_name" || f == "known_as"
		if f == "safe_contact" || f == "date_of_birth" || f == "postcode" || name && !early {
			second = append(second, f)
		} else {
			first = append(first, f)
		}
	}
	return first, second
}

// freeze keeps the copy the receiver will see.
func (r *referral) freeze() {
	sending, acceptance := r.k.values(r.SharedFields), r.k.values(r.SharedAfter)
	first, second := models.Stages(r.Pathway, r.PathwayVersion, r.Answers, r.SharedFields, r.SharedAfter)
	if len(first) > 0 {
		sending["answers"] = first
	}
	if len(second) > 0 {
		acceptance["answers"] = second
	}
	r.shares = map[string]string{"sending": toJSON(sending), "acceptance": toJSON(acceptance)}
}

func (k *kase) values(fields []string) map[string]any {
	out := map[string]any{}
	for _, f := range fields {
		if f != "safe_contact" {
			out[f] = k.value(f)
		}
	}
	return out
}

// value is one field in the form the API sends; nil for what is not known.
func (k *kase) value(field string) any {
	v := &k.victim
	switch field {
	case "given_name":
		return opt(v.GivenName)
	case "family_name":
		return opt(v.FamilyName)
	case "known_as":
		return opt(v.KnownAs)
	case "date_of_birth":
		if v.DateOfBirth == nil {
			return nil
		}
		return v.DateOfBirth.Format(time.DateOnly)
	case "borough":
		if v.Borough == "" {
			return nil
		}
		return map[string]any{"code": v.Borough, "name": boroughName(v.Borough)}
	case "postcode":
		return opt(v.Postcode)
	case "language":
		return map[string]any{"language": opt(v.Language), "interpreter_needed": v.InterpreterNeeded}
	case "access_needs":
		return orEmpty(v.AccessNeeds)
	case "risk_level":
		return string(k.RiskLevel)
	case "risk_assessment":
		return k.risk()
	}
	return k.story(field)
}

func (k *kase) story(field string) any {
	var parts []string
	switch field {
	case "incident_summary":
		for _, i := range k.incidents {
			parts = append(parts, i.Summary)
		}
		return opt(strings.Join(parts, "\n\n"))
	case "crime_reference":
		for _, i := range k.incidents {
			if i.CrimeReference != "" && !slices.Contains(parts, i.CrimeReference) {
				parts = append(parts, i.CrimeReference)
			}
		}
		return opt(strings.Join(parts, ", "))
	}
	people := []map[string]any{}
	for _, p := range k.people {
		if p.Suspect == (field == "perpetrator") && (p.Suspect || p.Relation == "child") {
			people = append(people, map[string]any{"relation": p.Relation, "name": opt(p.Name)})
		}
	}
	return people
}

func boroughName(code string) string {
	for i := range authorities() {
		if authorities()[i].Code == code {
			return authorities()[i].Name
		}
	}
	return code
}

// toJSON writes a value with its keys in order.
func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("demo: " + err.Error())
	}
	return string(b)
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
