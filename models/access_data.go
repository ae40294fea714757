package models

import "slices"

// may is what a permission lets its holder do, in words, and in which
// relations.
type may struct {
	words string
	to    []reach
}

// reaches says of every permission where it acts. A permission that is not here
// reaches nothing, and a test fails. Sources: decisions.md 1-6 and 27,
// security.md T6-T9. Row security holds the same, row by row.
func reaches() map[Permission]may {
	reason, proof := []Obligation{ObligationReason}, []Obligation{ObligationStepUp}
	proven := []Obligation{ObligationReason, ObligationStepUp}
	both := []Relation{RelationReferrer, RelationOffered, RelationReceiver}
	return map[Permission]may{
		CaseCreate:         {"Log a case", within(RelationOrganisation)},
		CaseRead:           {"Read a case and its journey", within(RelationHolder)},
		CaseSearch:         {"Search for a case", within(RelationHolder)},
		ReferralSend:       {"Decide on sharing, send a referral, answer, withdraw or reroute it", within(RelationHolder, RelationReferrer)},
		ReferralRead:       {"Read a referral, its history and clocks", append(within(append(both, RelationPathway)...), under(reason, RelationEnded)...)},
		ReferralAnswer:     {"Pick up, accept, decline, work and end a referral", within(RelationOffered, RelationReceiver)},
		ContactRecord:      {"Plan and record a contact", within(RelationHolder, RelationReceiver)},
		RecordKeep:         {"Read and add notes, forms and documents", append(within(append(both, RelationHolder)...), under(reason, RelationEnded)...)},
		ReferralManage:     {"Undo, reopen or void a referral", under(reason, RelationReferrer, RelationReceiver, RelationEnded)},
		TeamManage:         {"Give work to a colleague or a team", within(RelationOrganisation, RelationReceiver)},
		AuditOwn:           {"Read who did what", within(RelationOrganisation, RelationHolder)},
		MatterManage:       {"Keep a court matter", within(RelationHolder)},
		HandoffSend:        {"Hand over a case or a duty, take it back, say that the victim was told; close a case", within(RelationHolder)},
		HandoffAnswer:      {"Take over or refuse a duty", within(RelationOffered)},
		HandoffBulk:        {"Hand over many cases as one act, and answer such an act", append(under(proof, RelationHolder), within(RelationOffered)...)},
		EventRecord:        {"Record what happened in a case", within(RelationHolder)},
		ReferralCoordinate: {"Review a decline, reroute what nobody took", under(reason, RelationPathway)},
		UnmetRead:          {"Read what no service could take", within(RelationPathway)},
		QualityRead:        {"Read figures about service and time", within(RelationFigures)},
		QualityOwn:         {"Read the scorecard of the organisation, and how others do without their names", within(RelationOrganisation, RelationFigures)},
		QualityAudit:       {"Draw a sample, review it, record findings", under(reason, RelationFigures)},
		QualityActions:     {"Read what the Commissioner asked the organisation to do, answer it", within(RelationOrganisation, RelationFigures)},
		ComplaintRead:      {"Read complaints and compliments: one's own, the organisation's, or what was taken to the office", within(RelationOrganisation, RelationFigures)},
		ComplaintRecord:    {"Record a complaint or a compliment about any organisation", within(RelationOrganisation)},
		ComplaintAnswer:    {"Acknowledge and answer complaints about the organisation, unless they name the reader", within(RelationOrganisation)},
		ComplaintReview:    {"Close a complaint that was taken to the Commissioner's office", under(reason, RelationFigures)},
		FeedbackRead:       {"Read victims' answers, of nobody by name", within(RelationFigures)},
		FeedbackWords:      {"Read what victims said in words; enter what somebody told the office", within(RelationFigures)},
		FeedbackFigures:    {"Read what victims said of the organisation, in figures of twenty or more", within(RelationOrganisation)},
		AlertReview:        {"Review alerts", within(RelationOrganisation)},
		AlertSet:           {"Change from which numbers something is an alert", under([]Obligation{ObligationReason}, RelationOrganisation)},
		ImportRun:          {"Take in a file of a partner's; each row does what its reader may do", within(RelationOrganisation)},
		LinkReview:         {"Say whether two records are of one person", under(reason, RelationOrganisation)},
		AccessReview:       {"Review who had access, and emergency access", under(reason, RelationOrganisation)},
		RightsManage:       {"Answer requests about people's data, decide what is past keeping, log breaches", append(within(RelationOrganisation), under([]Obligation{ObligationSecondPerson}, RelationHolder, RelationReceiver, RelationEnded)...)},
		CaseProtection:     {"See what hides a case, bar a person from it", under(reason, RelationHolder)},
		CaseProtect:        {"Restrict a case or a referral; ask to seal it", under(reason, RelationHolder, RelationReceiver)},
		CaseUnprotect:      {"Open what is restricted again; unseal it, lift a bar or decide what another asked, when there are two", under(proven, RelationHolder, RelationReceiver)},
		RightsRelease:      {"Read the whole of somebody's record for an answer, take the answer away, agree that a record goes", under(proof, RelationHolder, RelationReceiver, RelationEnded)},
		ApprovalDecide:     {"Approve or refuse what somebody else of the organisation asked for", under([]Obligation{ObligationStepUp, ObligationSecondPerson}, RelationOrganisation)},
		CaseEmergency:      {"Open a case restricted to others, for fifteen minutes", under(proven, RelationHolder)},
		PeopleManage:       {"Change what colleagues are, start a new password for them", under(proof, RelationOrganisation)},
		PeopleInvite:       {"Invite people whose role they may give, end and restore their access", under(proof, RelationOrganisation)},
		ClientManage:       {"Make, rotate and revoke the credentials of the organisation's systems", under(proof, RelationOrganisation)},
		AgreementManage:    {"Record data-sharing agreements of the organisation, and end them", within(RelationOrganisation)},
		SystemOperate:      {"Set up organisations and sign-in; no record of a person", under(proof, RelationOrganisation, RelationOther)},
	}
}

// TakesProof reports whether a permission lets nobody change anything, anywhere,
// without a fresh proof of who they are. A route that changes something with it
// and does not ask for the proof cannot be mounted.
func TakesProof(p Permission) bool {
	to := reaches()[p].to
	for _, r := range to {
		if !slices.Contains(r.obligations, ObligationStepUp) {
			return false
		}
	}
	return len(to) > 0
}
