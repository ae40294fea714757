package demo

import (
	"fmt"

	"throughline/models"
)

// answersFor answers the pathway's questions the way a referrer would: what is
// known of the case, and choices of the list for the rest.
func (g *generator) answersFor(s *source, k *kase, svc *service) map[string]any {
	p, _ := models.FindPathway(svc.Pathway)
	out := map[string]any{}
	for _, q := range p.Questions {
		if a := g.fixed(s, k, svc, q.Key); a != nil {
			out[q.Key] = a
			continue
		}
		if !q.Required && s.chance(0.3) {
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
			SvcCounselling: "counselling", SvcHavens: "isva", SvcRefuge: "refuge", SvcRefugeSecond: "refuge",
		}[svc.key]
	case "vawg.risk_tool":
		if k.domestic() {
			return pick(s, []string{"dash", "dash", "dara"})
		}
		return "none"
	case "vawg.risk_score":
		return g.score(s, k)
	case "vawg.children_at_home":
		for _, p := range k.people {
			if p.Relation == "child" {
				return pick(s, []string{"known_to_services", "known_to_services", "not_known_to_services"})
			}
		}
		return "no"
	case "restorative.accepts":
		return pick(s, []string{"yes", "yes", "yes", "not_known"})
	case "restorative.asked_by":
		if k.domestic() || k.has("rape", "sexual_assault", "child_sexual_abuse") {
			return "victim"
		}
	}
	return nil
}

// score is the number of yes answers on the risk form: 14 and more is high.
func (g *generator) score(s *source, k *kase) any {
	if !k.domestic() {
		return ""
	}
	switch k.RiskLevel {
	case models.PriorityHigh:
		return fmt.Sprint(s.between(14, 22))
	case models.PriorityMedium:
		return fmt.Sprint(s.between(10, 13))
	}
	return fmt.Sprint(s.between(2, 9))
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
