// Package referrals serves the pages of sending, deciding and following
// referrals. It decides nothing: the service says what may be done, and each
// page shows that and asks for it.
package referrals

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/cases"
	"throughline/services/directory"
	"throughline/services/drafts"
	"throughline/services/notices"
	"throughline/services/referrals"
	"throughline/services/sharing"
	"throughline/services/support"
	"throughline/web/components"
	view "throughline/web/pages/referrals"
	"throughline/web/pages/shared"
)

// Deps are what the pages stand on.
type Deps struct {
	Frame     frame.Frame
	Calendar  *models.Calendar
	Now       func() time.Time
	Referrals *referrals.Service
	Cases     *cases.Service
	Sharing   *sharing.Service
	Directory *directory.Service
	Drafts    *drafts.Service
	Accounts  *accounts.Service
	Notices   *notices.Service
	Support   *support.Service
}

// Pages serves them.
type Pages struct{ Deps }

// New returns the pages.
func New(d Deps) *Pages { return &Pages{d} }

// Routes lists the pages of referrals.
func (p *Pages) Routes() []route.Route {
	get := func(path string, need models.Permission, h route.Handler) route.Route {
		return route.Route{Method: http.MethodGet, Path: path, Need: need, Handle: h}
	}
	post := func(path string, need models.Permission, h route.Handler) route.Route {
		return route.Route{Method: http.MethodPost, Path: path, Need: need, Handle: h}
	}
	routes := []route.Route{
		get("/today", models.ReferralRead, p.today),
		get("/inbox", models.ReferralAnswer, p.inbox),
		get("/referrals", models.ReferralSend, p.sent),
		get("/services", models.SignedIn, p.services),
		get(placesPath, models.ReferralAnswer, p.placesPage),
		get(placesPath+"/:id", models.ReferralAnswer, p.placeForm),
		post(placesPath+"/:id", models.ReferralAnswer, p.takePlace),
		post("/news", models.ReferralRead, p.putAway),
		get("/referrals/:ref", models.ReferralRead, p.show),
		get("/referrals/:ref/sent", models.ReferralSend, p.sentPage),
		get("/referrals/:ref/accept", models.ReferralAnswer, p.acceptPage),
		get("/referrals/:ref/move", models.ReferralRead, p.move),
		post("/referrals/:ref/move", models.ReferralRead, p.takeMove),
		get("/referrals/:ref/plan", models.ContactRecord, p.planForm),
		post("/referrals/:ref/plan", models.ContactRecord, p.plan),
		get("/referrals/:ref/open", models.ReferralAnswer, p.askWhy),
		post("/referrals/:ref/open", models.ReferralAnswer, p.open),
	}
	for _, a := range pressed() {
		routes = append(routes, post("/referrals/:ref/"+string(a), models.ReferralRead, p.press(a)))
	}
	for _, f := range forms() {
		routes = append(routes,
			get("/referrals/:ref/"+f.Path, models.ReferralRead, p.ask(f)),
			post("/referrals/:ref/"+f.Path, models.ReferralRead, p.take(f)))
	}
	return append(routes, p.referRoutes()...)
}

// pressed are the acts that need no more than a press of a button.
func pressed() []models.Action {
	return []models.Action{
		models.ActAcknowledge, models.ActAccept, models.ActSubmit, models.ActDiscard, models.ActResume,
		models.ActAcknowledgeWithdrawal,
	}
}

func path(v referrals.View) string { return "/referrals/" + v.Reference }

// find reads the referral of the page's address.
func (p *Pages) find(c *gin.Context) (referrals.View, error) {
	id, err := p.Referrals.Find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return referrals.View{}, err
	}
	return p.Referrals.Get(c.Request.Context(), id)
}

// show is the page of one referral: to decide on, or to read and work.
func (p *Pages) show(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	return p.page(c, v, http.StatusOK, nil)
}

// page draws a referral for whoever reads it.
func (p *Pages) page(c *gin.Context, v referrals.View, status int, errs components.FormErrors) error {
	if slices.Contains(v.Relations, referrals.RelReferrer) || !deciding(v) {
		record, err := p.record(c, v)
		if err != nil {
			return err
		}
		return render.Page(c, status, view.Record(record))
	}
	d, err := p.decide(c, v, errs)
	if err != nil {
		return err
	}
	return render.Page(c, status, view.Decide(d))
}

func deciding(v referrals.View) bool {
	return v.Level == referrals.LevelBefore && slices.Contains(v.AllowedActions, models.ActAccept)
}

