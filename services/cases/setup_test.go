package cases_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/directory"
)

// stage is a world with the service that is tested.
type stage struct {
	*testkit.Stage
	cases *cases.Service
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	return &stage{w, cases.New(w.DB, models.MustCalendar(), directory.New(w.DB))}
}

func day(s string) *time.Time {
	t, ok := models.ParseDay(s)
	if !ok {
		panic("no such day: " + s)
	}
	return &t
}

// whole is a case with something in every part.
func whole() cases.LogInput {
	yes := true
	return cases.LogInput{
		Source: "police",
		Victim: models.Victim{
			GivenName: "Zephyrine", FamilyName: "Quillfeather", KnownAs: "Zeph", DateOfBirth: day("1992-03-14"), Borough: "Hackney",
			Postcode: "e81ea", Language: "English", AccessNeeds: []string{"Large print"}, Equality: map[string]string{"sex": "female"},
		},
		RelatedPeople: []models.RelatedPerson{{Relation: "husband", Name: "Aldous Fernsby", Suspect: true}, {Relation: "daughter", ParentalResponsibility: &yes}},
		SafeContact: models.SafeContact{
			CodeWord: "marigold", ConfirmedOn: day("2026-11-16"),
			Channels: []models.ContactPoint{
				{ContactChannel: models.ContactChannel{Kind: models.ChannelPhone, Safe: models.SafeYes, Windows: []models.Window{{Day: "tue", From: "10:00", To: "12:00"}}}, Value: "07700 900123", Note: "Ring twice"},
				{ContactChannel: models.ContactChannel{Kind: models.ChannelEmail, Safe: models.SafeNo}},
			},
		},
		ContactSource: "victim_in_person",
		Incidents: []models.Incident{{
			OccurredOn: day("2026-11-14"), ReportedOn: day("2026-11-15"), Force: "metropolitan", CrimeReference: "CAD 1234/14NOV26",
			Place: models.Place{Kind: "home", Borough: "E09000012"}, OffenceTypes: []string{"domestic_abuse"}, Summary: "He threatened her at home.",
		}},
		RiskLevel: models.PriorityHigh, RiskNote: "He knows where she works.", HelpOffered: models.HelpYes, Wants: []string{"health", "accommodation"},
	}
}

// log logs a case, changed from the whole one.
func (s *stage) log(t *testing.T, ctx context.Context, change ...func(*cases.LogInput)) cases.Logged {
	t.Helper()
	in := whole()
	for _, c := range change {
		c(&in)
	}
	got, err := s.cases.Log(ctx, in)
	if err != nil {
		t.Fatalf("logging a case: %v", err)
	}
	return got
}

// rows counts what a refused act must leave as it was.
func (s *stage) rows(t *testing.T) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, table := range []string{
		"victims", "cases", "case_holders", "incidents", "related_people", "contact_channels", "contact_details", "code_words",
		"contact_stops", "sharing_decisions", "outbox", "idempotency_keys", "referrals", "clocks",
	} {
		out[table] = s.Count(t, "select count(*) from "+table)
	}
	return out
}

// trail lists the actions recorded about a case, in order.
func (s *stage) trail(t *testing.T, caseID uuid.UUID) []string {
	t.Helper()
	rows, err := s.Owner.Query(context.Background(), "select action, refused from audit_events where case_id = $1 order by recorded_at, id", caseID)
	if err != nil {
		t.Fatalf("reading the trail: %v", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var action string
		var refused bool
		if err := rows.Scan(&action, &refused); err != nil {
			t.Fatalf("reading the trail: %v", err)
		}
		if refused {
			action += " refused"
		}
		out = append(out, action)
	}
	return out
}

// keyed is a request with an idempotency key, whose answer is kept as the
// reference it holds.
func keyed(ctx context.Context, key, body string) context.Context {
	return models.WithRequest(ctx, &models.Request{
		ID: "req-" + strconv.Itoa(len(body)), Route: "POST /api/v1/cases", IdempotencyKey: key, KeyRequired: true, BodyHash: []byte(body),
		Seal: func(answer any) ([]byte, error) { return []byte(answer.(cases.Logged).Reference), nil },
	})
}

func wantCode(t *testing.T, err error, want models.Code) {
	t.Helper()
	if err == nil || models.CodeOf(err) != want {
		t.Errorf("got %v, want an error of code %s", err, want)
	}
}
