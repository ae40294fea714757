package models_test

import (
	"os"
	"strings"
	"testing"

	"throughline/models"
)

func TestTheMigrationHoldsEveryAuthority(t *testing.T) {
	t.Parallel()
	sql, err := os.ReadFile("../migrations/0010_authorities.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range models.Authorities() {
		if want := "('" + a.Code + "', '" + a.Name + "')"; !strings.Contains(string(sql), want) {
			t.Errorf("the migration does not hold %s", want)
		}
	}
	if got := strings.Count(string(sql), "('E09"); got != len(models.Authorities()) {
		t.Errorf("got %d authorities in the migration, want %d", got, len(models.Authorities()))
	}
}
