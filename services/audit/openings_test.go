package audit_test

import (
	"strings"
	"testing"

	"throughline/models"
	"throughline/services/audit"
)

func TestWhoOpenedARecordIsToldToThoseWhoAnswerForItAndToTheVictimWithoutNames(t *testing.T) {
	t.Parallel()
	b := aLog(t)
	svc := audit.New(b.DB)
	c := b.Case(t, b.As("caseworker"))
	act(t, b.Stage, "caseworker", c.ID, 2)
	act(t, b.Stage, "police", c.ID, 1)
	if err := svc.Refused(b.As("refuge"), "get-case", "case", c.ID, models.CodeNotFound); err != nil {
		t.Fatal(err)
	}
	list, next, err := svc.Openings(b.As("privacy"), c.ID, 50, "")
	if err != nil || next != "" || len(list) != 3 {
		t.Fatalf("got %d openings, %v, want three: a refusal opened nothing", len(list), err)
	}
	if o := list[0]; o.OrgName != b.Org("police").Name || o.ActorName != nil || o.Role == nil || *o.Role != models.RoleCaseworker || o.What != "Opened the case" {
		t.Errorf("got %+v, want the police without a name", o)
	}
	if o := list[1]; o.ActorName == nil || *o.ActorName != b.Person("caseworker").Name {
		t.Errorf("got %+v, want the name of one's own", o)
	}
	if _, _, err := svc.Openings(b.As("caseworker.manager"), c.ID, 50, ""); err != nil {
		t.Errorf("the manager: %v", err)
	}
	for who, want := range map[string]models.Code{"caseworker": models.CodeForbidden, "refuge.manager": models.CodeNotFound, "vawg.manager": models.CodeNotFound, "admin": models.CodeForbidden} {
		if _, _, err := svc.Openings(b.As(who), c.ID, 50, ""); models.CodeOf(err) != want {
			t.Errorf("%s: got %v, want %s", who, err, want)
		}
		if _, err := svc.ForVictim(b.As(who), c.ID); models.CodeOf(err) != want {
			t.Errorf("%s, for the victim: got %v, want %s", who, err, want)
		}
		if _, err := svc.Answered(b.As(who), c.Reference); models.CodeOf(err) != want {
			t.Errorf("%s, by reference: got %v, want %s", who, err, want)
		}
	}
	if id, err := svc.Answered(b.As("privacy"), c.Reference); err != nil || id != c.ID {
		t.Errorf("by reference: got %s, %v", id, err)
	}
	told, err := svc.ForVictim(b.As("privacy"), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	times := 0
	for _, l := range told {
		text.WriteString(l.OrgName + " " + l.Role + " " + l.What + "\n")
		if l.What == "Opened the case" {
			times += l.Times
		}
	}
	if times != 3 {
		t.Errorf("got %d times, want 3:\n%s", times, text.String())
	}
	for _, p := range b.People() {
		if strings.Contains(text.String(), p.Name) {
			t.Errorf("the victim is told the name of %s", p.Name)
		}
	}
	for _, action := range []string{"case.openings_read", "case.openings_exported"} {
		if n := b.Count(t, "select count(*) from audit_events where action = $1 and case_id = $2 and actor_user_id = $3", action, c.ID, b.Actor("privacy").UserID); n != 1 {
			t.Errorf("got %d events %s of the privacy officer, want 1", n, action)
		}
	}
	// Another organisation's case is nobody's business here, whoever acted on it.
	other := b.Case(t, b.As("refuge"))
	act(t, b.Stage, "refuge", other.ID, 1)
	if _, _, err := svc.Openings(b.As("privacy"), other.ID, 50, ""); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("another's case: got %v, want not found", err)
	}
}
