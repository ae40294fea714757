package support

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/models"
	"throughline/services/support"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

func radios(name, legend, value string, list []models.Choice, errs components.FormErrors) templ.Component {
	return components.Radios(components.RadiosParams{
		Name: name, Legend: legend, LegendSize: components.Medium, IsSmall: true, Value: value, Error: errs.Of(name), Items: frame.Choices(list),
	})
}

func dateBoxes(name, legend, hint string, t frame.Typed, errs components.FormErrors) templ.Component {
	return components.DateInput(components.DateInputParams{
		ID: name, Legend: legend, LegendSize: components.Medium, Hint: hint, Error: errs.Of(name),
		Day: t.One(name + "-day"), Month: t.One(name + "-month"), Year: t.One(name + "-year"),
	})
}

// held gives the service what was wrong with a form before it got there.
func held(ctx context.Context, faults ...models.FieldError) context.Context {
	r := *models.RequestFrom(ctx)
	r.Invalid = append(append([]models.FieldError{}, r.Invalid...), faults...)
	return models.WithRequest(ctx, &r)
}

// needs asks how each need stands. One that is left alone is not rated.
func (p *Pages) needs() asking {
	targets := map[string]string{"ratings": "need-" + models.Needs()[0].Key}
	for i := range models.Needs() {
		for _, part := range []string{"score", "unrated"} {
			targets["ratings["+strconv.Itoa(i)+"]."+part] = targets["ratings"]
		}
	}
	return asking{targets: targets, form: func(l *support.Plan, t frame.Typed, errs components.FormErrors) shared.FormView {
		point := t.One("point")
		if point == "" {
			point = string(models.NeedAtReview)
			if len(l.Ratings) == 0 {
				point = string(models.NeedAtStart)
			}
		}
		scale := []components.Option{{Value: "", Text: "Leave as it is"}, {Value: "1", Text: "1, very hard"}, {Value: "2", Text: "2"}, {Value: "3", Text: "3"}, {Value: "4", Text: "4"}, {Value: "5", Text: "5, going well"}}
		for _, u := range models.Unrated() {
			scale = append(scale, components.Option{Value: u.Key, Text: u.Words})
		}
		fields := []templ.Component{radios("point", "When did you ask?", point, models.NeedPoints(), errs)}
		for i, need := range models.Needs() {
			s := components.SelectParams{Name: "need-" + need.Key, Label: need.Words, Value: t.One("need-" + need.Key), Options: scale}
			if i == 0 {
				for _, e := range errs {
					if strings.HasPrefix(e.Field, "ratings") {
						s.Error = e.Message
					}
				}
			}
			fields = append(fields, components.Select(s))
		}
		return shared.FormView{
			Title: "How do their needs stand?", Button: "Keep this", Fields: fields,
			Lede: "From 1, very hard, to 5, going well, in their own judgement. Where there is no number, say why: no number is ever made up.",
		}
	}, keep: func(ctx context.Context, id uuid.UUID, t frame.Typed) (string, error) {
		in := support.Rated{Point: models.NeedPoint(t.One("point"))}
		for _, need := range models.Needs() {
			v := t.One("need-" + need.Key)
			if v == "" {
				continue
			}
			r := support.Rating{Need: need.Key, Unrated: v}
			if n, err := strconv.Atoi(v); err == nil {
				r.Score, r.Unrated = &n, ""
			}
			in.Ratings = append(in.Ratings, r)
		}
		_, err := p.Support.Rate(ctx, id, in)
		return "needs", err
	}}
}

// goal asks for a new goal, or how one stands.
func (p *Pages) goal() asking {
	return asking{targets: map[string]string{"review_on": "review_on-day", "goal_id": "state", "goal": "words"}, form: func(l *support.Plan, t frame.Typed, errs components.FormErrors) shared.FormView {
		id, _ := uuid.Parse(t.One("goal"))
		if g := l.Goal(id); g != nil {
			return shared.FormView{Title: "How does this goal stand?", Button: "Keep this", Fields: []templ.Component{
				components.InsetText(components.InsetTextParams{Text: g.Goal}),
				radios("state", "It is", t.One("state"), models.GoalStates(), errs),
				dateBoxes("review_on", "When will you look at it again?", "For a goal you still work on. For example, 30 4 2027", t, errs),
			}}
		}
		return shared.FormView{
			Title: "Add a goal", Button: "Add goal", Lede: "In their own words: what will be different when it is reached.",
			Fields: []templ.Component{
				components.CharacterCount(components.CharacterCountParams{TextAreaParams: components.TextAreaParams{
					Name: "words", Label: "Goal", LabelSize: components.Medium, Value: t.One("words"), Error: errs.Of("goal"), Rows: 3,
				}, MaxLength: models.GoalLongest, Threshold: 80, CountType: "characters"}),
				radios("need", "Which need is it for?", t.One("need"), models.Needs(), errs),
				dateBoxes("review_on", "When will you look at it again?", "For example, 30 4 2027", t, errs),
			},
		}
	}, keep: func(ctx context.Context, id uuid.UUID, t frame.Typed) (string, error) {
		on, err := t.Date("review_on")
		if err != nil {
			ctx = held(ctx, models.Field("review_on", models.FieldInvalid, "Enter a real date, like 30 4 2027"))
		}
		if of := t.One("goal"); of != "" {
			goal, _ := uuid.Parse(of)
			_, err := p.Support.ReviewGoal(ctx, id, support.GoalReview{GoalID: goal, State: models.GoalState(t.One("state")), ReviewOn: on})
			return "goal", err
		}
		_, err = p.Support.SetGoal(ctx, id, support.NewGoal{Need: t.One("need"), Goal: t.One("words"), ReviewOn: on})
		return "goal", err
	}}
}

