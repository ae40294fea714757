// Package handlers answers HTTP requests. It decides nothing about cases; it
// reads a request, calls one service and shows what came back.
package handlers

import (
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"throughline/handlers/api"
	"throughline/handlers/api/docs"
	v1 "throughline/handlers/api/v1"
	opendirectory "throughline/handlers/directory"
	"throughline/handlers/middleware"
	accountpages "throughline/handlers/pages/account"
	adminpages "throughline/handlers/pages/admin"
	agreementpages "throughline/handlers/pages/agreements"
	alertpages "throughline/handlers/pages/alerts"
	approvalpages "throughline/handlers/pages/approvals"
	auditpages "throughline/handlers/pages/audit"
	casepages "throughline/handlers/pages/cases"
	complaintpages "throughline/handlers/pages/complaints"
	documentpages "throughline/handlers/pages/documents"
	eventpages "throughline/handlers/pages/events"
	feedbackpages "throughline/handlers/pages/feedback"
	formpages "throughline/handlers/pages/forms"
	"throughline/handlers/pages/frame"
	handoffpages "throughline/handlers/pages/handoffs"
	importpages "throughline/handlers/pages/imports"
	infopages "throughline/handlers/pages/info"
	linkagepages "throughline/handlers/pages/linkage"
	maracpages "throughline/handlers/pages/marac"
	messagepages "throughline/handlers/pages/messages"
	notepages "throughline/handlers/pages/notes"
	operatorpages "throughline/handlers/pages/operator"
	protectionpages "throughline/handlers/pages/protection"
	qualitypages "throughline/handlers/pages/quality"
	referralpages "throughline/handlers/pages/referrals"
	rightspages "throughline/handlers/pages/rights"
	samplepages "throughline/handlers/pages/samples"
	statuspages "throughline/handlers/pages/status"
	supportpages "throughline/handlers/pages/support"
	webhookpages "throughline/handlers/pages/webhooks"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/alerts"
	"throughline/services/approvals"
	"throughline/services/audit"
	"throughline/services/cases"
	"throughline/services/complaints"
	"throughline/services/directory"
	"throughline/services/documents"
	"throughline/services/drafts"
	"throughline/services/events"
	"throughline/services/feedback"
	"throughline/services/forms"
	"throughline/services/handoffs"
	"throughline/services/imports"
	"throughline/services/linkage"
	"throughline/services/listings"
	"throughline/services/marac"
	"throughline/services/matters"
	"throughline/services/messages"
	"throughline/services/notes"
	"throughline/services/notices"
	"throughline/services/owed"
	"throughline/services/people"
	"throughline/services/protection"
	"throughline/services/quality"
	"throughline/services/referrals"
	"throughline/services/rights"
	"throughline/services/rules"
	"throughline/services/samples"
	"throughline/services/sharing"
	statuspage "throughline/services/status"
	"throughline/services/support"
	"throughline/services/webhooks"
	"throughline/web"
)

// Deps are what the handlers stand on: the services, and the few settings that
// show in an answer.
type Deps struct {
	Version  string     // of this build, as the API's description names it
	Training bool       // a copy with made-up people: every page says so
	Sealer   api.Sealer // encrypts the answers kept for a replay
	Ready    []v1.Check // what /readyz asks
	Now      func() time.Time
	Edge     middleware.Options
	Proxies  []netip.Prefix // whose X-Forwarded-For is believed

	Calendar   *models.Calendar
	Approvals  *approvals.Service
	Alerts     *alerts.Service
	Audit      *audit.Service
	Cases      *cases.Service
	Directory  *directory.Service
	Documents  *documents.Service
	Drafts     *drafts.Service
	Notes      *notes.Service
	Notices    *notices.Service
	Quality    *quality.Service
	Referrals  *referrals.Service
	Rights     *rights.Service
	Rules      *rules.Service
	Sharing    *sharing.Service
	Protection *protection.Service
	Imports    *imports.Service
	Linkage    *linkage.Service
	Listings   *listings.Service
	People     *people.Service
	Support    *support.Service
	Handoffs   *handoffs.Service
	Owed       *owed.Service
	Events     *events.Service
	Forms      *forms.Service
	MARAC      *marac.Service
	Matters    *matters.Service
	Status     *statuspage.Service
	Samples    *samples.Service
	Complaints *complaints.Service
	Feedback   *feedback.Service

	Messages     *messages.Service
	ReceiptToken string // with which GOV.UK Notify sends receipts; empty: none are taken
	Webhooks     *webhooks.Service
}

