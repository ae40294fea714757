// Package cases serves the pages of logging a case, reading it, finding it, and
// keeping how its victim is safely reached and what is shared. It decides
// nothing: the services do, and each page shows what they said.
package cases

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/audit"
	"throughline/services/cases"
	"throughline/services/directory"
	"throughline/services/drafts"
	"throughline/services/referrals"
	"throughline/services/sharing"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// Deps are what the pages stand on.
type Deps struct {
	Frame     frame.Frame
	Calendar  *models.Calendar
	Now       func() time.Time
	Cases     *cases.Service
	Sharing   *sharing.Service
	Drafts    *drafts.Service
	Directory *directory.Service
	Audit     *audit.Service
	Referrals *referrals.Service
}

// Pages serves them.
type Pages struct{ Deps }

// New returns the pages.
func New(d Deps) *Pages { return &Pages{d} }

// Routes lists the pages of cases.
func (p *Pages) Routes() []route.Route {
	get := func(path string, need models.Permission, h route.Handler) route.Route {
		return route.Route{Method: http.MethodGet, Path: path, Need: need, Handle: h}
	}
	post := func(path string, need models.Permission, h route.Handler) route.Route {
		return route.Route{Method: http.MethodPost, Path: path, Need: need, Handle: h}
	}
	routes := []route.Route{
		get("/cases", models.CaseRead, p.list),
		get("/find", models.CaseSearch, p.findForm),
		post("/find", models.CaseSearch, p.find),
		get("/cases/new", models.CaseCreate, p.searchForm),
		post("/cases/new", models.CaseCreate, p.search),
		get("/cases/:ref", models.CaseRead, p.show),
		get("/cases/:ref/logged", models.CaseRead, p.logged),
		get("/cases/:ref/safe-contact", models.ContactRecord, p.safeContact),
		get("/cases/:ref/safe-contact/code-word", models.ContactRecord, p.codeWordForm),
		post("/cases/:ref/safe-contact/code-word", models.ContactRecord, p.codeWord),
		get("/cases/:ref/safe-contact/way", models.ContactRecord, p.channelForm),
		post("/cases/:ref/safe-contact/way", models.ContactRecord, p.channel),
		get("/cases/:ref/safe-contact/clear", models.ContactRecord, p.clearForm),
		post("/cases/:ref/safe-contact/clear", models.ContactRecord, p.clear),
		get("/cases/:ref/sharing", models.ReferralSend, p.sharing),
		get("/cases/:ref/sharing/withdraw", models.ReferralSend, p.withdrawForm),
		post("/cases/:ref/sharing/withdraw", models.ReferralSend, p.withdraw),
		get("/cases/:ref/opened", models.AuditOwn, p.opened),
		get("/cases/:ref/contact", models.ContactRecord, p.planForm),
		post("/cases/:ref/contact", models.ContactRecord, p.plan),
		get("/cases/:ref/incident", models.CaseCreate, p.incidentForm),
		post("/cases/:ref/incident", models.CaseCreate, p.incident),
		get("/cases/:ref/equality", models.CaseCreate, p.equalityForm),
		post("/cases/:ref/equality", models.CaseCreate, p.equality),
		get("/cases/:ref/journey", models.CaseRead, p.line),
		get("/cases/:ref/close", models.HandoffSend, p.showClose),
		post("/cases/:ref/close", models.HandoffSend, p.closeCase),
		get("/cases/:ref/reopen", models.HandoffSend, p.showReopen),
		post("/cases/:ref/reopen", models.HandoffSend, p.reopenCase),
	}
	for _, s := range steps() {
		routes = append(routes,
			get("/cases/new/:draft/"+s.path, models.CaseCreate, p.showStep(s)),
			post("/cases/new/:draft/"+s.path, models.CaseCreate, p.takeStep(s)))
	}
	return append(routes,
		get("/cases/new/:draft/check", models.CaseCreate, p.checkPage),
		post("/cases/new/:draft/check", models.CaseCreate, p.log))
}

// moved says that somebody else was faster, and where the record is now.
func (p *Pages) moved(c *gin.Context, title, path string, err error) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.Frame.Meta(c, title, "/cases"), Title: "This has changed", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "See it as it is now", Href: path}),
	}))
}
