package referrals

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/models"
	"throughline/services/referrals"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/referrals"
)

// safe is the safe-contact block as this reader may see it.
func (p *Pages) safe(v referrals.View) components.SafeContactView {
	if v.SafeContact == nil {
		return frame.SafeContact(nil, false, "", p.Now())
	}
	return frame.SafeContact(v.SafeContact.Channels, v.SafeContact.Values, v.SafeContact.CodeWord, p.Now())
}

// decide is the page before the receiver has decided.
func (p *Pages) decide(c *gin.Context, v referrals.View, errs components.FormErrors) (view.DecideView, error) {
	meta := p.Frame.Meta(c, "Decide on "+v.Reference, "/inbox")
	meta.Back = &components.Link{Text: "Inbox", Href: "/inbox"}
	meta.Errors = errs
	meta.Flash = flash(c)
	out := view.DecideView{
		Meta: meta, Caption: "Referral " + v.Reference + " from " + v.From.Name, Title: "Can you support this person?",
		High: v.Priority == models.PriorityHigh, State: string(v.Status), Clocks: p.openClocks(v), Safe: p.safe(v),
		Shared: p.sharedRows(v), Path: path(v), Version: v.Version, Parts: parts(c, v),
		CanPick: slices.Contains(v.AllowedActions, models.ActAcknowledge), Questions: questionRows(v), Other: append(others(v, p.reviewed(c, v)), knowing(c, v)...), History: p.timeline(c, v),
	}
	radios, err := p.workers(c.Request.Context(), c.PostForm("worker"), errs)
	if err != nil {
		return out, err
	}
	out.Accept = &radios
	if s, err := p.Directory.Service(c.Request.Context(), v.Service.ID); err == nil {
		out.Due = p.due(s.ContactDays)
	}
	return out, nil
}

// parts are the other pages of the referral, for those who have a record of it.
func parts(c *gin.Context, v referrals.View) []components.SubNavItem {
	a, err := models.ActorFrom(c.Request.Context())
	keeps := slices.Contains(v.Relations, referrals.RelReferrer) || v.Level == referrals.LevelBefore || v.Level == referrals.LevelAfter ||
		v.AcceptedAt != nil && slices.Contains(v.Relations, referrals.RelProviderManager)
	if err != nil || !keeps || v.Status == models.StatusDraft || v.Status == models.StatusEnteredInError {
		return nil
	}
	var more [][2]string
	if v.AcceptedAt != nil && v.To.ID == a.OrgID && (v.Level == referrals.LevelAfter || v.OwnRecord) {
		more = append(more, frame.SupportPart, frame.FormsPart)
	}
	return frame.Parts(a, path(v), "", more...)
}

// knowing leads whoever receives the referral to say that they know the person it
// is about: the record closes to them at once, and somebody else takes it on.
func knowing(c *gin.Context, v referrals.View) []components.StackItem {
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil || v.To.ID != a.OrgID || v.Level != referrals.LevelBefore && v.Level != referrals.LevelAfter {
		return nil
	}
	return []components.StackItem{{Link: components.Link{Text: "Say that you know this person", Href: models.ConflictPath(v.CaseID)}, Note: "it closes to you, and a colleague takes it on"}}
}

func flash(c *gin.Context) *layouts.Flash {
	if words := done(c); words != "" {
		return &layouts.Flash{Text: words}
	}
	return nil
}

