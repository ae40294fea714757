package cases

import (
	"time"

	"throughline/models"
)

// Enhanced says whether the victim has Enhanced Rights, and what they follow
// from (decisions.md 26). Switched off, the reasons stay: they are what was
// switched off.
func (in *LogInput) Enhanced(now time.Time) (bool, []string) {
	on, reasons := models.EnhancedDefault(in.offences(), in.age(models.Today(now)), in.Asked)
	return on && in.EnhancedOffReason == "", reasons
}

// age is the victim's age at the first incident whose day is known, else
// today; nil where the date of birth is not known.
func (in *LogInput) age(today time.Time) *int {
	if in.Victim.DateOfBirth == nil {
		return nil
	}
	day := today
	for i := range in.Incidents {
		if first := in.Incidents[i].First(); first != nil && first.Before(day) {
			day = *first
		}
	}
	age := models.AgeOn(*in.Victim.DateOfBirth, day)
	return &age
}
