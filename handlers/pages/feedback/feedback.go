// Package feedback serves what victims answered: single answers to the
// Commissioner's office, and figures of twenty or more to an organisation's
// managers.
package feedback

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/feedback"
	"throughline/web/components"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

// Pages serves them.
type Pages struct {
	frame     frame.Frame
	svc       *feedback.Service
	directory *directory.Service
}

// New returns the pages.
func New(f frame.Frame, svc *feedback.Service, dir *directory.Service) *Pages {
	return &Pages{frame: f, svc: svc, directory: dir}
}

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	return []route.Route{
		{Method: http.MethodGet, Path: frame.FeedbackPath, Need: models.FeedbackRead, Handle: p.list},
		{Method: http.MethodGet, Path: frame.FeedbackPath + "/new", Need: models.FeedbackWords, Handle: func(c *gin.Context) error { return p.form(c, frame.Typed{}, nil) }},
		{Method: http.MethodPost, Path: frame.FeedbackPath + "/new", Need: models.FeedbackWords, Handle: p.enter},
		{Method: http.MethodGet, Path: frame.FeedbackPath + "/:id", Need: models.FeedbackWords, Handle: p.show},
		{Method: http.MethodGet, Path: frame.OwnFeedbackPath, Need: models.FeedbackFigures, Handle: p.own},
	}
}

func words(answer string) string {
	if answer == "" {
		return "Left out"
	}
	return models.ChoiceWords(models.FeedbackAnswers(), answer)
}

func about(dir *directory.Snapshot, f *models.Feedback) string {
	if f.ServiceID == uuid.Nil {
		return dir.Name(f.OrgID)
	}
	return dir.ServiceName(f.ServiceID) + ", " + dir.Name(f.OrgID)
}

// list is every answer, of nobody by name.
func (p *Pages) list(c *gin.Context) error {
	items, next, err := p.svc.List(c.Request.Context(), c.Query("cursor"), 50)
	if err != nil {
		return err
	}
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	t := &components.DataTable{Caption: "Answers, by month", Cards: true, Empty: "Nobody has answered yet.", Columns: []components.Column{{Text: "About"}, {Text: "Month"}, {Text: "Asked"}}}
	for _, q := range models.FeedbackQuestions() {
		t.Columns = append(t.Columns, components.Column{Text: q.Words})
	}
	for i := range items {
		f := &items[i]
		row := []components.DataCell{{Text: about(dir, f)}, {Text: f.Month.Format("January 2006")}, {Text: models.FeedbackPointWords(f.Point)}}
		if f.HasWords {
			row[0].Sub = "With words"
		}
		if a.Can(models.FeedbackWords) {
			row[0].Href = frame.FeedbackPath + "/" + f.ID.String()
		}
		for _, q := range models.FeedbackQuestions() {
			row = append(row, components.DataCell{Text: words(f.Of(q.Key))})
		}
		t.Rows = append(t.Rows, row)
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Feedback", frame.FeedbackPath), Title: "What victims answered",
		Text:  "On their own page, to three questions. No service sees an answer. Read the figures with their response rate under the measures.",
		Parts: []admin.PartView{{Table: t}},
	}
	v.Meta.Wide = true
	if a.Can(models.FeedbackWords) {
		v.Buttons = []components.ButtonParams{{Text: "Enter what you were told", Href: frame.FeedbackPath + "/new"}}
	}
	if next != "" {
		v.Pages = components.PaginationParams{NextHref: frame.FeedbackPath + "?cursor=" + next, Landmark: "Pages of answers"}
	}
	return render.OK(c, admin.Page(v))
}

// show is one answer with its words.
func (p *Pages) show(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("feedback")
	}
	f, err := p.svc.Get(c.Request.Context(), id)
	if err != nil {
		return err
	}
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	rows := []components.SummaryRow{{Key: "About", Value: about(dir, &f)}, {Key: "Month", Value: f.Month.Format("January 2006")}, {Key: "Asked", Value: models.FeedbackPointWords(f.Point)}}
	for _, q := range models.FeedbackQuestions() {
		rows = append(rows, components.SummaryRow{Key: q.Words, Value: words(f.Of(q.Key))})
	}
	said := f.Words
	if said == "" {
		said = "Nothing"
	}
	rows = append(rows, components.SummaryRow{Key: "What they said besides", Value: said})
	v := admin.PageView{Meta: p.frame.Meta(c, "Answer", frame.FeedbackPath), Title: "One answer", Text: "Their words can name somebody. Pass them on to nobody.", Parts: []admin.PartView{{Rows: rows}}}
	v.Meta.Back = &components.Link{Text: "What victims answered", Href: frame.FeedbackPath}
	return render.OK(c, admin.Page(v))
}