// record is the page of the referrer, and of the receiver after its decision.
func (p *Pages) record(c *gin.Context, v referrals.View) (view.RecordView, error) {
	referrer := slices.Contains(v.Relations, referrals.RelReferrer)
	meta := p.Frame.Meta(c, "Referral "+v.Reference, "/referrals")
	meta.Flash = flash(c)
	meta.Back = &components.Link{Text: "Inbox", Href: "/inbox"}
	if referrer {
		meta.Back = &components.Link{Text: "Referrals", Href: "/referrals"}
		if v.CaseReference != "" {
			meta.Back = &components.Link{Text: "Case " + v.CaseReference, Href: "/cases/" + v.CaseReference}
		}
	}
	out := view.RecordView{
		Meta: meta, Caption: "Referral " + v.Reference, Title: v.Service.Name, State: string(v.Status), Says: p.says(v),
		High: v.Priority == models.PriorityHigh && !v.Status.Ended(), Facts: p.facts(v), Clocks: p.clockTable(v),
		Questions: questionRows(v), Attempts: p.attempts(v), History: p.timeline(c, v), Actions: append(others(v, p.reviewed(c, v)), knowing(c, v)...),
		Shared: p.sharedRows(v), SharedTitle: "What was shared", Parts: parts(c, v), Ending: endingRows(v),
	}
	if v.OwnRecord && v.Level == referrals.LevelShell {
		out.Kept = &components.Link{Text: "Open your record", Href: path(v) + "/open"}
	}
	if referrer {
		if out.SharedTitle = "What the service sees"; v.Status.Ended() {
			out.SharedTitle = "What was shared"
		}
	}
	if v.SafeContact != nil && v.Level >= referrals.LevelBefore && v.Level != referrals.LevelOwn {
		safe := p.safe(v)
		if plans(v) {
			safe.Record = &components.Link{Text: "Plan a contact", Href: path(v) + "/plan"}
		}
		out.Safe = &safe
	}
	p.acts(v, &out)
	links, err := p.Referrals.Links(c.Request.Context(), &v)
	if err != nil {
		return out, err
	}
	for _, l := range [][2]string{{"Takes the place of", links.Before}, {"Goes on as", links.After}} {
		if l[1] != "" {
			out.Facts = append(out.Facts, components.SummaryRow{Key: l[0], Content: view.Reference(l[1])})
		}
	}
	return out, nil
}

// endingRows are what was found at the end of the work: how each need stood, and
// the report.
func endingRows(v referrals.View) []components.SummaryRow {
	var out []components.SummaryRow
	for _, s := range slices.Backward(v.History) {
		if s.Action != models.ActComplete && s.Action != models.ActEndEarly && s.Action != models.ActReport {
			continue
		}
		if changed, ok := s.Detail["changed"].(map[string]any); ok {
			out = append(out, components.SummaryRow{Key: "Needs", Value: fmt.Sprintf("%v better, %v the same, %v worse", changed["better"], changed["same"], changed["worse"])})
		}
		unrated, _ := s.Detail["unrated"].(map[string]any)
		for _, need := range models.Needs() {
			if why, ok := unrated[need.Key].(string); ok {
				out = append(out, components.SummaryRow{Key: need.Words, Value: models.ChoiceWords(models.Unrated(), why)})
			}
		}
		outcomes, _ := s.Detail["outcomes"].([]any)
		for _, o := range outcomes {
			if m, ok := o.(map[string]any); ok {
				need, _ := m["need"].(string)
				out = append(out, components.SummaryRow{Key: models.ChoiceWords(models.Needs(), need), Value: fmt.Sprintf("%v at the start, %v at the end, of 5", m["start"], m["end"])})
			}
		}
		if report, ok := s.Detail["report"].(string); ok && report != "" {
			out = append(out, components.SummaryRow{Key: "End report", Value: report})
		}
		return out
	}
	return out
}

// acts puts the main thing to do first, and plain presses beside it.
func (p *Pages) acts(v referrals.View, out *view.RecordView) {
	can := func(a models.Action) bool { return slices.Contains(v.AllowedActions, a) }
	switch {
	case can(models.ActAnswerInfo):
		out.Primary = &components.Link{Text: "Answer the question", Href: path(v) + "/answer"}
	case can(models.ActAccept):
		out.Primary = &components.Link{Text: "Accept referral", Href: path(v) + "/accept"}
	case can(models.ActRecordContact):
		out.Primary = &components.Link{Text: "Record a contact attempt", Href: path(v) + "/contact"}
	}
	for _, b := range []struct {
		a    models.Action
		text string
	}{
		{models.ActSubmit, "Send referral"},
		{models.ActAcknowledge, "Pick up to consider"},
		{models.ActDiscard, "Delete this draft"},
		{models.ActResume, "Take off hold"},
		{models.ActAcknowledgeWithdrawal, "I have seen that it was withdrawn"},
	} {
		if can(b.a) {
			out.Buttons = append(out.Buttons, view.ActButton{Text: b.text, Action: path(v) + "/" + string(b.a), Version: v.Version, Secondary: b.a == models.ActAcknowledge || b.a == models.ActDiscard})
		}
	}
}

