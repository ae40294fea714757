package models

import (
	"encoding/hex"
	"testing"
)

// What people accepted stands in the database as a hash: other words under the
// same version would make it a lie. Whoever changes the text adds a version.
func TestThePublishedWordsOfTheCodeOfConductNeverChange(t *testing.T) {
	t.Parallel()
	published := map[string]string{"1": "190af85f5366ebd244fd2195f06cee8d6918fdb824de4e4d6ff6b816c81f4ef1"}
	if len(published) != len(Conducts()) {
		t.Fatalf("%d versions, and the hashes of %d", len(Conducts()), len(published))
	}
	for _, c := range Conducts() {
		if got := hex.EncodeToString(c.Hash()); got != published[c.Version] {
			t.Errorf("version %s has the hash %s, was published with %s", c.Version, got, published[c.Version])
		}
		if found, ok := ConductOf(c.Version); !ok || found.Version != c.Version {
			t.Errorf("version %s is not found by its name", c.Version)
		}
	}
	if _, ok := ConductOf("0"); ok {
		t.Error("a version was found that there is not")
	}
}