// form asks what somebody told the office.
func (p *Pages) form(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	options := []components.Option{{Text: "Select one", Selected: t.One("service_id") == ""}}
	for _, s := range dir.Services("") {
		options = append(options, components.Option{Value: s.ID.String(), Text: dir.Name(s.OrgID) + ": " + s.Name, Selected: s.ID.String() == t.One("service_id")})
	}
	f := shared.FormView{
		Title: "Enter what you were told", Button: "Enter it", Lede: "When somebody tells your office of a service. Write down no name. It counts in the answers and not in the response rate.",
		Fields: []templ.Component{components.Select(components.SelectParams{Name: "service_id", Label: "Which service is it about?", LabelSize: components.Small, Options: options, Error: errs.Of("service_id")})},
	}
	for _, q := range models.FeedbackQuestions() {
		f.Fields = append(f.Fields, components.Radios(components.RadiosParams{Name: q.Key, Legend: q.Words, LegendSize: components.Small, IsSmall: true, Items: frame.Choices(models.FeedbackAnswers()), Value: t.One(q.Key), Error: errs.Of(q.Key)}))
	}
	f.Fields = append(f.Fields, components.TextArea(components.TextAreaParams{Name: "words", Label: "What did they say besides? (optional)", LabelSize: components.Small, Value: t.One("words"), Error: errs.Of("words"), Rows: 4, Autocomplete: "off"}))
	f.Meta = p.frame.Meta(c, f.Title, frame.FeedbackPath)
	f.Meta.Errors, f.Meta.Back, f.Cancel = errs, &components.Link{Text: "What victims answered", Href: frame.FeedbackPath}, &components.Link{Text: "Cancel", Href: frame.FeedbackPath}
	return render.Form(c, shared.Form(f), errs.Any())
}

func (p *Pages) enter(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	in := models.Feedback{Heard: t.One("heard"), Safer: t.One("safer"), Again: t.One("again"), Words: t.One("words")}
	in.ServiceID, _ = uuid.Parse(t.One("service_id"))
	f, err := p.svc.Enter(frame.Held(c, ""), in)
	switch {
	case frame.IsInvalid(err):
		return p.form(c, t, frame.Errors(err, nil))
	case err != nil:
		return err
	}
	render.See(c, frame.FeedbackPath+"/"+f.ID.String())
	return nil
}

// own is what was said of the reader's organisation, in quarters that are over.
func (p *Pages) own(c *gin.Context) error {
	quarters, err := p.svc.Own(c.Request.Context())
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "By quarter, the latest first", Cards: true, Empty: "No quarter is over yet in which victims were asked about your organisation.",
		Columns: []components.Column{{Text: "Quarter"}, {Text: "Response rate", Right: true}},
	}
	for _, q := range models.FeedbackQuestions() {
		t.Columns = append(t.Columns, components.Column{Text: q.Words + " Yes", Right: true})
	}
	for i := range quarters {
		q := &quarters[i]
		month := int(q.Quarter.Month())
		row := []components.DataCell{{Text: fmt.Sprintf("%d, quarter %d", q.Quarter.Year(), (month+2)/3)}, percent(q.Response, q.Few)}
		for _, question := range models.FeedbackQuestions() {
			row = append(row, percent(q.Of(question.Key), q.Few))
		}
		t.Rows = append(t.Rows, row)
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "What victims say of us", frame.OwnFeedbackPath), Title: "What victims say of your organisation", Parts: []admin.PartView{{Table: t}},
		Text: "Victims answer three questions on their own page, six weeks into support, after it ended or after a trial. Nobody at your organisation sees an answer: only shares on twenty answers or more, of quarters that are over. The response rate is how many of those who were asked answered.",
	}
	return render.OK(c, admin.Page(v))
}

func percent(share *int, few bool) components.DataCell {
	switch {
	case share != nil:
		return components.DataCell{Text: strconv.Itoa(*share) + "%"}
	case few:
		return components.DataCell{Text: "Fewer than 20"}
	}
	return components.DataCell{Text: "Hidden"}
}
