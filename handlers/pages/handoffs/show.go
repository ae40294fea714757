package handoffs

import (
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/handoffs"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/handoffs"
)

// doneWords are said once after an act.
func doneWords() map[string]string {
	return map[string]string{
		"offered": "The hand-off was sent. You still hold this until they accept.", "recorded": "Their word was recorded.",
		"accepted": "Accepted. Your organisation holds this now.", "refused": "Refused. It stays with the sender.",
		"recalled": "Taken back. You hold this as before.", "told": "It was kept that they were told.",
	}
}

// show is one hand-off: what is offered, and what the reader may do with it.
func (p *Pages) show(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	return p.record(c, &v, c.Query("done"), "", nil)
}

// record draws a hand-off, with what was typed where an acceptance is put right.
func (p *Pages) record(c *gin.Context, v *handoffs.View, done, reference string, errs components.FormErrors) error {
	receiver := slices.Contains(v.Sides, models.HandoffReceiver)
	out := view.RecordView{
		Meta: p.meta(c, "Hand-off "+v.Reference), Caption: "Hand-off " + v.Reference + " from " + v.From.Name + " to " + v.To.Name,
		Title: title(v, receiver), State: stateTag(&v.Handoff), Late: v.InTheAir() && v.Late(v.At), Says: p.says(v), Times: p.times(v), Why: v.Reason,
		Summary: v.Summary, Shared: frame.ContentRows(v.Shared, "", 0, v.At), SharedTitle: "What was shared", Path: path(v), Version: v.Version,
	}
	out.Meta.Errors = errs
	if words := doneWords()[done]; words != "" {
		out.Meta.Flash = &layouts.Flash{Text: words}
	}
	if v.OffSystem {
		out.Word = v.To.Name + " does not sign in here. Its times are what " + v.From.Name + " was told, apart from what Throughline saw."
	}
	if v.CaseReference != "" {
		out.Case = &components.Link{Text: "See case " + v.CaseReference, Href: "/cases/" + v.CaseReference}
	}
	if v.InTheAir() && len(v.Waits) > 0 {
		out.Shared = append(out.Shared, components.SummaryRow{Key: "Once they accept", Value: waits(v.Waits)})
	}
	if v.Contact && v.CaseReference == "" {
		if err := p.safe(c, v, &out); err != nil {
			return err
		}
	}
	p.acts(v, reference, errs, &out)
	return render.Form(c, view.Record(out), errs.Any())
}

func title(v *handoffs.View, receiver bool) string {
	what := models.LowerFirst(v.Duty.Words())
	switch {
	case v.InTheAir() && receiver && !v.OffSystem:
		return "Will you take over " + what + "?"
	case v.InTheAir():
		return "Offered: " + what
	case v.Status == models.HandoffAccepted:
		return "Handed over: " + what
	}
	return v.Status.Words() + ": " + what
}

func waits(keys []string) string {
	var words []string
	for _, f := range models.SharableFields() {
		if slices.Contains(keys, f.Key) {
			words = append(words, f.Words)
		}
	}
	return models.List(words)
}

// safe adds how the person is reached, to whoever owes them something and does
// not see the case.
func (p *Pages) safe(c *gin.Context, v *handoffs.View, out *view.RecordView) error {
	contact, err := p.Cases.SafeContact(c.Request.Context(), v.CaseID)
	if err != nil {
		return err
	}
	safe := frame.SafeContact(pointsOf(&contact), contact.Values, contact.CodeWord, v.At)
	out.Safe = &safe
	return nil
}

func pointsOf(contact *cases.Contact) []models.ContactPoint {
	points := make([]models.ContactPoint, len(contact.Points))
	for i := range contact.Points {
		points[i] = contact.Points[i].ContactPoint
	}
	return points
}

// says is the state in a sentence, with who and when.
func (p *Pages) says(v *handoffs.View) string {
	if v.InTheAir() {
		return v.From.Name + " holds it until it is accepted. An answer is due " + models.DayIn(v.DueAt, v.At) + "."
	}
	by := v.DecidedBy
	if by == "" {
		by = v.To.Name
		if v.Status == models.HandoffRecalled {
			by = v.From.Name
		}
	}
	words := "By " + by + ", " + models.DateTimeIn(*v.DecidedAt, v.At) + ", " + models.Length(v.DecidedAt.Sub(v.SentAt)) + " after it was sent."
	if r, ok := models.FindReason(models.GroupHandoffRefused, v.RefusalReason); ok {
		words += " " + r.Words + "."
	}
	return words
}

func (p *Pages) times(v *handoffs.View) []components.SummaryRow {
	at := func(t *time.Time, none string) string {
		if t == nil {
			return none
		}
		return models.DateTimeIn(*t, v.At)
	}
	rows := []components.SummaryRow{
		{Key: "Sent", Value: models.DateTimeIn(v.SentAt, v.At)},
		{Key: "Received", Value: at(v.ReceivedAt, "Not opened yet")},
		{Key: "Accepted", Value: at(v.AcceptedAt, "Not accepted")},
	}
	toldWords := "Not told"
	if v.ToldAt != nil {
		toldWords = at(v.ToldAt, "") + ", by " + models.LowerFirst(v.ToldChannel.Words())
		if v.ToldBy != "" {
			toldWords += ", " + v.ToldBy
		}
		toldWords += ". Understood: " + models.LowerFirst(models.ChoiceWords(models.Understandings(), v.ToldUnderstood)) + "."
		if v.ToldHelp != "none" {
			toldWords += " With: " + models.LowerFirst(models.ChoiceWords(models.TellingHelps(), v.ToldHelp)) + "."
		}
	}
	rows = append(rows, components.SummaryRow{Key: "Victim told", Value: toldWords})
	for _, more := range []components.SummaryRow{
		{Key: "Their reference", Value: v.ReceiverReference}, {Key: "Note", Value: v.Note}, {Key: "What shows it", Value: v.Proof}, {Key: "Sent by", Value: v.SentByName},
	} {
		if more.Value != "" {
			rows = append(rows, more)
		}
	}
	return rows
}

// acts puts the main thing to do first.
func (p *Pages) acts(v *handoffs.View, reference string, errs components.FormErrors, out *view.RecordView) {
	can := func(a models.HandoffAction) bool { return slices.Contains(v.AllowedActions, a) }
	link := func(part, text, note string) {
		out.Other = append(out.Other, components.StackItem{Link: components.Link{Text: text, Href: path(v) + "/" + part}, Note: note})
	}
	if can(models.HandoffAccept) {
		if v.OffSystem {
			out.Primary = &components.Link{Text: "Record that they accepted", Href: path(v) + "/their-answer"}
			link("refuse", "Record that they refused", "")
		} else {
			out.Accept = &components.TextInputParams{
				Name: "receiver_reference", Label: "Your own reference for it", LabelSize: components.Medium, Value: reference, Error: errs.Of("receiver_reference"),
				Autocomplete: "off", Classes: "govuk-input--width-20",
			}
			link("refuse", "Refuse", "it stays with "+v.From.Name)
		}
	}
	if can(models.HandoffRecall) {
		link("recall", "Take it back", "you hold it as before")
	}
	if can(models.HandoffVictimTold) && (v.CaseReference != "" || v.Contact) {
		out.Primary = &components.Link{Text: "Record that they were told", Href: path(v) + "/told"}
	}
	if v.Contact {
		link("hand-back", "Hand it back", "to whoever holds the case")
	}
}
