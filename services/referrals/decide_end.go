package referrals

import (
	"throughline/models"
)

// withdraw recalls a referral (rows 18 and 19). The receiver may do so after
// acceptance, on the victim's word alone.
func (a *act) withdraw() {
	onWord := !a.has(models.SideReferrer) && a.has(models.SideProvider)
	if onWord {
		a.noneHeld("They came to an appointment, so this ends early, by their decision and with a report.")
		in := *a.in
		in.DecidedBy = models.DecidedByVictim
		a.in = &in
	}
	if a.actor.Role == models.RoleSystem {
		in := *a.in
		in.DecidedBy = models.DecidedBySystem
		a.in = &in
	}
	a.endReason()
	a.c.after.ReviewOn = nil
	a.excuseAll("The referral was withdrawn")
}

// acknowledgeWithdrawal says the receiver knows (row 18).
func (a *act) acknowledgeWithdrawal() { a.c.after.WithdrawalAcknowledgedAt = &a.now }

// void marks a referral that should not exist (row 25). Its content goes; the
// database empties it as it takes the state.
func (a *act) void() {
	a.checkReason()
	a.c.after.ReviewOn = nil
	a.excuseAll("Entered in error")
}

// lapse ends what nobody answered (row 21), once every step of the ladder was
// taken and aged. It becomes a coordinator's task; the case stays open.
func (a *act) lapse() {
	if !a.aged() {
		a.fail(models.Conflict("Not every reminder has been sent and waited for."))
	}
	by := models.DecidedBySystem
	a.c.after.DecidedBy, a.c.history.decidedBy = &by, &by
	a.c.after.Reason, a.c.after.ReviewOn = nil, nil
	a.excuseAll("Nobody answered in time")
}

// aged reports whether some duty is owed whose ladder was climbed to its end
// and whose last step lies the days of a lapse back.
func (a *act) aged() bool {
	for i := range a.Clocks {
		c := &a.Clocks[i]
		if !c.Open() || c.PausedSince != nil || c.Rung < lastRung {
			continue
		}
		if late, err := a.cal.WorkingDaysBetween(c.DueAt, a.now); err == nil && late >= lastRung+lapseDays {
			return true
		}
	}
	return false
}
