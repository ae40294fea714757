package models

import "slices"

// Permission names one thing a role may do. Every route needs exactly one.
type Permission string

// The permissions of decisions.md 27. Public needs no sign-in; SignedIn needs
// a session and nothing else.
const (
	Public             Permission = "public"
	SignedIn           Permission = "signed-in"
	CaseCreate         Permission = "case:create"
	CaseRead           Permission = "case:read"
	CaseSearch         Permission = "case:search"
	ReferralSend       Permission = "referral:send"
	ReferralAnswer     Permission = "referral:answer"
	ReferralManage     Permission = "referral:manage"
	ReferralRead       Permission = "referral:read"
	ReferralCoordinate Permission = "referral:coordinate"
	ContactRecord      Permission = "contact:record"
	RecordKeep         Permission = "record:keep" // reads and adds notes, forms and documents
	TeamManage         Permission = "team:manage"
	AuditOwn           Permission = "audit:own"
	MatterManage       Permission = "matter:manage"
	HandoffAnswer      Permission = "handoff:answer"
	HandoffSend        Permission = "handoff:send" // hand on what one's organisation holds; close a case
	HandoffBulk        Permission = "handoff:bulk" // hand on, and take over, many cases as one act
	EventRecord        Permission = "event:record"
	UnmetRead          Permission = "unmet:read"
	QualityRead        Permission = "quality:read"
	QualityAudit       Permission = "quality:audit"
	QualityOwn         Permission = "quality:own"     // the scorecard of the own organisation, beside the others without names
	QualityActions     Permission = "quality:actions" // what the Commissioner asked an organisation to do, and its answer
	AlertReview        Permission = "alert:review"
	AlertSet           Permission = "alert:set"
	AccessReview       Permission = "access:review"
	RightsManage       Permission = "rights:manage" // what people are owed of their data, and when it goes
	PeopleManage       Permission = "people:manage"
	PeopleInvite       Permission = "people:invite"
	AgreementManage    Permission = "agreement:manage" // data-sharing agreements of the own organisation
	ClientManage       Permission = "client:manage"    // credentials of the organisation's own systems
	SystemOperate      Permission = "system:operate"
	CaseProtection     Permission = "case:protection" // see what hides a record, bar a person from it
	CaseProtect        Permission = "case:protect"    // restrict it, ask to seal it, decide what another asked
	CaseEmergency      Permission = "case:emergency"  // open what is restricted to others, for fifteen minutes
	CaseUnprotect      Permission = "case:unprotect"  // open what is restricted again, decide what another asked
	RightsRelease      Permission = "rights:release"  // read the whole of somebody's record for an answer, agree that a record goes
	ApprovalDecide     Permission = "approval:decide" // decide what somebody else asked for
	LinkReview         Permission = "link:review"     // say whether two records are of one person
	ImportRun          Permission = "import:run"      // take in a file of a partner; what its rows do needs its own
	ComplaintRead      Permission = "complaint:read"
	ComplaintRecord    Permission = "complaint:record" // record what was said of a service, one's own or another
	ComplaintAnswer    Permission = "complaint:answer" // acknowledge and answer what is about one's organisation
	ComplaintReview    Permission = "complaint:review" // what was taken to the Commissioner's office
	FeedbackRead       Permission = "feedback:read"    // answers of victims, of nobody by name
	FeedbackWords      Permission = "feedback:words"   // what they said in words; enter what somebody told the office
	FeedbackFigures    Permission = "feedback:figures" // what was said of one's organisation, in suppressed figures
)

// caseWork is what everyone who logs cases and answers referrals may do. The
// role gives the permission; the relation to the record gives the row
// (decisions.md 4), so referrers and providers hold the same set.
func caseWork() []Permission {
	return []Permission{CaseCreate, CaseRead, CaseSearch, ReferralRead, ReferralSend, ReferralAnswer, ContactRecord, RecordKeep, EventRecord, HandoffSend, HandoffAnswer, CaseProtection, CaseEmergency, ImportRun, ComplaintRead, ComplaintRecord}
}

func manages() []Permission {
	return append(caseWork(), ReferralManage, TeamManage, AuditOwn, RightsManage, RightsRelease, CaseProtect, CaseUnprotect, ApprovalDecide, HandoffBulk, QualityActions, QualityOwn, ComplaintAnswer, FeedbackFigures)
}

// Permissions returns what a role may do. An unknown role may do nothing.
func Permissions(r Role) []Permission {
	switch r {
	case RoleCaseworker:
		return append(caseWork(), MatterManage)
	case RoleProviderWorker:
		return caseWork()
	case RoleManager:
		return append(manages(), MatterManage)
	case RoleProviderManager:
		return manages()
	case RoleCourtOfficer:
		return []Permission{CaseRead, MatterManage, HandoffSend, HandoffAnswer, EventRecord, ImportRun, ComplaintRead, ComplaintRecord, ComplaintAnswer}
	case RoleCoordinator:
		return []Permission{ReferralRead, ReferralCoordinate, UnmetRead}
	case RoleCommissionerAuditor:
		return []Permission{QualityRead, QualityAudit, QualityActions, ComplaintRead, ComplaintReview, FeedbackRead, FeedbackWords}
	case RoleCommissionerAnalyst:
		return []Permission{QualityRead, FeedbackRead}
	case RolePrivacyOfficer:
		return []Permission{AuditOwn, AlertReview, AlertSet, AccessReview, RightsManage, RightsRelease, CaseProtection, CaseProtect, CaseUnprotect, ApprovalDecide, AgreementManage, LinkReview}
	case RoleSafeguardingLead:
		return []Permission{AlertReview}
	case RoleOrganisationAdmin:
		return []Permission{PeopleManage, PeopleInvite, AgreementManage, ClientManage}
	case RoleSystemAdmin:
		return []Permission{SystemOperate, PeopleInvite, ApprovalDecide}
	}
	return nil
}

// Can reports whether the actor's role includes p, and of a system its scopes too.
func (a Actor) Can(p Permission) bool {
	switch {
	case p == Public || p == SignedIn:
		return true
	case a.Machine && !slices.Contains(Scopes(a.Scopes), p):
		return false
	}
	return slices.Contains(Permissions(a.Role), p)
}
