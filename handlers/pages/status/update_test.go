package status

import "testing"

func TestOnlyANoIsDrawnAsOne(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{"now.none": "talk", "now.no": "no", "now.accepted.by": "yes", "step.no": "no", "now.sent": "team"} {
		if got := figureOf(key); got != want {
			t.Errorf("%s is drawn as %s, want %s", key, got, want)
		}
	}
}