// press takes an act that is one button.
func (p *Pages) press(a models.Action) route.Handler {
	return func(c *gin.Context) error {
		v, err := p.find(c)
		if err != nil {
			return err
		}
		t, err := read(c)
		if err != nil {
			return err
		}
		var in referrals.ActionInput
		var faults []models.FieldError
		if a == models.ActAccept {
			in, faults = readWorker(t)
		}
		after, err := p.do(c, v, a, in, t, faults)
		switch {
		case err == nil && a == models.ActDiscard:
			render.See(c, "/referrals")
			return nil
		case err == nil:
			return p.landed(c, after, string(a))
		case frame.IsInvalid(err) && a == models.ActAccept && !deciding(v):
			return p.acceptForm(c, v, t, frame.Errors(err, targets()))
		case frame.IsInvalid(err):
			return p.page(c, v, http.StatusUnprocessableEntity, frame.Errors(err, targets()))
		}
		return p.moved(c, v, err)
	}
}

// ask shows the page of one decision.
func (p *Pages) ask(f form) route.Handler {
	return func(c *gin.Context) error {
		v, err := p.find(c)
		if err != nil {
			return err
		}
		if !slices.Contains(v.AllowedActions, f.Action) {
			return p.moved(c, v, models.Conflict("This can no longer be done. Here is the referral as it is now."))
		}
		return p.form(c, f, v, typed{}, nil)
	}
}

// take carries a decision out, or shows its page again with what was typed.
func (p *Pages) take(f form) route.Handler {
	return func(c *gin.Context) error {
		v, err := p.find(c)
		if err != nil {
			return err
		}
		t, err := read(c)
		if err != nil {
			return err
		}
		in, faults := f.Read(v, t)
		after, err := p.do(c, v, f.Action, in, t, faults)
		switch {
		case err == nil && after.Attempt != nil:
			return p.landed(c, after, attemptDone(*after.Attempt))
		case err == nil:
			return p.landed(c, after, string(f.Action))
		case frame.IsInvalid(err):
			to := targets()
			for i, o := range in.Outcomes {
				for _, when := range []string{"start", "end"} {
					to["outcomes["+strconv.Itoa(i)+"]."+when] = o.Need + "-" + when
				}
			}
			return p.form(c, f, v, t, frame.Errors(err, to))
		}
		return p.moved(c, v, err)
	}
}

func targets() map[string]string {
	return map[string]string{"review_on": "review_on-day", "questions": "questions", "worker_id": "worker", "at": "at-day", "outcomes": "health-start", "sessions": "health-start"}
}

func (p *Pages) form(c *gin.Context, f form, v referrals.View, t typed, errs components.FormErrors) error {
	meta := p.Frame.Meta(c, f.Title+" "+v.Reference, "")
	meta.Back = &components.Link{Text: "Back to the referral", Href: path(v)}
	meta.Errors = errs
	page := shared.FormView{
		Meta: meta, Caption: "Referral " + v.Reference, Title: f.Title, Lede: f.Lede, Button: f.Button, After: f.After, Warning: f.Warning,
		Hidden: []shared.Hidden{{Name: "version", Value: strconv.Itoa(v.Version)}},
		Fields: f.Fields(v, t, errs), Cancel: &components.Link{Text: "Cancel", Href: path(v)},
	}
	if f.Action == models.ActRecordContact && v.SafeContact != nil {
		page.Before = append(page.Before, components.SafeContact(p.safe(v)))
	}
	if f.Action == models.ActComplete {
		if err := p.recorded(c, v, t); err != nil {
			return err
		}
		page.Fields = f.Fields(v, t, errs)
	}
	if f.Action == models.ActAssign || f.Action == models.ActAccept {
		radios, err := p.workers(c.Request.Context(), t.one("worker"), errs)
		if err != nil {
			return err
		}
		page.Fields = append(page.Fields, components.Radios(radios))
	}
	return render.Form(c, shared.Form(page), errs.Any())
}

// do asks the service, holding it to the version the page was drawn from, so
// that a page left open does not undo somebody else's decision.
func (p *Pages) do(c *gin.Context, v referrals.View, a models.Action, in referrals.ActionInput, t typed, faults []models.FieldError) (referrals.View, error) {
	return p.Referrals.Do(frame.Held(c, t.one("version"), faults...), v.ID, a, in)
}

// moved shows the referral as it is now to somebody who was too late, with who
// did what and when.
func (p *Pages) moved(c *gin.Context, v referrals.View, err error) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	meta := p.Frame.Meta(c, "Referral "+v.Reference, "")
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: meta, Title: "This has changed", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "See it as it is now", Href: path(v)}),
	}))
}