// says is the state in a sentence, with who and when (ux.md section 7).
func (p *Pages) says(v referrals.View) string {
	when := models.DateTimeIn(v.StatusSince, p.Now())
	by := ""
	if v.StatusBy != "" {
		by = " by " + v.StatusBy
	}
	reason := ""
	if v.ReasonWords != "" {
		reason = ": " + models.LowerFirst(v.ReasonWords)
	}
	switch v.Status {
	case models.StatusDraft:
		return "You have not sent this yet."
	case models.StatusSubmitted:
		return "In their inbox since " + when + "."
	case models.StatusAcknowledged:
		return v.To.Name + " picked it up " + when + "."
	case models.StatusInfoRequested:
		return "Waiting for an answer from " + v.From.Name + " since " + when + "."
	case models.StatusWaitlisted:
		return "On the waiting list since " + when + reason + "." + p.review(v)
	case models.StatusDeclineProposed:
		return "A coordinator is checking" + reason + "."
	case models.StatusAccepted:
		return "Accepted " + when + by + took(v) + "."
	case models.StatusInProgress:
		return "Reached. In progress since " + when + "."
	case models.StatusOnHold:
		return "On hold since " + when + reason + "." + p.review(v)
	case models.StatusDeclined:
		return "Declined " + when + by + reason + "."
	case models.StatusWithdrawn:
		return "Withdrawn " + when + by + reason + "."
	}
	return components.StateWord(string(v.Status)) + " " + when + reason + "."
}

func (p *Pages) review(v referrals.View) string {
	if v.ReviewOn == nil {
		return ""
	}
	return " Looked at again on " + models.DayIn(*v.ReviewOn, p.Now()) + "."
}

// took is how long acceptance took, from sending.
func took(v referrals.View) string {
	if v.SubmittedAt == nil || v.AcceptedAt == nil {
		return ""
	}
	return ", " + models.Length(v.AcceptedAt.Sub(*v.SubmittedAt)) + " after it was sent"
}

func (p *Pages) facts(v referrals.View) []components.SummaryRow {
	rows := []components.SummaryRow{
		{Key: "Service", Value: v.Service.Name + ", " + v.To.Name},
		{Key: "From", Value: v.From.Name},
	}
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, components.SummaryRow{Key: key, Value: value})
		}
	}
	at := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return models.DateTimeIn(*t, p.Now())
	}
	add("Sent", at(v.SubmittedAt))
	add("First opened", at(v.FirstReadAt))
	add("Picked up", at(v.AcknowledgedAt))
	add("Accepted", at(v.AcceptedAt))
	if v.Worker != nil && v.Worker.Name != "" {
		add("Worker", v.Worker.Name)
	} else if v.Team != nil {
		add("Worker", *v.Team)
	}
	add("Ended", at(v.EndedAt))
	if v.DecidedBy != nil {
		add("Whose decision", v.DecidedBy.Words())
	}
	if v.Required > 0 && v.Status == models.StatusAccepted {
		add("Attempts that count", fmt.Sprintf("%d of %d", v.Counted, v.Required))
	}
	return rows
}

// openClocks are the clocks that still run, each by name.
func (p *Pages) openClocks(v referrals.View) []components.ClockView {
	var out []components.ClockView
	for i := range v.Clocks {
		if v.Clocks[i].Open() {
			out = append(out, frame.NamedClock(p.Calendar, &v.Clocks[i], p.Now()))
		}
	}
	return out
}

func (p *Pages) clockTable(v referrals.View) components.DataTable {
	t := components.DataTable{
		Caption: "Clocks of this referral", Cards: true,
		Columns: []components.Column{{Text: "What is owed"}, {Text: "Clock"}, {Text: "Due"}},
	}
	for i := range v.Clocks {
		k := &v.Clocks[i]
		due := models.DayIn(k.DueAt, p.Now())
		if !k.FirstDueAt.Equal(k.DueAt) {
			due += ". First due " + models.DayIn(k.FirstDueAt, p.Now())
		}
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: k.Rule.Words()}, {Content: components.Clock(frame.Clock(p.Calendar, k, p.Now()))}, {Text: due},
		})
	}
	return t
}

func questionRows(v referrals.View) []components.SummaryRow {
	var out []components.SummaryRow
	for _, q := range v.Questions {
		answer := "Not answered yet"
		if q.Answer != nil {
			answer = *q.Answer
		}
		out = append(out, components.SummaryRow{Key: q.Question, Value: answer})
	}
	return out
}

func (p *Pages) attempts(v referrals.View) components.DataTable {
	t := components.DataTable{
		Caption: "Contact attempts", Cards: true,
		Columns: []components.Column{{Text: "When"}, {Text: "How"}, {Text: "Who answered"}, {Text: "Counts"}},
	}
	for _, a := range v.Attempts {
		counts := "No"
		if a.Counted {
			counts = "Yes"
		}
		if a.SafetyIncident {
			counts = "No: it was not safe"
		}
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: models.DateTimeIn(a.At, p.Now()), Sub: a.Said},
			{Text: a.Channel.Words()},
			{Text: models.ChoiceWords(models.ContactOutcomes(), string(a.Outcome))},
			{Text: counts},
		})
	}
	return t
}

