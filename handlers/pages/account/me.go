package account

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/web/components"
	view "throughline/web/pages/account"
)

// ownRoutes are one's own account. What changes how somebody proves who they
// are asks for a fresh proof first.
func (p *Pages) ownRoutes() []route.Route {
	get, post := http.MethodGet, http.MethodPost
	return []route.Route{
		{Method: get, Path: "/account", Need: models.SignedIn, Handle: p.account},
		{Method: post, Path: "/account/news", Need: models.SignedIn, Handle: p.readNews},
		{Method: get, Path: "/account/password", Need: models.SignedIn, StepUp: true, Handle: p.password},
		{Method: post, Path: "/account/password", Need: models.SignedIn, StepUp: true, Handle: p.changePassword},
		{Method: get, Path: "/account/apps/new", Need: models.SignedIn, StepUp: true, Handle: p.newApp},
		{Method: post, Path: "/account/apps/new", Need: models.SignedIn, StepUp: true, Handle: p.addApp},
		{Method: get, Path: "/account/passkeys/new", Need: models.SignedIn, StepUp: true, Handle: p.newPasskey},
		{Method: post, Path: "/account/passkeys/new", Need: models.SignedIn, StepUp: true, Handle: p.addPasskey},
		{Method: post, Path: "/account/passkeys/new/options", Need: models.SignedIn, StepUp: true, Handle: p.askNewPasskey},
		{Method: get, Path: "/account/factors/:id/remove", Need: models.SignedIn, StepUp: true, Handle: p.sureRemove},
		{Method: post, Path: "/account/factors/:id/remove", Need: models.SignedIn, StepUp: true, Handle: p.remove},
		{Method: get, Path: "/account/codes", Need: models.SignedIn, StepUp: true, Handle: p.sureCodes},
		{Method: post, Path: "/account/codes", Need: models.SignedIn, StepUp: true, Handle: p.makeCodes},
		{Method: post, Path: "/account/sessions/:id/end", Need: models.SignedIn, Handle: p.endSession},
		{Method: post, Path: "/account/sessions/end", Need: models.SignedIn, Handle: p.endEverywhere},
		{Method: get, Path: "/account/confirm", Need: models.SignedIn, Handle: p.confirm},
		{Method: post, Path: "/account/confirm", Need: models.SignedIn, Handle: p.prove},
		{Method: post, Path: "/account/confirm/passkey", Need: models.SignedIn, Handle: p.provePasskey},
		{Method: post, Path: "/account/stay", Need: models.SignedIn, BeforeConduct: true, Handle: p.stay},
		{Method: post, Path: "/account/keep", Need: models.SignedIn, BeforeConduct: true, Handle: p.putAside},
		{Method: get, Path: "/account/kept", Need: models.SignedIn, Handle: p.kept},
		{Method: post, Path: "/account/kept/send", Need: models.SignedIn, Handle: p.sendKept},
		{Method: post, Path: "/account/kept/drop", Need: models.SignedIn, Handle: p.dropKept},
	}
}

// account shows everything about one's own way of signing in.
func (p *Pages) account(c *gin.Context) error {
	ctx := c.Request.Context()
	me, err := p.svc.Me(ctx)
	if err != nil {
		return err
	}
	have, err := p.svc.Factors(ctx)
	if err != nil {
		return err
	}
	sessions, err := p.svc.Sessions(ctx)
	if err != nil {
		return err
	}
	notices, err := p.svc.AccountNotices(ctx)
	if err != nil {
		return err
	}
	v := view.AccountView{
		Meta: p.frame.Meta(c, "Your account", ""), Codes: codesLeft(have),
		Facts: []components.SummaryRow{
			{Key: "Name", Value: me.Name},
			{Key: "Role", Value: me.Role.Words()},
			{Key: "Organisation", Value: me.Organisation.Name},
			{Key: "Conflicts of interest", Value: "Whom you know, so that no record of theirs is yours to open", Actions: []components.Link{{Text: "Declare", Href: "/conflicts", Hidden: "a conflict of interest"}}},
			{Key: "Household", Value: "Surnames and borough, compared with what you open", Actions: []components.Link{{Text: "Change", Href: "/household", Hidden: "your household"}}},
			{Key: "Code of conduct", Value: "What you accepted before you saw a record", Actions: []components.Link{{Text: "Read", Href: conductPath, Hidden: "the code of conduct"}}},
			{Key: "Password", Value: "Not shown", Actions: []components.Link{{Text: "Change", Href: "/account/password", Hidden: "password"}}},
		},
	}
	for _, f := range have.List {
		v.Factors = append(v.Factors, factorRow(f))
	}
	for _, s := range sessions {
		v.Sessions = append(v.Sessions, sessionRow(s))
	}
	for _, n := range notices {
		v.Notices = append(v.Notices, view.NoticeRow{Text: told(n), When: stamp(n.At), New: !n.Read})
		v.Unread = v.Unread || !n.Read
	}
	if len(notices) > 0 {
		v.Until = notices[0].At.UTC().Format(time.RFC3339Nano)
	}
	return render.OK(c, view.Account(v))
}

