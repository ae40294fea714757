package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"throughline/internal/seal"
	"throughline/internal/testkit"
)

func TestAProviderIsSetFromTheCommandLine(t *testing.T) {
	t.Parallel()
	d := testkit.Postgres(t)
	key := filepath.Join(t.TempDir(), "answer.key")
	if err := seal.Create(key); err != nil {
		t.Fatal(err)
	}
	run := func(line string, args ...string) (string, error) {
		return adminWith(t, d, []string{"ANSWER_KEY_FILE=" + key}, line, append([]string{"sign-on"}, args...)...)
	}
	must := func(want, line string, args ...string) {
		t.Helper()
		if out, err := run(line, args...); err != nil || !strings.Contains(out, want) {
			t.Fatalf("%v: got %v\n%s\nwant %q", args, err, out, want)
		}
	}
	if out, err := admin(t, d, "", "organisation", "--name", "Alder House", "--kind", "charity"); err != nil {
		t.Fatal(err, out)
	}
	whose := []string{"--organisation", "Alder House"}
	set := append([]string{"set", "--domain", "alder.test", "--issuer", "https://idp.alder.test", "--client-id", "us", "--claim", "groups", "--role", "staff=provider_worker", "--only"}, whose...)
	must("has no sign-in", "", append([]string{"show"}, whose...)...)
	for want, args := range map[string][]string{
		"issuer":               {"set", "--domain", "alder.test", "--issuer", "http://idp.alder.test", "--client-id", "us", "--organisation", "Alder House"},
		"value=role":           append(slices.Clone(set), "--role", "staff"),
		"that one person":      append(slices.Clone(set), "--role", "lead=organisation_admin"),
		"nothing of that name": append(slices.Clone(set), "--organisation", "Nobody"),
	} {
		if _, err := run("a secret", args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want a refusal that says %q", args, err, want)
		}
	}
	must("/sign-in/organisation/back", "a secret of both", set...)
	must("groups staff is provider_worker", "", append([]string{"show"}, whose...)...)
	must("passwords and passkeys", "", append([]string{"off"}, whose...)...)
	must("in use     false", "", append([]string{"show"}, whose...)...)
	must("/sign-in/organisation/back", "", append(slices.Clone(set), "--keep-secret")...)
	conn, err := pgx.Connect(t.Context(), d.OwnerDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var sealed []byte
	var events int
	err = conn.QueryRow(t.Context(), `select sealed, (select count(*) from audit_events where action = 'sign_on.set' and actor_role = 'operator' and actor_org_id = org_id)
		from sign_ons where domain = 'alder.test' and set_by is null and version = 3 and only_way and active`).Scan(&sealed, &events)
	if err != nil || events != 3 || len(sealed) < 30 || strings.Contains(string(sealed), "secret of both") {
		t.Errorf("got %d events, %d sealed bytes, %v, want three and the secret sealed", events, len(sealed), err)
	}
}