// reviewed says which of the two ways to decline is not the service's: where a
// coordinator reviews declines a service proposes, elsewhere it declines.
func (p *Pages) reviewed(c *gin.Context, v referrals.View) models.Action {
	s, err := p.Directory.Service(c.Request.Context(), v.Service.ID)
	if err == nil && s.DeclineReview {
		return models.ActDecline
	}
	return models.ActProposeDecline
}

// others are the acts with pages of their own, in the order people use them.
func others(v referrals.View, without models.Action) []components.StackItem {
	texts := map[string][2]string{
		"question": {"Ask the referrer a question", ""}, "wait": {"Put on the waiting list", ""},
		"decline": {"Decline", ""}, "propose-decline": {"Propose to decline", "a coordinator looks at it"},
		"withdraw": {"Withdraw this referral", ""}, "hold": {"Put on hold", ""}, "end": {"End early", ""},
		"uphold": {"Agree to the decline", ""}, "send-back": {"Send it back to the service", ""},
		"not-reached": {"Close: not reached", ""}, "complete": {"End: the work is done", ""}, "report": {"Hand in the end report", "it is owed"}, "assign": {"Give to somebody else", ""},
		"undo-accept": {"Take the acceptance back", "within 24 hours"}, "reopen": {"Open again", ""}, "void": {"Entered in error", "its content is removed"},
	}
	var out []components.StackItem
	for _, f := range forms() {
		if f.Action == models.ActUndoAccept && slices.Contains(v.AllowedActions, models.ActReroute) {
			out = append(out, moveItem(v)) // has no form in the list: it comes after what is done here
		}
		words, ok := texts[f.Path]
		if !ok || f.Action == without || !slices.Contains(v.AllowedActions, f.Action) {
			continue
		}
		out = append(out, components.StackItem{Link: components.Link{Text: words[0], Href: path(v) + "/" + f.Path}, Note: words[1]})
	}
	return out
}

// moveItem leads to the way to another service; it says so where one has been
// suggested to the reader.
func moveItem(v referrals.View) components.StackItem {
	item := components.StackItem{Link: components.Link{Text: "Suggest another service", Href: path(v) + "/move"}, Note: "the referrer decides"}
	if confirms(v) || slices.Contains(v.Relations, referrals.RelReferrer) {
		item.Text, item.Note = "Move to another service", ""
		if _, ok := suggested(v); ok {
			item.Note = "the service has suggested one"
		}
	}
	return item
}

// timeline is the history, newest first.
func (p *Pages) timeline(c *gin.Context, v referrals.View) []components.TimelineEntry {
	var out []components.TimelineEntry
	for _, s := range slices.Backward(v.History) {
		by := s.ByOrg
		if s.By != "" {
			by = s.By + ", " + s.ByOrg
		}
		e := components.TimelineEntry{
			Title: referrals.StepWords(s.Action), By: by, When: models.DateTimeIn(s.At, p.Now()), Datetime: s.At.UTC().Format(time.RFC3339),
		}
		var parts []string
		if s.Action == models.ActReroute && s.From == s.To {
			e.Title = "Another service suggested"
			if o, ok := suggested(referrals.View{History: []referrals.Step{s}}); ok {
				if to, err := p.Directory.Service(c.Request.Context(), o.service); err == nil {
					parts = append(parts, to.Name+".")
				}
			}
		}
		if s.Reason != nil {
			if r, ok := models.FindActionReason(s.Action, *s.Reason); ok {
				parts = append(parts, r.Words+".")
			}
		}
		if s.Note != nil && *s.Note != "" {
			parts = append(parts, *s.Note)
		}
		if why, ok := s.Detail["why"].(string); ok && why != "" {
			parts = append(parts, "Why: "+why)
		}
		if to, ok := s.Detail["worker"].(string); ok && to != "" {
			parts = append(parts, "For "+to+".")
		}
		if next, ok := s.Detail["next_step"].(string); ok && next != "" {
			parts = append(parts, "Next: "+next)
		}
		if s.InState != nil && s.From != s.To && s.From != models.StatusDraft && *s.InState > 0 {
			parts = append(parts, "After "+models.Length(time.Duration(*s.InState)*time.Second)+" as “"+models.LowerFirst(components.StateWord(string(s.From)))+"”.")
		}
		e.Text = strings.Join(parts, " ")
		out = append(out, e)
	}
	return out
}
