package drafts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/drafts"
)

type form struct{ Name, Note string }

func TestADraftIsItsWritersAlone(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	s := drafts.New(w.DB)
	id := models.NewID()
	mine, theirs := w.As("police"), w.As("police.second")
	if err := s.Save(mine, "case", id, uuid.Nil, form{Name: "محمد"}); err != nil {
		t.Fatalf("saving it: %v", err)
	}
	w.Clock.Advance(time.Minute)
	if err := s.Save(mine, "case", id, uuid.Nil, form{Name: "محمد", Note: "later"}); err != nil {
		t.Fatalf("saving it again: %v", err)
	}
	d, err := s.Load(mine, "case", id)
	var got form
	if err != nil || d.Into(&got) != nil || got != (form{"محمد", "later"}) || d.Version != 2 || !d.UpdatedAt.After(d.CreatedAt) {
		t.Errorf("got %+v holding %+v, %v", d, got, err)
	}
	for name, err := range map[string]error{
		"somebody else's":  func() error { _, err := s.Load(theirs, "case", id); return err }(),
		"of another kind":  func() error { _, err := s.Load(mine, "referral", id); return err }(),
		"their latest":     func() error { _, err := s.Latest(theirs, "case"); return err }(),
		"written over":     s.Save(theirs, "case", id, uuid.Nil, form{Name: "stolen"}),
		"of nobody at all": func() error { _, err := s.Load(mine, "case", uuid.New()); return err }(),
	} {
		if models.CodeOf(err) != models.CodeNotFound || err == nil {
			t.Errorf("%s: got %v, want not found", name, err)
		}
	}
	if err := s.Delete(theirs, "case", id); err != nil {
		t.Errorf("deleting somebody else's: %v, want no answer", err)
	}
	if l, err := s.Latest(mine, "case"); err != nil || l.ID != id {
		t.Errorf("latest: got %+v, %v", l, err)
	}
	if err := s.Delete(mine, "case", id); err != nil || w.Count(t, "select count(*) from drafts") != 0 {
		t.Errorf("deleting one's own: %v", err)
	}
}

func TestADraftThatCannotBeKeptIsRefused(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	s := drafts.New(w.DB)
	for _, f := range []form{{Note: strings.Repeat("x", 300<<10)}, {Note: "a\x00b"}} {
		if err := s.Save(w.As("police"), "case", models.NewID(), uuid.Nil, f); models.CodeOf(err) != models.CodeInvalid || err == nil {
			t.Errorf("got %v, want invalid", err)
		}
	}
	if n := w.Count(t, "select count(*) from drafts"); n != 0 {
		t.Errorf("%d drafts were kept", n)
	}
}
