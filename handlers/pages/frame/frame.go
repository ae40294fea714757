// Package frame makes what every page shares: who is signed in, the navigation
// of their role, the words after an act, and the faults of a form.
package frame

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/models"
	"throughline/web/components"
	"throughline/web/layouts"
)

// Frame knows what is the same on every page of one running copy.
type Frame struct {
	Training bool    // a copy with made-up people: every page says so
	Counter  Counter // of what is unread; nil: no page says
}

// Meta starts a page: its title (references, never names) and which entry of
// the navigation it belongs to, by its address.
func (f Frame) Meta(c *gin.Context, title, section string) layouts.PageMeta {
	m := layouts.PageMeta{Title: title, Training: f.Training, Home: "/"}
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return m
	}
	m.User, m.Org, m.IdleMinutes = a.Name, a.OrgName, a.IdleMinutes
	if a.OwesConduct {
		return m // nothing is theirs to go to yet
	}
	counts := f.counts(c.Request.Context())
	m.ShortcutsOff, m.Unread = shortcutsOff(c), unread(counts, a)
	for _, item := range Nav(a) {
		item.Current = item.Href == section
		if item.Href == HandoffsPath && counts.Offered > 0 {
			item.Text += " (" + atMost(counts.Offered) + ")"
		}
		m.Nav = append(m.Nav, item)
	}
	return m
}

// Nav is the navigation of an actor's role (ux.md section 3). Its first entry
// is where signing in leads.
func Nav(a models.Actor) []layouts.NavItem {
	items := navOf(a)
	if a.Can(models.MatterManage) && a.OrgKind.LawEnforcement() {
		items = append(items, layouts.NavItem{Text: "Court matters", Href: MattersPath})
	}
	if a.Can(models.RecordKeep) && a.OrgKind == models.KindMARAC {
		items = append(items, layouts.NavItem{Text: "MARAC", Href: MARACPath})
	}
	if a.Can(models.QualityAudit) {
		items = append(items, layouts.NavItem{Text: "Quality reviews", Href: SamplesPath})
	}
	if a.Can(models.QualityOwn) {
		items = append(items, layouts.NavItem{Text: "Scorecard", Href: ScorecardPath})
	}
	if a.Can(models.QualityActions) {
		items = append(items, layouts.NavItem{Text: "Actions", Href: ActionsPath})
	}
	if a.Can(models.ComplaintRead) {
		items = append(items, layouts.NavItem{Text: "Complaints", Href: ComplaintsPath})
	}
	if a.Can(models.FeedbackRead) {
		items = append(items, layouts.NavItem{Text: "Feedback", Href: FeedbackPath})
	}
	if a.Can(models.FeedbackFigures) {
		items = append(items, layouts.NavItem{Text: "Feedback", Href: OwnFeedbackPath})
	}
	if a.Can(models.RightsManage) {
		items = append(items, layouts.NavItem{Text: "Data protection", Href: DataPath})
	}
	return items
}

// HandoffsPath is the list of hand-offs.
const HandoffsPath = "/handoffs"

// ImportsPath is the list of files that were sent.
const ImportsPath = "/imports"

// TriagePath is the next case that a feed left to see to.
const TriagePath = "/triage"

// MattersPath is the list of court matters.
const MattersPath = "/matters"

// MARACPath is what an organisation has to do with MARACs.
const MARACPath = "/marac"

// SamplesPath is the list of samples that the Commissioner's office reads.
const SamplesPath = "/quality/samples"

// ScorecardPath is an organisation's own scorecard.
const ScorecardPath = "/scorecard"

// ActionsPath is the list of what organisations are asked to do.
const ActionsPath = "/quality/actions"

// ComplaintsPath is the list of complaints and compliments.
const ComplaintsPath = "/complaints"

// FeedbackPath is the list of what victims answered, and OwnFeedbackPath what was
// said of an organisation.
const (
	FeedbackPath    = "/feedback"
	OwnFeedbackPath = "/our-feedback"
)

// OwedPath is the list of what is owed.
const OwedPath = "/owed"

// DataPath is the first page of what people are owed of their data.
const DataPath = "/requests"

