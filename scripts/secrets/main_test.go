package main

import (
	"strings"
	"testing"
)

func TestSecretsAreKnownByTheirShapeAndWordsAreNot(t *testing.T) {
	t.Parallel()
	random := "q8Zr2LkXv0Tn5WbYc7Jd1Hs9Gf4Pm6Ra3Ue0Ki"
	for line, want := range map[string]string{
		"-----BEGIN RSA " + "PRIVATE KEY-----":                         "a private key",
		"-----BEGIN " + "PRIVATE KEY-----":                             "a private key",
		"id = AK" + "IAQ7ZLMNPRSTUVWX34":                               "an access key of AWS",
		"x: gh" + "p_" + random:                                        "a token of GitHub",
		"s3://user:" + random + "@host/bucket":                         "a password in an address",
		"apiKey: \"" + random + "\"":                                   "something called a secret",
		"password := '" + random + "'":                                 "something called a secret",
		"1 " + random + "aB3x9=":                                       "a key file of ours",
		"tl" + "s_" + random + "aB3x9":                                 "a session of ours",
		"tl" + "s_" + strings.Repeat("A", 43):                          "",
		"token = \"accesstokenaccesstoken\"":                           "",
		"password: \"correct horse battery\"":                          "",
		"postgres://throughline_app:...@db/throughline":                "",
		"ey" + "JhbGciOiJFZERTQSJ9.ey" + "JzdWIiOiJ4eHh4In0." + random: "a signed token",
	} {
		got := ""
		if found := look("a", line); len(found) > 0 {
			got = found[0].kind
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}

func TestWhatWasTakenOutAgainIsStillFoundInTheHistory(t *testing.T) {
	t.Parallel()
	key := "AK" + "IAQ7ZLMNPRSTUVWX34"
	log := "commit 0123456789abcdef\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +0,0 @@\n-" + key + "\ncommit fedcba9876543210\n+++ b/x\n+" + key
	found, commits, err := history(strings.NewReader(log))
	if err != nil || commits != 2 || len(found) != 1 || found[0].where != "x in fedcba9876" {
		t.Errorf("got %v in %d commits and %v, want the one line that added it", found, commits, err)
	}
}

func TestWhatIsAllowedHasAReason(t *testing.T) {
	t.Parallel()
	if _, err := allowed(allowedText); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"0123456789abcdef", "0123456789abcdef  ", "short why"} {
		if got, err := allowed(text); err == nil {
			t.Errorf("%q: got %v, want it refused", text, got)
		}
	}
}
