package v1

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// The page that writes itself is what encoding/json would have written.
func TestAListOfReferralsIsWrittenAsTheLibraryWritesIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		page := Referrals{List: List[ReferralItem]{Items: rapid.SliceOfN(rapid.Custom(drawItem), 0, 4).Draw(t, "items"), Next: maybe(t, rapid.String())}}
		page.Previous = maybe(t, rapid.String())
		if page.Items == nil {
			page.Items = []ReferralItem{}
		}
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(page); err != nil {
			t.Fatal(err)
		}
		if got := append(page.AppendJSON(nil), '\n'); !bytes.Equal(got, want.Bytes()) {
			t.Errorf("got  %s\nwant %s", got, want.Bytes())
		}
	})
}

func drawItem(t *rapid.T) ReferralItem {
	moment, text := rapid.Custom(drawMoment), rapid.String()
	it := ReferralItem{
		ID: uuid.New(), Reference: text.Draw(t, "reference"), CaseID: uuid.New(), Service: drawNamed(t), FromOrganisation: drawNamed(t),
		ToOrganisation: drawNamed(t), Pathway: text.Draw(t, "pathway"), Status: text.Draw(t, "status"), Priority: text.Draw(t, "priority"),
		Version: rapid.Int().Draw(t, "version"), CreatedAt: moment.Draw(t, "created"), SubmittedAt: maybe(t, moment), AcceptedAt: maybe(t, moment),
		EndedAt: maybe(t, moment), StatusSince: moment.Draw(t, "since"), ReviewOn: maybe(t, text), DueAt: maybe(t, moment),
		OverLimit: rapid.Bool().Draw(t, "over"), Worker: maybe(t, rapid.Custom(drawNamed)), Team: text.Draw(t, "team"),
	}
	if rapid.Bool().Draw(t, "clock") {
		it.Clock = &ItemClock{Rule: text.Draw(t, "rule"), State: text.Draw(t, "state"), DueAt: moment.Draw(t, "due"), PausedSince: maybe(t, moment)}
	}
	return it
}

func drawNamed(t *rapid.T) Named { return Named{ID: uuid.New(), Name: rapid.String().Draw(t, "name")} }

// drawMoment is a time as the database keeps it: to the microsecond, in UTC.
func drawMoment(t *rapid.T) time.Time {
	return time.UnixMicro(rapid.Int64Range(0, 4102444800000000).Draw(t, "moment")).UTC()
}

func maybe[T any](t *rapid.T, g *rapid.Generator[T]) *T {
	if !rapid.Bool().Draw(t, "there") {
		return nil
	}
	v := g.Draw(t, "value")
	return &v
}
