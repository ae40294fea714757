package models_test

import (
	"testing"

	"throughline/models"
)

func TestAContactIsJudgedByTheGateItsDirectionAndItsOutcome(t *testing.T) {
	t.Parallel()
	const out, in = models.ContactOut, models.ContactIn
	for _, c := range []struct {
		gate                       models.GateCode
		direction                  models.ContactDirection
		outcome                    models.ContactOutcome
		counted, incident, reached bool
		stop                       string
	}{
		{models.GateOpen, out, models.OutcomeReached, true, false, true, ""},
		{models.GateOpen, out, models.OutcomeNoAnswer, true, false, false, ""},
		{models.GateOpen, out, models.OutcomeVoicemail, true, false, false, ""},
		{models.GateOpen, out, models.OutcomeChild, true, false, false, ""},
		{models.GateOpen, out, models.OutcomeOtherAdult, false, false, false, models.StopOtherAdult},
		{models.GateOpen, out, models.OutcomeWrongNumber, true, false, false, models.StopWrong},
		{models.GateOutside, out, models.OutcomeReached, false, false, false, ""},
		{models.GateOutside, out, models.OutcomeOtherAdult, false, false, false, models.StopOtherAdult},
		{models.GateNotSafe, out, models.OutcomeReached, false, true, false, models.StopUnsafe},
		{models.GateUnknown, out, models.OutcomeNoAnswer, false, true, false, models.StopUnsafe},
		{models.GateStale, out, models.OutcomeReached, false, true, false, models.StopUnsafe},
		{models.GateStopped, out, models.OutcomeOtherAdult, false, true, false, models.StopUnsafe},
		{models.GateNone, out, models.OutcomeReached, false, true, false, models.StopUnsafe},
		{models.GateNotSafe, in, models.OutcomeReached, true, false, true, ""},
		{models.GateNone, in, models.OutcomeReached, true, false, true, ""},
		{models.GateOpen, in, models.OutcomeNoAnswer, false, false, false, ""},
		{models.GateNotSafe, in, models.OutcomeOtherAdult, false, false, false, models.StopOtherAdult},
	} {
		j := models.JudgeContact(models.Gate{Code: c.gate}, c.direction, c.outcome)
		want := models.ContactJudgement{Counted: c.counted, SafetyIncident: c.incident, Reached: c.reached, Stop: c.stop}
		if j != want {
			t.Errorf("%s %s %s: got %+v, want %+v", c.gate, c.direction, c.outcome, j, want)
		}
	}
}
