package accounts

import (
	"context"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/go-cmp/cmp"

	"throughline/models"
)

// An address nobody has must cost what a known one costs.
func TestTheHashOfNobodyCostsWhatARealOneCosts(t *testing.T) {
	t.Parallel()
	got, salt, key, err := argon2id.DecodeHash(nobody)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(params, got); diff != "" || len(salt) != 16 || len(key) != 32 {
		t.Errorf("salt %d, key %d, parameters differ (-want +got):\n%s", len(salt), len(key), diff)
	}
	s := New(nil)
	at := time.Now()
	if ok, err := s.matches(context.Background(), "anything at all", ""); ok || err != nil {
		t.Errorf("got %v, %v for an unknown address, want no match", ok, err)
	}
	if took := time.Since(at); took < time.Millisecond { // no machine hashes in less
		t.Errorf("an unknown address is told after %v: nothing was compared", took)
	}
}

func TestOnlySoManyPasswordsAreHashedAtOnce(t *testing.T) {
	t.Parallel()
	s := New(nil)
	for range cap(s.places) {
		s.places <- struct{}{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.matches(ctx, "anything at all", ""); models.CodeOf(err) != models.CodeUnavailable {
		t.Errorf("got %v with every place taken, want unavailable", err)
	}
	<-s.places
	if _, err := s.matches(context.Background(), "anything at all", ""); err != nil {
		t.Errorf("got %v with a place free, want an answer", err)
	}
}
