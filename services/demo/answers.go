package demo

import (
	"time"

	"throughline/models"
)

// answersFor answers the pathway's questions the way a referrer would: what is
// known of the case, and choices of the list for the rest.
func (g *generator) answersFor(s *source, k *kase, svc *service) map[string]any {
	p, _ := models.FindPathway(svc.Pathway)
	out := map[string]any{}
	for i := range p.Questions {
		q := &p.Questions[i]
		if a := g.fixed(s, k, svc, q.Key); a != nil {
			out[q.Key] = a
			continue
		}
		if !q.Required && !q.When.Holds(out) && (q.When.Key != "" || s.chance(0.3)) {
			continue
		}
		switch q.Kind {
		case models.AskRadios:
			out[q.Key] = pick(s, q.Options).Key
		case models.AskCheckboxes:
			first := s.below(len(q.Options))
			out[q.Key] = []string{q.Options[first].Key}
			if second := s.below(len(q.Options)); second != first {
				out[q.Key] = []string{q.Options[first].Key, q.Options[second].Key}
			}
		case models.AskYesNo:
			out[q.Key] = pick(s, []string{"yes", "no"})
		case models.AskNumber:
			out[q.Key] = s.below(q.Most + 1)
		case models.AskDate:
			out[q.Key] = k.LoggedAt.Format(time.DateOnly)
		case models.AskText, models.AskTextarea:
			out[q.Key] = pick(s, wishes())
		}
	}
	return out
}

// fixed are the answers that follow from the case.
func (g *generator) fixed(s *source, k *kase, svc *service, question string) any {
	switch svc.Pathway + "." + question {
	case "general.young_person":
		if k.age >= 18 {
			return []string{"adult"}
		}
		return []string{pick(s, []string{"parent", "parent", "school", "social_worker"})}
	case "vawg.asked_for":
		return map[string]string{
			SvcIDVA: "idva", SvcIDVASecond: "idva", SvcOutreach: "not_sure", SvcISVA: "isva", SvcISVAYoung: "isva", SvcStalking: "stalking",
			SvcCounselling: "counselling", SvcHavens: "isva", SvcRefuge: "refuge", SvcRefugeSecond: "refuge", SvcMARAC: "not_sure",
		}[svc.key]
	case "vawg.risk_tool":
		if k.assessed() != nil {
			return "dash"
		}
		if k.domestic() {
			return pick(s, []string{"dash", "dash", "dara"})
		}
		return "none"
	case "vawg.risk_score":
		if e := k.assessed(); e != nil {
			return e.Score
		}
		return g.score(s, k)
	case "vawg.children_at_home":
		for _, p := range k.people {
			if p.Relation == "child" {
				return pick(s, []string{"known_to_services", "known_to_services", "not_known_to_services"})
			}
		}
		return "no"
	case "vawg.risk_on":
		if e := k.assessed(); e != nil {
			return e.FilledOn.Format(time.DateOnly)
		}
		return nil
	case "vawg.judgement":
		if e := k.assessed(); e != nil {
			return e.Judgement
		}
		if !k.domestic() {
			return "not_made"
		}
		return string(k.RiskLevel)
	case "child_house.learning_need":
		return map[bool]any{true: "yes", false: ""}[k.age >= 18]
	case "child_house.agreed_why":
		return "She told the social worker what it means in her own words, and asked questions."
	case "child_house.network":
		return "Her school's designated lead and a social worker."
	case "hate_crime.other_group", "restorative.not_before":
		return ""
	case "general.flags":
		if k.has("knife_crime") {
			return []string{"knife_crime"}
		}
		return []string{"none"}
	case "restorative.specialist":
		return map[bool]any{true: "yes", false: "does_not_apply"}[g.sensitive(k)]
	case "restorative.manager_agreed":
		return map[bool]any{true: "The team manager, when the case was logged.", false: ""}[g.sensitive(k)]
	case "restorative.accepts":
		return pick(s, []string{"yes", "yes", "yes", "not_known"})
	case "restorative.asked_by":
		if g.sensitive(k) {
			return "victim"
		}
	}
	return nil
}

// sensitive is where restorative justice is the victim's alone to begin.
func (g *generator) sensitive(k *kase) bool {
	for _, i := range k.incidents {
		for _, o := range i.OffenceTypes {
			if group := models.OffenceGroup(o); o == models.OffenceStalking || group == models.CrimeDomestic || group == models.CrimeSexual {
				return true
			}
		}
	}
	return false
}

// score is the number of yes answers on the risk form: 14 and more is high.
func (g *generator) score(s *source, k *kase) any {
	if !k.domestic() {
		return ""
	}
	switch k.RiskLevel {
	case models.PriorityHigh:
		return s.between(14, 22)
	case models.PriorityMedium:
		return s.between(10, 13)
	}
	return s.between(2, 9)
}

func wishes() []string {
	return []string{
		"Someone to talk to who will not judge.",
		"To know what happens next and when.",
		"To sleep through the night again.",
		"Help with forms and phone calls.",
		"To feel safe on the way to work.",
		"An answer to the question why.",
		"To stay at the same school.",
		"New locks and somebody to call.",
	}
}
