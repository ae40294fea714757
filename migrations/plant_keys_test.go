package migrations_test

import "testing"

func init() {
	furtherPlants = append(furtherPlants, plantation{
		plants: map[string]plant{"data_keys": {
			rows: "class = 'contact'", loose: map[string]string{"wrapped_by": "which key wrapped it, not a person"},
		}},
		set: func(t *testing.T, s *scene) {
			t.Helper()
			s.Do(t, "insert into data_keys (class, version, wrapped, wrapped_by) values ('contact', 1, 'x', 'file:///nowhere')")
		},
	})
}
