package referrals

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/models"
	"throughline/services/referrals"
	"throughline/web/components"
)

// open are the questions that wait for an answer.
func open(v referrals.View) []referrals.Question {
	return slices.DeleteFunc(slices.Clone(v.Questions), func(q referrals.Question) bool { return q.AnsweredAt != nil })
}

func answerFields(v referrals.View, t typed, errs components.FormErrors) []templ.Component {
	var out []templ.Component
	for i, q := range open(v) {
		name := "answer-" + strconv.Itoa(i)
		out = append(out, components.TextArea(components.TextAreaParams{
			Name: name, Label: q.Question, LabelSize: components.Small, Value: t.one(name), Error: errs.Of(fmt.Sprintf("answers[%d]", i)), Rows: 4,
		}))
	}
	return out
}

func readAnswers(v referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	var in referrals.ActionInput
	for i := range open(v) {
		in.Answers = append(in.Answers, t.one("answer-"+strconv.Itoa(i)))
	}
	return in, nil
}

func assignFields(referrals.View, typed, components.FormErrors) []templ.Component { return nil }

// safe reports whether a way of contact is marked safe, now or at other times.
func safe(v referrals.View, kind models.Channel) bool {
	if v.SafeContact == nil {
		return false
	}
	for _, p := range v.SafeContact.Channels {
		if p.Kind == kind && p.Safe == models.SafeYes && p.StoppedAt == nil {
			return true
		}
	}
	return false
}

// contactFields ask about an attempt. Ways that are safe come first; a contact
// that did happen on another stands apart, and says what it is kept as.
func contactFields(v referrals.View, t typed, errs components.FormErrors) []templ.Component {
	var channels, outcomes []components.ChoiceItem
	for _, ch := range models.Channels() {
		if safe(v, ch) {
			channels = append(channels, components.ChoiceItem{Value: string(ch), Text: ch.Words()})
		}
	}
	if len(channels) < len(models.Channels()) {
		channels = append(channels, components.ChoiceItem{Divider: "or, only if it has already happened on a way that is not safe"})
		for _, ch := range models.Channels() {
			if !safe(v, ch) {
				channels = append(channels, components.ChoiceItem{Value: string(ch), Text: ch.Words(), Hint: "Kept as a safety incident. It does not count."})
			}
		}
	}
	for _, o := range models.ContactOutcomes() {
		outcomes = append(outcomes, components.ChoiceItem{Value: o.Key, Text: o.Words})
	}
	var directions []components.ChoiceItem
	for _, d := range models.ContactDirections() {
		directions = append(directions, components.ChoiceItem{Value: d.Key, Text: d.Words})
	}
	direction := t.one("direction")
	if direction == "" {
		direction = string(models.ContactOut)
	}
	return []templ.Component{
		components.Radios(components.RadiosParams{
			Name: "channel", Legend: "How?", LegendSize: components.Medium, IsSmall: true,
			Value: t.one("channel"), Error: errs.Of("channel"), Items: channels,
		}),
		components.Radios(components.RadiosParams{
			Name: "direction", Legend: "Who made contact?", LegendSize: components.Medium, IsSmall: true,
			Value: direction, Error: errs.Of("direction"), Items: directions,
		}),
		components.Radios(components.RadiosParams{
			Name: "outcome", Legend: "Who answered?", LegendSize: components.Medium, IsSmall: true,
			Value: t.one("outcome"), Error: errs.Of("outcome"), Items: outcomes,
		}),
		components.TextArea(components.TextAreaParams{Name: "said", Label: "What was agreed, and the next safe time (optional)", Value: t.one("said"), Error: errs.Of("said"), Rows: 3}),
		dateField("at", "Which day?", "Leave empty if it was just now", t, errs),
		components.TextInput(frame.TimeInput("at-time", "What time?", t.one("at-time"), errs.Of("at_time"))),
	}
}

func readContact(_ referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	in := referrals.ActionInput{Contact: referrals.ContactInput{
		Channel: models.Channel(t.one("channel")), Direction: models.ContactDirection(t.one("direction")),
		Outcome: models.ContactOutcome(t.one("outcome")), Said: t.one("said"),
	}}
	day, faults := readDate("at", t)
	if day == nil {
		return in, faults
	}
	at, ok := frame.OnDay(*day, t.one("at-time"))
	if !ok {
		return in, append(faults, frame.NoTimeOfDay("at_time"))
	}
	in.Contact.At = &at
	return in, faults
}

// completeFields ask how each need stood at the start and stands now; a need
// that was not worked on is left as it is.
func completeFields(_ referrals.View, t typed, errs components.FormErrors) []templ.Component {
	scale := []components.Option{{Value: "", Text: "Not worked on"}}
	for n := 1; n <= 5; n++ {
		scale = append(scale, components.Option{Value: strconv.Itoa(n), Text: strconv.Itoa(n)})
	}
	out := []templ.Component{}
	for _, field := range []string{"sessions", "outcomes"} {
		if e := errs.Of(field); e != "" {
			out = append(out, components.ErrorMessage(components.ErrorMessageParams{ID: field + "-error", Text: e}))
		}
	}
	for _, need := range models.Needs() {
		for _, when := range [][2]string{{"start", "at the start"}, {"end", "now"}} {
			name := need.Key + "-" + when[0]
			out = append(out, components.Select(components.SelectParams{
				Name: name, Label: need.Words + ", " + when[1], Value: t.one(name), Options: scale, Error: numberFault(errs, name),
			}))
		}
	}
	return append(out, components.TextArea(components.TextAreaParams{
		Name: "report", Label: "End report", LabelSize: components.Medium,
		Hint: "What was done, and what is still open. The referrer is told.", Value: t.one("report"), Error: errs.Of("report"), Rows: 6,
	}))
}

func reportFields(_ referrals.View, t typed, errs components.FormErrors) []templ.Component {
	return []templ.Component{components.TextArea(components.TextAreaParams{
		Name: "report", Label: "End report", LabelSize: components.Medium, Value: t.one("report"), Error: errs.Of("report"), Rows: 6,
	})}
}

func readReport(_ referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	return referrals.ActionInput{Report: t.one("report")}, nil
}

func readComplete(_ referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	in := referrals.ActionInput{Report: t.one("report")}
	for _, need := range models.Needs() {
		start, end := t.one(need.Key+"-start"), t.one(need.Key+"-end")
		if start == "" && end == "" {
			continue
		}
		a, _ := strconv.Atoi(start)
		b, _ := strconv.Atoi(end)
		in.Outcomes = append(in.Outcomes, referrals.Outcome{Need: need.Key, Start: a, End: b})
	}
	return in, nil
}

// numberFault is what is wrong with one number of an ending.
func numberFault(errs components.FormErrors, name string) string {
	for _, e := range errs {
		if e.Target == name && strings.HasPrefix(e.Field, "outcomes[") {
			return e.Message
		}
	}
	return ""
}

// recorded fills the form of an ending with what the service kept on the way,
// where nothing was typed yet.
func (p *Pages) recorded(c *gin.Context, v referrals.View, t typed) error {
	if len(t) > 0 {
		return nil
	}
	plan, err := p.Support.Read(c.Request.Context(), v.ID, "")
	if err != nil {
		return err
	}
	for _, need := range models.Needs() {
		for _, when := range []models.NeedPoint{models.NeedAtStart, models.NeedAtEnd} {
			if r := plan.Latest(need.Key, when); r != nil && r.Score != nil {
				t[need.Key+"-"+string(when)] = []string{strconv.Itoa(*r.Score)}
			}
		}
	}
	return nil
}
