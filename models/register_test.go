package models_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/models"
)

func TestEveryLineOfTheFieldRegisterIsWholeAndStandsOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range models.FieldRegister() {
		if seen[f.Name()] {
			t.Errorf("%s stands twice", f.Name())
		}
		seen[f.Name()] = true
		if !slices.Contains(models.DataClasses(), f.Class) || !slices.Contains(models.ControllerRules(), f.Controller) || !slices.Contains(models.RetentionKinds(), f.Retention) {
			t.Errorf("%s has class %q, controller %q and retention %q, want each from its list", f.Name(), f.Class, f.Controller, f.Retention)
		}
		for _, key := range f.Shared {
			if !slices.ContainsFunc(models.SharableFields(), func(c models.Choice) bool { return c.Key == key }) {
				t.Errorf("%s is disclosed by %q, which nobody can tick", f.Name(), key)
			}
		}
	}
	for _, c := range models.SharableFields() {
		if !slices.ContainsFunc(models.FieldRegister(), func(f models.DataField) bool { return slices.Contains(f.Shared, c.Key) }) {
			t.Errorf("nothing in the register is disclosed by %q", c.Key)
		}
	}
}

func TestCrimeAndSuspectDataIsPart3InTheHandsOfACompetentAuthorityAlone(t *testing.T) {
	t.Parallel()
	for _, f := range models.FieldRegister() {
		crime := f.Class == models.ClassOffence || f.Class == models.ClassSuspect
		for _, k := range models.OrganisationKinds() {
			want := models.RegimeGeneral
			if crime && k.LawEnforcement() {
				want = models.RegimeLawEnforcement
			}
			if got := f.Regime(k); got != want {
				t.Errorf("%s held by %s: got %s, want %s", f.Name(), k, got, want)
			}
		}
	}
	if got := models.DataFieldsOf("related_people"); !slices.ContainsFunc(got, func(f models.DataField) bool {
		return f.Column == "name" && f.Regime(models.KindPolice) == models.RegimeLawEnforcement
	}) {
		t.Error("a suspect's name at the police is not marked as Part 3")
	}
}

// TestGoldenFieldRegister writes the register down for those who answer data
// requests.
func TestGoldenFieldRegister(t *testing.T) {
	t.Parallel()
	const file = "../docs/security/field-register.md"
	got := writtenRegister()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what the register says; make golden rewrites it. want -, got +\n%s", file, diff)
	}
}

func writtenRegister() string {
	var out strings.Builder
	out.WriteString(`# The field register

Written by the test TestGoldenFieldRegister (models) from ` + "`models.FieldRegister`" + `; make golden rewrites it. TestEveryColumnOfATableAboutPeopleIsInTheRegister (migrations) holds it against the database: a column that is missing fails the build.

Use it to find who answers a data request about a column, whose retention rule holds, whether Part 3 of the Data Protection Act 2018 (law enforcement) applies, whether the column is encrypted, and which tick discloses it.

## Classes

| Class | What it is | Part 3 at the police, courts, CPS, probation, prisons |
|---|---|---|
`)
	for _, c := range models.DataClasses() {
		fmt.Fprintf(&out, "| %s | %s | %s |\n", c, c.Words(), yesOrNo(models.DataField{Class: c}.LawEnforcement()))
	}
	out.WriteString("\nEverywhere else, and for every other class, the UK GDPR and Part 2 apply. A charity is never a competent authority.\n\n## Controllers\n\n| Rule | Who answers |\n|---|---|\n")
	for _, r := range models.ControllerRules() {
		fmt.Fprintf(&out, "| %s | %s |\n", r, r.Words())
	}
	out.WriteString("\n## Columns\n")
	table := ""
	for _, f := range models.FieldRegister() {
		if f.Table != table {
			table = f.Table
			fmt.Fprintf(&out, "\n### `%s`\n\nController: %s. Kept as: %s.\n\n| Column | Class | Part 3 | Encrypted | Disclosed by | |\n|---|---|---|---|---|---|\n", table, f.Controller, f.Retention)
		}
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s | %s |\n", f.Column, f.Class, yesOrNo(f.LawEnforcement()), yesOrNo(f.Encrypted), strings.Join(f.Shared, ", "), f.Note)
	}
	return out.String()
}

func yesOrNo(b bool) string {
	if b {
		return "yes"
	}
	return ""
}
