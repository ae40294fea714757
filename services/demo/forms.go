package demo

import (
	"time"

	"throughline/internal/vault"
	"throughline/models"
)

// assess fills in the DASH of a case laid out by hand, when it was logged: so
// many answers are yes, of the others some are not known.
func (k *kase) assess(g *generator, score int, judgement, why string) {
	k.fillIn(g, nil, k.LoggedAt.Add(8*time.Minute), k.author, score, judgement, why)
}

// assess fills in the service's own DASH of a referral.
func (r *referral) assess(at time.Time, score int, judgement, why string) {
	if at.Before(r.g.until) && r.worker != nil {
		r.k.fillIn(r.g, r, at, r.worker, score, judgement, why)
	}
}

func (k *kase) fillIn(g *generator, r *referral, at time.Time, by *person, score int, judgement, why string) {
	s := newSource(g.seed, "form "+k.Reference+at.Format(time.RFC3339))
	d, _ := models.FindForm(models.Forms(), "dash")
	e := models.FormEntry{
		ID: s.id(at), CaseID: k.ID, Form: d.Key, Version: d.Version, FilledOn: models.Today(at), At: at, ByUserID: by.id, ByOrgID: by.org.id,
		FormContent: models.FormContent{Answers: map[string]any{}, Judgement: judgement, Words: why},
	}
	asked := d.Questions()[:d.Counted()]
	for i := range asked { // in an order of its own
		n := i + s.below(len(asked)-i)
		asked[i], asked[n] = asked[n], asked[i]
		answer := models.FormNo
		switch {
		case i < score:
			answer = models.FormYes
		case s.chance(0.3):
			answer = models.FormDontKnow
		}
		e.Answers[asked[i].Key] = answer
	}
	e.Complete(d)
	detail := map[string]any{"form": e.Form, "version": e.Version, "entry": e.ID}
	if r != nil {
		e.ReferralID = &r.ID
		r.record(at, by, "form.filled", detail)
	} else {
		k.events = append(k.events, event{at: at, by: by, action: "form.filled", subject: "case", id: k.ID, caseID: k.ID, detail: detail})
	}
	k.forms = append(k.forms, e)
}

// assessed is the last form of the case itself, nil where there is none.
func (k *kase) assessed() *models.FormEntry {
	for i := len(k.forms) - 1; i >= 0; i-- {
		if k.forms[i].ReferralID == nil {
			return &k.forms[i]
		}
	}
	return nil
}

// risk is what is told of it where what makes the risk is shared.
func (k *kase) risk() any {
	words := k.RiskNote
	if e := k.assessed(); e != nil {
		d, _ := models.FindFormVersion(models.FormVersions(), e.Form, e.Version)
		if words != "" {
			words += "\n\n"
		}
		words += e.Summary(d)
	}
	return opt(words)
}

func (b *book) writeForms(k *kase) {
	for i := range k.forms {
		e := &k.forms[i]
		b.forms.row(e.ID, e.CaseID, someone(e.ReferralID), e.Form, small(e.Version), dayOf(&e.FilledOn), b.sealJSON(vault.FormContent, e.ID, toJSON(e.FormContent)), e.At, recorded(e.At), e.ByUserID, e.ByOrgID)
	}
}
