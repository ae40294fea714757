package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"throughline/models"
)

func TestTheTableForAuditorsIsWhatTheCodeDecidesBy(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	if err := models.WriteAccessMarkdown(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/security/access-table.md")
	if err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("docs/security/access-table.md is stale (%v): go generate ./cmd/throughline", err)
	}
	var table bytes.Buffer
	if err := models.WriteAccessCSV(&table); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&table).ReadAll()
	cells := len(models.Roles()) * len(models.Actions()) * len(models.Relations())
	if err != nil || len(rows) != cells+1 {
		t.Fatalf("got %d lines, %v, want %d and a head: every role with every action in every relation", len(rows), err, cells)
	}
	for _, r := range rows[1:] {
		if strings.HasPrefix(r[1], "grant:") && r[3] != "deny" && r[2] == string(models.RelationSelf) {
			t.Errorf("%v: somebody gives a role to themselves", r)
		}
	}
}
