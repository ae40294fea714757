package main

import (
	"slices"
	"testing"

	"throughline/models"
)

func TestTheCurrentCodeOfConductIsAskedForUnlessSomebodySaysOtherwise(t *testing.T) {
	t.Parallel()
	for set, want := range map[conduct]string{"": models.CurrentConduct().Version, "current": models.CurrentConduct().Version, "1": "1", "off": ""} {
		if got := set.version().Version; got != want {
			t.Errorf("CODE_OF_CONDUCT=%s asks for version %q, want %q", set, got, want)
		}
	}
	for _, wrong := range []string{"0", "none", "1 "} {
		if err := new(conduct).UnmarshalText([]byte(wrong)); err == nil {
			t.Errorf("CODE_OF_CONDUCT=%s was taken", wrong)
		}
	}
	off := toServe(Config{Env: production, CodeOfConduct: "off"})
	if !slices.ContainsFunc(off, func(s string) bool { return len(s) > 15 && s[:15] == "CODE_OF_CONDUCT" }) {
		t.Error("production takes off")
	}
}
