package models_test

import (
	"slices"
	"testing"

	"throughline/models"
)

func TestEnhancedRightsAreOnByDefaultForTheCrimesAndAgesOfTheCode(t *testing.T) {
	t.Parallel()
	age := func(n int) *int { return &n }
	for _, tc := range []struct {
		offences []string
		age      *int
		asked    models.EnhancedAsked
		want     []string
	}{
		{[]string{"domestic_abuse"}, age(30), models.EnhancedAsked{}, []string{"domestic_abuse"}},
		{[]string{"rape"}, nil, models.EnhancedAsked{}, []string{"rape"}},
		{[]string{"sexual_assault"}, age(40), models.EnhancedAsked{}, []string{"sexual_assault"}},
		{[]string{"child_sexual_abuse"}, age(9), models.EnhancedAsked{}, []string{"child_sexual_abuse", "under_18"}},
		{[]string{"hate_crime", "assault"}, age(40), models.EnhancedAsked{}, []string{"hate_crime"}},
		{[]string{"trafficking"}, nil, models.EnhancedAsked{}, []string{"trafficking"}},
		{[]string{"attempted_murder", "kidnap"}, nil, models.EnhancedAsked{}, []string{"attempted_murder", "kidnap"}},
		{[]string{"wounding_with_intent"}, nil, models.EnhancedAsked{}, []string{"wounding_with_intent"}},
		{[]string{"arson_with_intent"}, nil, models.EnhancedAsked{}, []string{"arson_with_intent"}},
		{[]string{"terrorism"}, nil, models.EnhancedAsked{}, []string{"terrorism"}},
		{[]string{"homicide"}, age(61), models.EnhancedAsked{}, []string{"homicide"}},
		{[]string{"coercive_control", "forced_marriage"}, age(20), models.EnhancedAsked{}, []string{"domestic_abuse"}},
		{[]string{"image_abuse"}, age(20), models.EnhancedAsked{}, []string{"sexual_offence"}},
		{[]string{"burglary"}, age(17), models.EnhancedAsked{}, []string{"under_18"}},
		{[]string{"burglary"}, age(18), models.EnhancedAsked{}, []string{}},
		{[]string{"assault", "robbery", "knife_crime", "fraud"}, nil, models.EnhancedAsked{}, []string{}},
		{[]string{"stalking"}, age(30), models.EnhancedAsked{}, []string{}},
		{[]string{"stalking"}, age(30), models.EnhancedAsked{PersistentlyTargeted: true}, []string{"persistently_targeted"}},
		{[]string{"burglary"}, age(80), models.EnhancedAsked{Vulnerable: true, Intimidated: true}, []string{"vulnerable", "intimidated"}},
		{nil, nil, models.EnhancedAsked{}, []string{}},
	} {
		on, got := models.EnhancedDefault(tc.offences, tc.age, tc.asked)
		if on != (len(tc.want) > 0) || !slices.Equal(got, tc.want) || got == nil {
			t.Errorf("%v: got %v, %#v, want %v", tc.offences, on, got, tc.want)
		}
	}
}

func TestEveryReasonForEnhancedRightsHasWordsAndASource(t *testing.T) {
	t.Parallel()
	for _, r := range models.EnhancedReasons() {
		if got, ok := models.FindEnhancedReason(r.Code); !ok || got != r || r.Words == "" || r.Source == "" {
			t.Errorf("%+v is incomplete or stands twice", r)
		}
	}
	if _, ok := models.FindEnhancedReason("burglary"); ok {
		t.Error("burglary is a reason")
	}
	if !models.EnhancedAsks([]string{"assault", "stalking"}) || !models.EnhancedAsks([]string{"harassment"}) || models.EnhancedAsks([]string{"rape"}) {
		t.Error("the question about being targeted is not asked for stalking and harassment alone")
	}
}
