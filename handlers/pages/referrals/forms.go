package referrals

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/referrals"
	"throughline/web/components"
)

// typed is what a form was sent with, kept to be shown again.
type typed map[string][]string

func (t typed) one(name string) string {
	if v := t[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// form is one decision a person can take on its own page.
type form struct {
	Path    string // last part of the page's address
	Action  models.Action
	Title   string
	Lede    string
	Button  string
	After   string
	Warning bool
	Fields  func(v referrals.View, t typed, errs components.FormErrors) []templ.Component
	Read    func(v referrals.View, t typed) (referrals.ActionInput, []models.FieldError)
}

// forms are the decisions that have a page of their own: coded reason first,
// words after it (ux.md 3.1).
func forms() []form {
	return []form{
		{
			Path: "question", Action: models.ActRequestInfo, Title: "What do you need to know?", Button: "Send question",
			Lede:   "The referrer is told at once.",
			After:  "Your time to decide stops until they answer, unless the risk is high.",
			Fields: questionFields, Read: readQuestions,
		},
		{
			Path: "answer", Action: models.ActAnswerInfo, Title: "Answer the question", Button: "Send answer",
			After:  "Their time to decide starts again as soon as you send it.",
			Fields: answerFields, Read: readAnswers,
		},
		{
			Path: "wait", Action: models.ActWaitlist, Title: "Put on the waiting list", Button: "Put on the list",
			Lede:   "The referrer sees the date you will look again.",
			Fields: waitFields, Read: readWait,
		},
		{
			Path: "decline", Action: models.ActDecline, Title: "Why can you not support this person?", Button: "Decline referral", Warning: true,
			After:  "The referrer is told at once and can ask another service. You will no longer see this referral.",
			Fields: declineFields, Read: readDecline,
		},
		{
			Path: "propose-decline", Action: models.ActProposeDecline, Title: "Why can you not support this person?", Button: "Propose to decline", Warning: true,
			After:  "A coordinator looks at this within 1 working day. You keep the referral until then.",
			Fields: declineFields, Read: readDecline,
		},
		{
			Path: "withdraw", Action: models.ActWithdraw, Title: "Why are you withdrawing this referral?", Button: "Withdraw referral", Warning: true,
			After:  "The service is told at once and stops seeing what you shared.",
			Fields: reasonFields(models.ActWithdraw), Read: readReason,
		},
		{
			Path: "uphold", Action: models.ActUpholdDecline, Title: "Agree to the decline", Button: "Agree to decline", Warning: true,
			After:  "The referrer is told at once and is asked to choose the next service.",
			Fields: upholdFields, Read: readUphold,
		},
		{
			Path: "send-back", Action: models.ActReturnDecline, Title: "Why should the service look again?", Button: "Send back",
			After:  "The referral goes back to where it was. The service is told why.",
			Fields: sendBackFields, Read: readSendBack,
		},
		{
			Path: "hold", Action: models.ActHold, Title: "Why is this on hold?", Button: "Put on hold",
			Fields: holdFields, Read: readHold,
		},
		{
			Path: "end", Action: models.ActEndEarly, Title: "Why is this ending early?", Button: "End referral", Warning: true,
			After:  "If work had begun, the end report is still owed.",
			Fields: endFields, Read: readEnd,
		},
		{
			Path: "not-reached", Action: models.ActNotEngaged, Title: "Why was the person not reached?", Button: "Close as not reached", Warning: true,
			Fields: reasonFields(models.ActNotEngaged), Read: readReason,
		},
		{
			Path: "complete", Action: models.ActComplete, Title: "What changed for this person?", Button: "End referral",
			Lede:   "Rate each need you worked on from 1 (very hard) to 5 (going well), in their own judgement where they gave one.",
			Fields: completeFields, Read: readComplete,
		},
		{
			Path: "report", Action: models.ActReport, Title: "What was done?", Button: "Hand in the report",
			Lede:   "The end report that is still owed. The referrer is told, so write nothing the person would not want them to read.",
			Fields: reportFields, Read: readReport,
		},
		{
			Path: "contact", Action: models.ActRecordContact, Title: "Record a contact attempt", Button: "Record attempt",
			Fields: contactFields, Read: readContact,
		},
		{
			Path: "assign", Action: models.ActAssign, Title: "Who should work on this?", Button: "Give to this person",
			Fields: assignFields, Read: readAssign,
		},
		{
			Path: "undo-accept", Action: models.ActUndoAccept, Title: "Take the acceptance back?", Button: "Take it back", Warning: true,
			Lede:   "You can do this within 24 hours, before anybody has tried to make contact.",
			After:  "You go back to deciding. The time to decide runs on as if it had never stopped, and what opened on acceptance closes. The referrer is told.",
			Fields: noteFields, Read: readNote,
		},
		{
			Path: "reopen", Action: models.ActReopen, Title: "Why is this being opened again?", Button: "Open again",
			Lede:   "Within 28 days of its ending. The first closing date is kept.",
			After:  "The work goes on, and what was shared can be seen again. The referrer is told.",
			Fields: reasonFields(models.ActReopen), Read: readReason,
		},
		{
			Path: "void", Action: models.ActVoid, Title: "Why should this referral not exist?", Button: "Mark as entered in error", Warning: true,
			Lede:   "Only for a referral that was a mistake. To stop one that was right when it was sent, withdraw it or end it.",
			After:  "What was shared and written in it is removed and cannot be brought back. Its number stays, marked as entered in error. Both sides are told.",
			Fields: reasonFields(models.ActVoid), Read: readReason,
		},
	}
}

func read(c *gin.Context) (typed, error) {
	if err := c.Request.ParseForm(); err != nil {
		return nil, models.Malformed("We could not read the form. Go back and send it again.")
	}
	t := typed{}
	for k, v := range c.Request.PostForm {
		for _, s := range v {
			t[k] = append(t[k], strings.TrimSpace(s))
		}
	}
	return t, nil
}

func note(t typed, errs components.FormErrors, label, hint string) templ.Component {
	return components.TextArea(components.TextAreaParams{Name: "note", Label: label, Hint: hint, Value: t.one("note"), Error: errs.Of("note"), Rows: 4})
}

func reasonItems(a models.Action) []components.ChoiceItem {
	var out []components.ChoiceItem
	for i, g := range models.ReasonGroupsOf(a) {
		if i > 0 {
			out = append(out, components.ChoiceItem{Divider: "or"})
		}
		for _, r := range models.Reasons(g) {
			if !slices.ContainsFunc(out, func(c components.ChoiceItem) bool { return c.Value == r.Code }) {
				out = append(out, components.ChoiceItem{Value: r.Code, Text: r.Words})
			}
		}
	}
	return out
}

func reasonRadios(a models.Action, t typed, errs components.FormErrors, legend string) templ.Component {
	return components.Radios(components.RadiosParams{
		Name: "reason", Legend: legend, LegendSize: components.Medium, IsSmall: true,
		Value: t.one("reason"), Error: errs.Of("reason"), Items: reasonItems(a),
	})
}

func reasonFields(a models.Action) func(referrals.View, typed, components.FormErrors) []templ.Component {
	return func(_ referrals.View, t typed, errs components.FormErrors) []templ.Component {
		return []templ.Component{
			reasonRadios(a, t, errs, "Reason"),
			note(t, errs, "Anything they should know (optional)", "Do not write a phone number or address here."),
		}
	}
}

func noteFields(_ referrals.View, t typed, errs components.FormErrors) []templ.Component {
	return []templ.Component{note(t, errs, "Anything they should know (optional)", "Do not write a phone number or address here.")}
}

func readNote(_ referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	return referrals.ActionInput{Note: t.one("note")}, nil
}

func readReason(_ referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	return referrals.ActionInput{Reason: t.one("reason"), Note: t.one("note")}, nil
}

// mostAsked are the questions services ask most, to be ticked in place of typed.
func mostAsked() []string {
	return []string{
		"Is an interpreter needed, and for which language?",
		"When and how is it safe to make first contact?",
		"What does the person want from us?",
		"Are there children, and are they safe?",
		"Is anybody else working with this person?",
	}
}

func questionFields(_ referrals.View, t typed, errs components.FormErrors) []templ.Component {
	var items []components.ChoiceItem
	for _, q := range mostAsked() {
		items = append(items, components.ChoiceItem{Value: q, Text: q})
	}
	return []templ.Component{
		components.Checkboxes(components.CheckboxesParams{
			Name: "question", ID: "questions", Legend: "Questions asked most", LegendSize: components.Medium, IsSmall: true,
			Hint: "Choose all you need.", Items: items, Values: t["question"], Error: errs.Of("questions"),
		}),
		components.TextArea(components.TextAreaParams{Name: "own", Label: "Another question (optional)", Value: t.one("own"), Error: errs.Of("own"), Rows: 3}),
	}
}

func readQuestions(_ referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	var in referrals.ActionInput
	for _, q := range append(slices.Clone(t["question"]), t.one("own")) {
		if q != "" {
			in.Questions = append(in.Questions, q)
		}
	}
	return in, nil
}

func waitFields(_ referrals.View, t typed, errs components.FormErrors) []templ.Component {
	return []templ.Component{
		reasonRadios(models.ActWaitlist, t, errs, "Why can you not start yet?"),
		dateField("review_on", "When will you look at this again?", "For example, 30 4 2026", t, errs),
		yesNo("interim_advice_given", "Have you given safety advice for the time until then?", t, errs),
		note(t, errs, "Anything they should know (optional)", ""),
	}
}

func readWait(_ referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	on, faults := readDate("review_on", t)
	in := referrals.ActionInput{Reason: t.one("reason"), ReviewOn: on, Note: t.one("note")}
	if v := t.one("interim_advice_given"); v != "" {
		given := v == "yes"
		in.InterimAdvice = &given
	}
	return in, faults
}

func declineFields(_ referrals.View, t typed, errs components.FormErrors) []templ.Component {
	var by []components.ChoiceItem
	for _, d := range models.DecidedBys() {
		if d != models.DecidedBySystem {
			by = append(by, components.ChoiceItem{Value: string(d), Text: d.Words()})
		}
	}
	return []templ.Component{
		components.Radios(components.RadiosParams{
			Name: "decided_by", Legend: "Whose decision is it?", LegendSize: components.Medium, IsSmall: true,
			Hint: "What the victim chose is never counted as your decline.", Value: t.one("decided_by"), Error: errs.Of("decided_by"), Items: by,
		}),
		reasonRadios(models.ActDecline, t, errs, "Main reason"),
		note(t, errs, "What would help, or who else could (optional)", "Do not write a phone number or address here."),
	}
}

func readDecline(_ referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	return referrals.ActionInput{Reason: t.one("reason"), DecidedBy: models.DecidedBy(t.one("decided_by")), Note: t.one("note")}, nil
}

func holdFields(_ referrals.View, t typed, errs components.FormErrors) []templ.Component {
	return []templ.Component{
		reasonRadios(models.ActHold, t, errs, "Reason"),
		dateField("review_on", "When will you look at this again?", "For example, 30 4 2026", t, errs),
		note(t, errs, "Anything they should know (optional)", ""),
	}
}

func readHold(_ referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	on, faults := readDate("review_on", t)
	return referrals.ActionInput{Reason: t.one("reason"), ReviewOn: on, Note: t.one("note")}, faults
}

func endFields(v referrals.View, t typed, errs components.FormErrors) []templ.Component {
	fields := declineFields(v, t, errs)
	fields[1] = reasonRadios(models.ActEndEarly, t, errs, "Main reason")
	return append(fields[:2], components.TextArea(components.TextAreaParams{
		Name: "report", Label: "End report (optional now)", Hint: "It can follow later; its clock runs on.", Value: t.one("report"), Error: errs.Of("report"),
	}), note(t, errs, "Anything they should know (optional)", ""))
}

func readEnd(_ referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	return referrals.ActionInput{
		Reason: t.one("reason"), DecidedBy: models.DecidedBy(t.one("decided_by")), Report: t.one("report"), Note: t.one("note"),
	}, nil
}

func upholdFields(_ referrals.View, t typed, errs components.FormErrors) []templ.Component {
	return []templ.Component{
		components.TextArea(components.TextAreaParams{
			Name: "next_step", Label: "What happens next for the victim", Hint: "For example, which service to ask.",
			Value: t.one("next_step"), Error: errs.Of("next_step"), Rows: 3,
		}),
		note(t, errs, "Anything they should know (optional)", ""),
	}
}

func readUphold(_ referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	return referrals.ActionInput{NextStep: t.one("next_step"), Note: t.one("note")}, nil
}

func sendBackFields(_ referrals.View, t typed, errs components.FormErrors) []templ.Component {
	return []templ.Component{components.TextArea(components.TextAreaParams{
		Name: "reason", Label: "Reason", Value: t.one("reason"), Error: errs.Of("reason"), Rows: 4,
	})}
}

func readSendBack(_ referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	return referrals.ActionInput{Reason: t.one("reason")}, nil
}

func yesNo(name, legend string, t typed, errs components.FormErrors) templ.Component {
	return components.Radios(components.RadiosParams{
		Name: name, Legend: legend, LegendSize: components.Medium, Inline: true, Value: t.one(name), Error: errs.Of(name),
		Items: []components.ChoiceItem{{Value: "yes", Text: "Yes"}, {Value: "no", Text: "No"}},
	})
}

func dateField(name, legend, hint string, t typed, errs components.FormErrors) templ.Component {
	return components.DateInput(components.DateInputParams{
		ID: name, Legend: legend, LegendSize: components.Medium, Hint: hint, Error: errs.Of(name),
		Day: t.one(name + "-day"), Month: t.one(name + "-month"), Year: t.one(name + "-year"),
	})
}

// readDate puts three boxes together; nil where all are empty.
func readDate(name string, t typed) (*time.Time, []models.FieldError) {
	day, month, year := t.one(name+"-day"), t.one(name+"-month"), t.one(name+"-year")
	if day+month+year == "" {
		return nil, nil
	}
	at, err := time.ParseInLocation("2-1-2006", fmt.Sprintf("%s-%s-%s", day, month, year), models.London())
	if err != nil {
		return nil, []models.FieldError{models.Field(name, models.FieldInvalid, "Give a real date, as day, month and year")}
	}
	return &at, nil
}

func readAssign(_ referrals.View, t typed) (referrals.ActionInput, []models.FieldError) {
	return readWorker(t)
}

// readWorker reads who was chosen: somebody, or the team.
func readWorker(t typed) (referrals.ActionInput, []models.FieldError) {
	switch v := t.one("worker"); v {
	case "":
		return referrals.ActionInput{}, []models.FieldError{models.Field("worker_id", models.FieldRequired, "Select who will make first contact")}
	case "team":
		return referrals.ActionInput{Team: "The team"}, nil
	default:
		id, err := uuid.Parse(v)
		if err != nil {
			return referrals.ActionInput{}, []models.FieldError{models.Field("worker_id", models.FieldUnknown, "Select who will make first contact")}
		}
		return referrals.ActionInput{WorkerID: id}, nil
	}
}
