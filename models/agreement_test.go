package models

import (
	"testing"
	"time"
)

func TestAnAgreementHoldsFromItsFirstDayToItsLast(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, time.March, d, 0, 0, 0, 0, time.UTC) }
	a := Agreement{SignedOn: day(2), ExpiresOn: day(31).AddDate(0, 1, 0)}
	for today, want := range map[time.Time]string{
		day(1): AgreementLater, day(2): AgreementInForce, a.ExpiresOn.AddDate(0, 0, -31): AgreementInForce,
		a.ExpiresOn.AddDate(0, 0, -30): AgreementEnding, a.ExpiresOn: AgreementEnding, a.ExpiresOn.AddDate(0, 0, 1): AgreementPast,
	} {
		if got := a.State(today); got != want {
			t.Errorf("on %s it is %s, want %s", today.Format(time.DateOnly), got, want)
		}
	}
	ended := day(5)
	if a.EndedAt = &ended; a.Holds(day(5)) {
		t.Error("one that was ended holds")
	}
}
