package v1

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/approvals"
	"throughline/services/rules"
)

// ClockRule is what a timed duty measures, in its versions.
type ClockRule struct {
	Rule     string             `json:"rule" doc:"K1 to K37."`
	Words    string             `json:"words"`
	Versions []ClockRuleVersion `json:"versions" doc:"The latest first. A case keeps the one that was in force when its clock began."`
	Waiting  *uuid.UUID         `json:"waiting_approval_id,omitempty" doc:"To whoever runs the installation: the change that waits for a second person."`
}

// ClockRuleVersion is one version of a limit.
type ClockRuleVersion struct {
	Version       int    `json:"version"`
	OwedBy        string `json:"owed_by" doc:"A kind of organisation, or victim, provider, controller."`
	Standard      int    `json:"standard" doc:"0: no number is set, and no clock is kept."`
	Enhanced      int    `json:"enhanced" doc:"With Enhanced Rights."`
	Unit          string `json:"unit" enum:"working_days,days,months"`
	Source        string `json:"source"`
	EffectiveFrom string `json:"effective_from" format:"date"`
	EffectiveTo   string `json:"effective_to,omitempty" format:"date" doc:"The first day on which it holds no more."`
}

// NewClockRule is the limit a rule shall have from a day on.
type NewClockRule struct {
	Standard      int    `json:"standard" minimum:"1" maximum:"366"`
	Enhanced      int    `json:"enhanced" minimum:"1" maximum:"366" doc:"With Enhanced Rights: never longer."`
	Unit          string `json:"unit" enum:"working_days,days,months"`
	Source        string `json:"source" minLength:"1" maxLength:"200" doc:"Where the limit stands: the law, its section and date."`
	EffectiveFrom string `json:"effective_from" format:"date" doc:"After today: what began before keeps the limit it began with."`
}

// ClockRulePreview is what a change would do, in counts and dates.
type ClockRulePreview struct {
	Running      int                   `json:"running" doc:"Clocks that run now. They keep their limit."`
	Ended        int                   `json:"ended" doc:"Those that ended in the twelve months before without a pause."`
	InTimeBefore int                   `json:"in_time_before" doc:"Of those, in time by the limit that holds."`
	InTimeAfter  int                   `json:"in_time_after" doc:"Of those, in time had the new limit held."`
	Dates        []ClockRuleWorkedDate `json:"dates"`
}

// ClockRuleWorkedDate is when something that begins on a day is due, before and
// after.
type ClockRuleWorkedDate struct {
	Began          string    `json:"began" format:"date"`
	StandardBefore time.Time `json:"standard_before"`
	StandardAfter  time.Time `json:"standard_after"`
	EnhancedBefore time.Time `json:"enhanced_before"`
	EnhancedAfter  time.Time `json:"enhanced_after"`
}

type (
	clockRuleIn struct {
		Rule string `path:"rule" maxLength:"4"`
		Body NewClockRule
	}
	clockRulesOut       struct{ Body List[ClockRule] }
	clockRulePreviewOut struct{ Body ClockRulePreview }
)

// RegisterClockRules adds the rules of the clocks, and how they are changed.
func RegisterClockRules(a *api.API, svc *rules.Service) {
	api.Register(a, api.Op{
		Method: http.MethodGet, Path: "/api/v1/clock-rules", ID: "list-clock-rules", Tag: "Events and clocks", Need: models.SignedIn,
		Summary: "What each clock measures, in its versions",
	}, func(ctx context.Context, _ *struct{}) (*clockRulesOut, error) {
		list, err := svc.List(ctx)
		if err != nil {
			return nil, err
		}
		return &clockRulesOut{Body: listed(list, "", presentClockRule)}, nil
	})
	op := func(path, id, summary, description string) api.Op {
		return api.Op{
			Method: http.MethodPost, Path: "/api/v1/clock-rules/{rule}/" + path, ID: id, Tag: "Operator", Need: models.SystemOperate, StepUp: true,
			Summary: summary, Description: description, Errors: []int{http.StatusConflict},
		}
	}
	preview := op("preview", "preview-clock-rule", "What a change of a clock rule would do", "Counts and dates, of no case. It changes nothing.")
	preview.Status = http.StatusOK
	api.Register(a, preview, func(ctx context.Context, in *clockRuleIn) (*clockRulePreviewOut, error) {
		p, err := svc.Preview(ctx, models.Rule(in.Rule), in.Body.change())
		if err != nil {
			return nil, err
		}
		return &clockRulePreviewOut{Body: presentClockRulePreview(&p)}, nil
	})
	propose := op("propose", "propose-clock-rule", "Ask a second person for a new version of a clock rule",
		"Another system administrator approves it as any approval; then it holds from its day. 409 where a change of the rule waits already, or its limit is set elsewhere.")
	propose.Status = http.StatusCreated
	api.Keyed(a, propose, func(ctx context.Context, in *clockRuleIn) (approvals.View, error) {
		return svc.Propose(ctx, models.Rule(in.Rule), in.Body.change())
	}, presentOneApproval)
}

func (n *NewClockRule) change() models.ClockRuleChange {
	return models.ClockRuleChange{Standard: n.Standard, Enhanced: n.Enhanced, Unit: models.LimitUnit(n.Unit), Source: n.Source, EffectiveFrom: n.EffectiveFrom}
}

func presentClockRule(v rules.View) ClockRule {
	out := ClockRule{Rule: string(v.Rule), Words: v.Rule.Words(), Versions: presented(v.Versions, func(r models.ClockRule) ClockRuleVersion {
		to := ""
		if r.EffectiveTo != nil {
			to = r.EffectiveTo.Format(time.DateOnly)
		}
		return ClockRuleVersion{
			Version: r.Version, OwedBy: r.Owner, Standard: r.Standard, Enhanced: r.Enhanced, Unit: string(r.Unit), Source: r.Source,
			EffectiveFrom: r.EffectiveFrom.Format(time.DateOnly), EffectiveTo: to,
		}
	})}
	if v.Waiting != uuid.Nil {
		out.Waiting = &v.Waiting
	}
	return out
}

func presentClockRulePreview(p *rules.Preview) ClockRulePreview {
	out := ClockRulePreview{Running: p.Running, Ended: p.Ended, InTimeBefore: p.InTimeBefore, InTimeAfter: p.InTimeAfter, Dates: []ClockRuleWorkedDate{}}
	for i, was := range p.DatesBefore {
		will := p.DatesAfter[i]
		out.Dates = append(out.Dates, ClockRuleWorkedDate{
			Began: was.Began.Format(time.DateOnly), StandardBefore: utc(was.Standard), StandardAfter: utc(will.Standard), EnhancedBefore: utc(was.Enhanced), EnhancedAfter: utc(will.Enhanced),
		})
	}
	return out
}