func codesLeft(f accounts.Factors) string {
	switch {
	case !f.Any():
		return ""
	case f.CodesLeft == 0:
		return "You have none left. Make new ones: without them, a lost phone keeps you out until somebody has set up your sign-in again."
	case f.CodesLeft == 1:
		return "You have 1 left. Each works once, in place of a code of your app."
	}
	return "You have " + strconv.Itoa(f.CodesLeft) + " left. Each works once, in place of a code of your app."
}

func factorRow(f accounts.Factor) view.FactorRow {
	row := view.FactorRow{Name: f.Name, Kind: "Passkey", Added: stamp(f.CreatedAt), Used: stamp(f.LastUsedAt), RemoveHref: "/account/factors/" + f.ID.String() + "/remove"}
	if f.Kind == accounts.App {
		row.Kind = "Authenticator app"
	}
	return row
}

// sessionRow says where, when and with what somebody is signed in.
func sessionRow(s accounts.OwnSession) view.SessionRow {
	row := view.SessionRow{Title: browser(s), End: "/account/sessions/" + s.ID.String() + "/end"}
	if s.Current {
		row.Title, row.End = row.Title+" (this one)", ""
	}
	by := map[string]string{
		"password": "Password", "passkey": "Passkey", "app": "Password and a code", "recovery_code": "Password and a recovery code", "single_sign_on": "Your organisation's sign-in",
	}[s.Factor]
	if s.Waits {
		by = "Password, and nothing more yet"
	}
	row.Facts = []components.SummaryRow{
		{Key: "Signed in", Value: stamp(s.CreatedAt)}, {Key: "Last used", Value: stamp(s.SeenAt)}, {Key: "Signed in with", Value: by}, {Key: "Network", Value: network(s.Network)},
	}
	return row
}

// browser names a browser as people do, from what it says of itself.
func browser(s accounts.OwnSession) string {
	if s.Kind == accounts.API {
		return "A system, with an access token"
	}
	name := "A browser"
	for _, known := range [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(s.Browser, known[0]) {
			name = known[1]
			break
		}
	}
	for _, known := range [][2]string{{"Windows", "Windows"}, {"iPhone", "an iPhone"}, {"iPad", "an iPad"}, {"Android", "Android"}, {"Mac OS", "a Mac"}, {"Linux", "Linux"}} {
		if strings.Contains(s.Browser, known[0]) {
			return name + " on " + known[1]
		}
	}
	return name
}

func network(text string) string {
	if text == "" || strings.HasPrefix(text, "0.0.0.0") {
		return "Not known"
	}
	return text
}

// london is where people read times.
var london = func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		return time.UTC
	}
	return l
}()

func stamp(at time.Time) string {
	if at.IsZero() {
		return "Never"
	}
	return at.In(london).Format("2 January 2006, 15:04")
}

// told puts a notice into words.
func told(n accounts.AccountNotice) string {
	name := ""
	if n.Name != "" {
		name = ": " + n.Name
	}
	return map[accounts.Told]string{
		accounts.ToldNewDevice: "You signed in on a browser we had not seen before.", accounts.ToldPasskeyAdded: "A passkey was added" + name,
		accounts.ToldPasskeyRemoved: "A passkey was removed" + name, accounts.ToldAppAdded: "An authenticator app was added" + name,
		accounts.ToldAppRemoved: "An authenticator app was removed" + name, accounts.ToldCodesMade: "New recovery codes were made. The old ones stopped working.",
		accounts.ToldCodeUsed: "A recovery code was used.", accounts.ToldPassword: "Your password was changed.",
		accounts.ToldReset:      "Your passkeys, apps and recovery codes were taken away, because somebody said that you lost them. If it was not you, tell your privacy officer at once.",
		accounts.ToldSignOn:     "Your organisation's own sign-in opens your account from now on.",
		accounts.ToldWebhookOff: "An address that your organisation's systems are told at was switched off, because nothing arrives there. It is listed under Systems, Webhooks.",
		accounts.ToldCopied:     "A passkey was refused, because a copy of it seems to be in use.",
	}[n.Kind]
}

func (p *Pages) readNews(c *gin.Context) error {
	until, err := time.Parse(time.RFC3339Nano, c.PostForm("until"))
	if err != nil {
		return models.Malformed("What was sent could not be read.")
	}
	if err := p.svc.ReadAccountNotices(c.Request.Context(), until); err != nil {
		return err
	}
	render.See(c, "/account")
	return nil
}

func (p *Pages) endSession(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("session")
	}
	if err := p.svc.EndSession(c.Request.Context(), id); err != nil {
		return err
	}
	render.See(c, "/account#sessions")
	return nil
}

func (p *Pages) endEverywhere(c *gin.Context) error {
	if err := p.svc.EndEverywhere(c.Request.Context()); err != nil {
		return err
	}
	p.cookies.ClearSession(c.Writer)
	c.Header("Clear-Site-Data", `"cache", "storage"`)
	render.See(c, "/signed-out")
	return nil
}