// API returns every operation, described and ready to be mounted.
func API(d Deps) *api.API {
	a := api.New(d.Version, d.Sealer)
	v1.RegisterHealth(a, d.Ready...)
	v1.RegisterAuth(a, d.Edge.Accounts, d.Edge.Tokens, d.Edge.Cache)
	v1.RegisterClients(a, d.Edge.Accounts, d.Edge.Tokens)
	v1.RegisterWebhooks(a, d.Webhooks)
	v1.RegisterOwnSessions(a, d.Edge.Accounts, d.Edge.Cache)
	v1.RegisterConduct(a, d.Edge.Accounts)
	v1.RegisterPeople(a, d.Edge.Accounts)
	v1.RegisterPeopleManagement(a, d.People, d.Referrals)
	v1.RegisterAccess(a)
	v1.RegisterOrganisations(a, d.Directory)
	v1.RegisterApprovals(a, d.Approvals)
	v1.RegisterReasons(a)
	v1.RegisterPathways(a)
	v1.RegisterCases(a, d.Cases)
	v1.RegisterSharing(a, d.Sharing)
	v1.RegisterServices(a, d.Directory)
	v1.RegisterReferrals(a, d.Referrals)
	v1.RegisterContact(a, d.Referrals)
	v1.RegisterEvents(a, d.Events)
	v1.RegisterClockRules(a, d.Rules)
	v1.RegisterMatters(a, d.Matters)
	v1.RegisterSupport(a, d.Support)
	v1.RegisterStatusPage(a, d.Status)
	v1.RegisterMessages(a, d.Messages, d.Directory)
	v1.RegisterHandoffs(a, d.Handoffs)
	v1.RegisterBulkHandoffs(a, d.Handoffs)
	v1.RegisterOwed(a, d.Owed)
	v1.RegisterForms(a, d.Forms)
	v1.RegisterMARAC(a, d.MARAC)
	v1.RegisterNotes(a, d.Notes)
	v1.RegisterProtection(a, d.Protection)
	v1.RegisterLinkage(a, d.Linkage)
	v1.RegisterImports(a, d.Imports)
	v1.RegisterTriage(a, d.Imports)
	v1.RegisterFeedQuality(a, d.Quality)
	v1.RegisterFeeds(a, d.Listings)
	v1.RegisterEmergency(a, d.Protection)
	v1.RegisterConflicts(a, d.Protection)
	v1.RegisterFiles(a, d.Documents)
	v1.RegisterQuality(a, d.Quality)
	v1.RegisterScorecards(a, d.Quality)
	v1.RegisterPublished(a, d.Quality)
	v1.RegisterSamples(a, d.Samples)
	v1.RegisterComplaints(a, d.Complaints)
	v1.RegisterFeedback(a, d.Feedback)
	v1.RegisterAudit(a, d.Audit)
	v1.RegisterErasure(a, d.Audit, d.Approvals)
	v1.RegisterAlerts(a, d.Alerts)
	v1.RegisterRetention(a, d.Rights)
	v1.RegisterBreaches(a, d.Rights)
	v1.RegisterRequests(a, d.Rights)
	v1.RegisterSignOn(a, d.Edge.Accounts)
	v1.RegisterAgreements(a, d.Directory, d.Now)
	return a
}