// appointment asks when and where to meet, or what came of it.
func (p *Pages) appointment() asking {
	return asking{
		targets: map[string]string{"starts_at": "starts_at-day", "at_time": "at-time", "instead_of": "starts_at-day", "appointment_id": "happened"},
		form: func(l *support.Plan, t frame.Typed, errs components.FormErrors) shared.FormView {
			id, _ := uuid.Parse(t.One("appointment"))
			if a := l.Appointment(id); a != nil {
				v := p.outcomeForm(a, t, errs)
				if a.Happened != nil && !a.Held() {
					v.Before = []templ.Component{components.Stack([]components.StackItem{{Link: components.Link{
						Text: "Make another appointment instead", Href: "appointment?instead=" + a.ID.String(),
					}, Note: a.Words()}})}
				}
				return v
			}
			var ways []models.Choice
			for _, ch := range models.Channels() {
				ways = append(ways, models.Choice{Key: string(ch), Words: ch.Words()})
			}
			clock := frame.TimeInput("at-time", "What time?", t.One("at-time"), errs.Of("at_time"))
			clock.LabelSize = components.Medium
			v := shared.FormView{
				Title: "Make an appointment", Button: "Make appointment",
				Lede: "We check how they are told, and a call or a visit itself, against what they said is safe.",
				Fields: []templ.Component{
					dateBoxes("starts_at", "Which day?", "For example, 27 11 2026", t, errs),
					components.TextInput(clock),
					radios("place", "Where will you meet?", t.One("place"), models.AppointmentPlaces(), errs),
					radios("channel", "How are they told?", t.One("channel"), ways, errs),
				},
			}
			if first, _ := uuid.Parse(t.One("instead")); l.Appointment(first) != nil {
				v.Title, v.Lede = "Make another appointment", "Instead of the one of "+models.DateTimeIn(l.Appointment(first).StartsAt, p.Now())+". "+v.Lede
			}
			return v
		},
		keep: func(ctx context.Context, id uuid.UUID, t frame.Typed) (string, error) {
			if of := t.One("appointment"); of != "" {
				return "outcome", p.say(ctx, id, of, t)
			}
			in := support.NewAppointment{Place: t.One("place"), Channel: models.Channel(t.One("channel"))}
			in.InsteadOf, _ = uuid.Parse(t.One("instead"))
			var wrong []models.FieldError
			in.StartsAt, wrong = readStart(t)
			_, err := p.Support.MakeAppointment(held(ctx, wrong...), id, in)
			return "appointment", err
		},
	}
}

func readStart(t frame.Typed) (time.Time, []models.FieldError) {
	var wrong []models.FieldError
	day, err := t.Date("starts_at")
	if err != nil || day == nil {
		wrong = append(wrong, models.Field("starts_at", models.FieldInvalid, "Enter a real date, like 27 11 2026"))
	}
	if day == nil {
		day = &time.Time{}
	}
	at, ok := frame.OnDay(*day, t.One("at-time"))
	if !ok {
		wrong = append(wrong, frame.NoTimeOfDay("at_time"))
	}
	if len(wrong) > 0 {
		return time.Time{}, wrong
	}
	return at, nil
}

func (p *Pages) outcomeForm(a *models.Appointment, t frame.Typed, errs components.FormErrors) shared.FormView {
	if len(t["happened"]) == 0 && a.Happened != nil {
		t = said(a)
	}
	yes := radios("attendance", "Did they come?", t.One("attendance"), models.Attendances(), errs)
	no := radios("why", "Why not?", t.One("why"), models.NotHeld(), errs)
	return shared.FormView{
		Title: "What came of this appointment?", Button: "Keep this", Lede: models.DateTimeIn(a.StartsAt, p.Now()) + ", " + models.LowerFirst(models.ChoiceWords(models.AppointmentPlaces(), a.Place)) + ".",
		Fields: []templ.Component{components.Radios(components.RadiosParams{
			Name: "happened", Legend: "Did it happen?", LegendSize: components.Medium, Value: t.One("happened"), Error: errs.Of("happened"),
			Items: []components.ChoiceItem{{Value: "yes", Text: "Yes", Conditional: yes}, {Value: "no", Text: "No", Conditional: no}},
		})},
		After: "What you said before stays on record. If they still need it, make another appointment instead.",
	}
}

// said fills the form with what was said last.
func said(a *models.Appointment) frame.Typed {
	t := frame.Typed{"happened": {"no"}}
	if *a.Happened {
		t["happened"] = []string{"yes"}
	}
	for name, v := range map[string]*string{"attendance": a.Attendance, "why": a.Why} {
		if v != nil {
			t[name] = []string{*v}
		}
	}
	return t
}

func (p *Pages) say(ctx context.Context, id uuid.UUID, of string, t frame.Typed) error {
	in := support.AppointmentOutcome{}
	in.AppointmentID, _ = uuid.Parse(of)
	switch happened := t.One("happened"); happened {
	case "yes", "no":
		was := happened == "yes"
		in.Happened = &was
		// The answer under the other choice was not given.
		if was {
			in.Attendance = t.One("attendance")
		} else {
			in.Why = t.One("why")
		}
	}
	_, err := p.Support.RecordAppointment(ctx, id, in)
	return err
}