// landed leads to the page after an act: the referral, or the reader's first
// page where it is no longer theirs to see.
func (p *Pages) landed(c *gin.Context, after referrals.View, done string) error {
	to := path(after)
	if after.Gone {
		a, err := models.ActorFrom(c.Request.Context())
		if err != nil {
			return err
		}
		to = frame.Landing(a)
	}
	render.See(c, to+"?done="+done)
	return nil
}

// acceptPage asks who takes a referral on, on a page of its own: for an
// organisation that refers to itself and reads the whole of it beside.
func (p *Pages) acceptPage(c *gin.Context) error {
	v, err := p.find(c)
	if err != nil {
		return err
	}
	if !slices.Contains(v.AllowedActions, models.ActAccept) {
		return p.moved(c, v, models.Conflict("This can no longer be done. Here is the referral as it is now."))
	}
	return p.acceptForm(c, v, typed{}, nil)
}

func (p *Pages) acceptForm(c *gin.Context, v referrals.View, t typed, errs components.FormErrors) error {
	f := form{Action: models.ActAccept, Title: "Accept this referral", Button: "Accept referral", Fields: assignFields}
	if s, err := p.Directory.Service(c.Request.Context(), v.Service.ID); err == nil {
		f.After = p.due(s.ContactDays)
	}
	return p.form(c, f, v, t, errs)
}

// attemptDone says what a contact that was recorded means.
func attemptDone(a referrals.AttemptResult) string {
	switch {
	case a.Stopped || a.SafetyIncident:
		return "stopped"
	case !a.Counted:
		return "uncounted"
	}
	return string(models.ActRecordContact)
}

// done says what the act before this page did.
func done(c *gin.Context) string {
	words := map[string]string{
		"acknowledge": "You picked this up. The referrer can see it.", "accept": "You accepted this referral. Both sides have been told.",
		"decline": "You declined the referral. The referrer has been told.", "request-info": "Your question was sent.",
		"answer-info": "Your answer was sent.", "waitlist": "Put on the waiting list. The referrer has been told.",
		"stopped":   "Stop. Nobody may use this number or address until a caseworker of the organisation that holds the case clears it. They have been told.",
		"uncounted": "The attempt was recorded. It does not count towards the required number.",
		"withdraw":  "You withdrew this referral. The service has been told.", "submit": "Sent.", "record-contact": "The attempt was recorded.",
		"hold": "Put on hold.", "resume": "Taken off hold.", "complete": "Ended. The referrer has been told.", "end-early": "Ended. The referrer has been told.", "report": "The end report was handed in. The referrer has been told.",
		"not-engaged": "Closed as not reached. The referrer has been told.", "assign": "Given to the person you chose.",
		"propose-decline": "Proposed. A coordinator looks at it within 1 working day.", "undo-accept": "The acceptance was taken back.",
		"acknowledge-withdrawal": "You acknowledged the withdrawal.",
		"suggested":              "Your suggestion was sent. The referrer decides.", "moved": "Moved. The services and the referrer have been told.",
		"uphold-decline": "Declined, as the service proposed. The referrer has been told.", "return-decline": "Sent back. The service has been told why.",
		"reopen": "Opened again. The referrer has been told.", "void": "Marked as entered in error. Its content is gone.",
	}
	return words[c.Query("done")]
}

// workers asks who takes a referral on: the reader first, then colleagues.
func (p *Pages) workers(ctx context.Context, chosen string, errs components.FormErrors) (components.RadiosParams, error) {
	actor, err := models.ActorFrom(ctx)
	if err != nil {
		return components.RadiosParams{}, err
	}
	people, _, err := p.Accounts.People(ctx, accounts.PeopleQuery{Assignable: true, Limit: 30})
	if err != nil {
		return components.RadiosParams{}, err
	}
	out := components.RadiosParams{
		Name: "worker", Legend: "Who will make first contact?", LegendSize: components.Medium, IsSmall: true,
		Value: chosen, Error: errs.Of("worker_id"),
	}
	for _, who := range people {
		item := components.ChoiceItem{Value: who.ID.String(), Text: who.Name}
		if who.ID == actor.UserID {
			item.Text = "Me, " + who.Name
			out.Items = slices.Insert(out.Items, 0, item)
			if chosen == "" {
				out.Value = item.Value
			}
			continue
		}
		out.Items = append(out.Items, item)
	}
	out.Items = append(out.Items, components.ChoiceItem{Value: "team", Text: "The team, decide later"})
	return out, nil
}

// due says when something will be due if it starts now.
func (p *Pages) due(days int) string {
	at, err := p.Calendar.Due(p.Now(), days)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("First contact will be due by the end of %s.", models.DayIn(at, p.Now()))
}