// pages returns the routes of every page.
func pages(d Deps) []route.Route {
	f := frame.Frame{Training: d.Training}
	if d.Notices != nil {
		f.Counter = d.Notices
	}
	return slices.Concat(
		accountpages.New(f, d.Edge.Accounts, d.Edge.Cookies).Routes(),
		adminpages.New(adminpages.Deps{Frame: f, People: d.People, Referrals: d.Referrals, Directory: d.Directory, Accounts: d.Edge.Accounts}).Routes(),
		agreementpages.New(f, d.Directory, d.Now).Routes(),
		alertpages.New(f, d.Alerts, d.Directory, d.Rights, d.Now).Routes(),
		approvalpages.New(f, d.Approvals).Routes(),
		auditpages.New(f, d.Audit, d.Now).Routes(),
		operatorpages.New(f, d.Directory, d.Edge.Accounts).Routes(),
		operatorpages.NewFeeds(f, d.Listings, d.Now).Routes(),
		operatorpages.NewClocks(f, d.Rules, d.Now).Routes(),
		casepages.New(casepages.Deps{
			Frame: f, Calendar: d.Calendar, Now: d.Now, Cases: d.Cases, Sharing: d.Sharing, Drafts: d.Drafts, Directory: d.Directory, Audit: d.Audit, Referrals: d.Referrals,
		}).Routes(),
		documentpages.New(documentpages.Deps{Frame: f, Now: d.Now, Documents: d.Documents, Cases: d.Cases, Referrals: d.Referrals}).Routes(),
		eventpages.New(eventpages.Deps{Frame: f, Now: d.Now, Calendar: d.Calendar, Events: d.Events, Cases: d.Cases, Directory: d.Directory, Matters: d.Matters}).Routes(),
		formpages.New(formpages.Deps{Frame: f, Now: d.Now, Forms: d.Forms, Cases: d.Cases, Referrals: d.Referrals}).Routes(),
		maracpages.New(maracpages.Deps{Frame: f, Now: d.Now, MARAC: d.MARAC, Referrals: d.Referrals, Directory: d.Directory}).Routes(),
		infopages.New(f).Routes(),
		messagepages.New(messagepages.Deps{Frame: f, Messages: d.Messages, Cases: d.Cases, Directory: d.Directory, ReceiptToken: d.ReceiptToken}).Routes(),
		notepages.New(notepages.Deps{Frame: f, Now: d.Now, Notes: d.Notes, Cases: d.Cases, Referrals: d.Referrals}).Routes(),
		supportpages.New(supportpages.Deps{Frame: f, Now: d.Now, Support: d.Support, Referrals: d.Referrals}).Routes(),
		handoffpages.New(handoffpages.Deps{Frame: f, Calendar: d.Calendar, Now: d.Now, Handoffs: d.Handoffs, Cases: d.Cases, Sharing: d.Sharing, Directory: d.Directory, Drafts: d.Drafts, Owed: d.Owed}).Routes(),
		protectionpages.New(f, d.Protection, d.Directory, d.Now).Routes(),
		importpages.New(f, d.Imports, d.Cases, d.Now).Routes(),
		linkagepages.New(f, d.Linkage, d.Now).Routes(),
		qualitypages.New(f, d.Quality, d.Now).Routes(),
		rightspages.New(f, d.Rights, d.Now).Routes(),
		statuspages.New(statuspages.Deps{Frame: f, Now: d.Now, Status: d.Status, Cases: d.Cases, Secure: d.Edge.Base != nil && d.Edge.Base.Scheme == "https"}).Routes(),
		webhookpages.New(f, d.Webhooks).Routes(),
		samplepages.New(f, d.Samples, d.Directory, d.Now).Routes(),
		complaintpages.New(f, d.Complaints, d.Directory, d.Now).Routes(),
		feedbackpages.New(f, d.Feedback, d.Directory).Routes(),
		referralpages.New(referralpages.Deps{
			Frame: f, Calendar: d.Calendar, Now: d.Now, Referrals: d.Referrals, Cases: d.Cases, Sharing: d.Sharing,
			Directory: d.Directory, Drafts: d.Drafts, Accounts: d.Edge.Accounts, Notices: d.Notices, Support: d.Support,
		}).Routes(),
	)
}

// Routes lists everything the server answers to.
func Routes(d Deps) []route.Route {
	a := API(d)
	public := opendirectory.Routes(opendirectory.Deps{Version: d.Version, Base: d.Edge.Base, Listings: d.Listings})
	return slices.Concat(a.Routes(), docs.Routes(a.Document), public, pages(d), assets())
}

// New returns the server's handler, its edge included. It panics when a route
// names no permission, and fails when there is no sealer or the edge is set up
// wrongly.
func New(d Deps) (http.Handler, error) {
	if d.Sealer == nil {
		return nil, errors.New("there is nothing to seal kept answers with")
	}
	routes := Routes(d)
	f := &failures{audit: d.Audit, people: d.Edge.Accounts, frame: frame.Frame{Training: d.Training}, log: d.Edge.Log}
	edge, err := middleware.Edge(d.Edge, f.fail)
	if err != nil {
		return nil, err
	}
	e := engine(f, edge, routes)
	return e, middleware.TrustProxies(e, d.Proxies)
}

// quiet keeps Gin from printing its routes; its mode is a package variable.
var quiet = sync.OnceFunc(func() { gin.SetMode(gin.ReleaseMode) })

// engine mounts the routes behind the edge. Addresses are what they are: one
// with another ending or another case is another address.
func engine(f *failures, edge []gin.HandlerFunc, routes []route.Route) *gin.Engine {
	quiet()
	e := gin.New()
	e.RedirectTrailingSlash = false
	e.HandleMethodNotAllowed = true
	e.Use(edge...)
	e.NoRoute(func(c *gin.Context) { f.fail(c, models.NotFound("address")) })
	e.NoMethod(func(c *gin.Context) { f.fail(c, noMethod) })
	route.Mount(e, f.fail, routes...)
	return e
}

// assets serves the embedded files of the pages.
func assets() []route.Route {
	static := web.Static()
	return []route.Route{{
		Method: http.MethodGet, Path: web.Prefix + "*file", Need: models.Public,
		Handle: func(c *gin.Context) error {
			static.ServeHTTP(c.Writer, c.Request)
			return nil
		},
	}}
}