func navOf(a models.Actor) []layouts.NavItem {
	today := layouts.NavItem{Text: "Today", Href: "/today", Keys: "g t"}
	cases := layouts.NavItem{Text: "Cases", Href: "/cases", Keys: "g c"}
	services := layouts.NavItem{Text: "Services", Href: "/services"}
	alerts := layouts.NavItem{Text: "Alerts", Href: "/alerts", Keys: "g t"}
	approvals := layouts.NavItem{Text: "Approvals", Href: "/approvals"}
	people := layouts.NavItem{Text: "People", Href: "/admin/people"}
	access := layouts.NavItem{Text: "Who may do what", Href: "/admin/access"}
	team := layouts.NavItem{Text: "Team", Href: "/team"}
	places := layouts.NavItem{Text: "Our places", Href: "/places"}
	agreements := layouts.NavItem{Text: "Agreements", Href: "/agreements"}
	find := layouts.NavItem{Text: "Find a case", Href: "/find", Keys: "g f"}
	handoffs := layouts.NavItem{Text: "Hand-offs", Href: HandoffsPath, Keys: "g h"}
	switch a.Role {
	case models.RoleCaseworker:
		return []layouts.NavItem{today, cases, {Text: "Referrals", Href: "/referrals"}, handoffs, services, find}
	case models.RoleManager:
		return []layouts.NavItem{today, cases, {Text: "Referrals", Href: "/referrals"}, handoffs, services, find, team}
	case models.RoleProviderWorker:
		return []layouts.NavItem{{Text: "Inbox", Href: "/inbox", Keys: "g t"}, cases, {Text: "Sent", Href: "/referrals"}, handoffs, places, services, find}
	case models.RoleProviderManager:
		return []layouts.NavItem{{Text: "Inbox", Href: "/inbox", Keys: "g t"}, cases, {Text: "Sent", Href: "/referrals"}, handoffs, places, services, find, team}
	case models.RoleCourtOfficer:
		return []layouts.NavItem{cases, handoffs, {Text: "Owed", Href: OwedPath, Keys: "g t"}, services}
	case models.RoleCoordinator:
		return []layouts.NavItem{today, services}
	case models.RoleCommissionerAuditor, models.RoleCommissionerAnalyst:
		return []layouts.NavItem{{Text: "Overview", Href: "/overview", Keys: "g t"}, services}
	case models.RolePrivacyOfficer:
		return []layouts.NavItem{alerts, {Text: "Who did what", Href: "/audit"}, {Text: "Protected cases", Href: "/protection"}, {Text: "Duplicates", Href: "/duplicates"}, agreements, services}
	case models.RoleSafeguardingLead:
		return []layouts.NavItem{alerts, services}
	case models.RoleOrganisationAdmin:
		return []layouts.NavItem{people, {Text: "Systems", Href: "/admin/clients"}, agreements, access, services}
	case models.RoleSystemAdmin:
		return []layouts.NavItem{approvals, people, {Text: "Organisations", Href: "/operator/organisations"}, access, services}
	default:
		return []layouts.NavItem{services}
	}
}

// Landing is the page that signing in leads to.
func Landing(a models.Actor) string { return Nav(a)[0].Href }

// Errors turns the faults of a service into those of a form. target gives the
// id of the control for a field where that is not the field's own name; a field
// of a list ("incidents[0].force") is tried whole and then by its last part.
func Errors(err error, target map[string]string) components.FormErrors {
	var out components.FormErrors
	for _, f := range models.FieldsOf(err) {
		name := f.Field
		id, ok := target[name]
		if !ok {
			name = name[strings.LastIndex(name, ".")+1:]
			id, ok = target[name]
		}
		if !ok {
			id = name
		}
		out = append(out, components.FormError{Field: name, Target: id, Message: f.Message})
	}
	return out
}

// FileFaults are what is wrong with a form that sends a file, at the place where
// it was chosen, and the status of the page that says so; none for an error that
// is not of that kind.
func FileFaults(err error) (components.FormErrors, int) {
	switch code := models.CodeOf(err); code {
	case models.CodeInvalid:
		return Errors(err, nil), http.StatusUnprocessableEntity
	case models.CodeTooLarge, models.CodeUnsupportedType, models.CodeTooMany:
		status := map[models.Code]int{
			models.CodeTooLarge: http.StatusRequestEntityTooLarge, models.CodeUnsupportedType: http.StatusUnsupportedMediaType, models.CodeTooMany: http.StatusTooManyRequests,
		}[code]
		return components.FormErrors{{Field: "file", Message: models.MessageOf(err)}}, status
	}
	return nil, 0
}

// IsInvalid reports whether a form is to be shown again with what was typed.
func IsInvalid(err error) bool { return err != nil && models.CodeOf(err) == models.CodeInvalid }

// Conflict returns the words to show where the record moved on meanwhile.
func Conflict(err error) (string, bool) {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || (e.Code != models.CodeConflict && e.Code != models.CodeStale) {
		return "", false
	}
	return e.Message, true
}
