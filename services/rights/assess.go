package rights

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// needed checks a text that has to be there.
func needed(f *models.Faults, field, text string, longest int, words string) {
	switch {
	case strings.TrimSpace(text) == "":
		f.Add(field, models.FieldRequired, words)
	case utf8.RuneCountInString(text) > longest:
		f.Add(field, models.FieldTooLong, "This must be "+models.Count(longest)+" characters or fewer")
	}
}

func joinKeys(keys []string) string { return strings.Join(keys, ",") }

// Assessment is what was found of an information request.
type Assessment struct {
	Tests      map[string]models.TestAnswer // by the keys of models.InformationTests
	Notice     string                       // to the victim: given, withheld
	NoticeOn   *time.Time
	NoticeWhy  string // why it is withheld
	VictimView string
	VictimSaid string
	Record     string
}

// Assess keeps the answers to the tests of an information request, whether the
// victim was told and what they said.
func (s *Service) Assess(ctx context.Context, id uuid.UUID, in Assessment) (models.DataRequest, error) {
	return s.change(ctx, id, "request.assessed", func(ctx context.Context, tx *pg.Tx, q *models.DataRequest) ([]models.FieldError, error) {
		f := &models.Faults{}
		if q.Kind != models.RequestInformation {
			f.Add("tests", models.FieldNotOpen, "Only requests of the police and the prosecution have these tests")
			return f.List(), nil
		}
		for _, t := range models.InformationTests() {
			a, given := in.Tests[t.Key]
			if t.Key == "probative" && (!given || a.Answer == "") {
				delete(in.Tests, t.Key)
				continue
			}
			if a.Answer != "yes" && a.Answer != "no" {
				f.Add("tests."+t.Key, models.FieldRequired, "Answer yes or no: "+t.Words)
			}
			needed(f, "tests."+t.Key+"_why", a.Why, 2000, "Say why")
		}
		for key := range in.Tests {
			if !models.HasChoice(models.InformationTests(), key) {
				f.Add("tests", models.FieldUnknown, "There is no such test")
			}
		}
		s.checkNotice(f, &in, models.Today(tx.Now))
		more, err := s.about(ctx, tx, q, in.Record)
		f.Join(more...)
		q.Tests, q.Notice, q.NoticeOn, q.NoticeWhy, q.VictimView, q.VictimSaid = in.Tests, in.Notice, in.NoticeOn, in.NoticeWhy, in.VictimView, in.VictimSaid
		return f.List(), err
	})
}

func (s *Service) checkNotice(f *models.Faults, in *Assessment, today time.Time) {
	switch in.Notice {
	case "given":
		if in.NoticeOn == nil || in.NoticeOn.After(today) {
			f.Add("notice_on", models.FieldRequired, "Enter the day the victim was given the notice")
		}
	case "withheld":
		needed(f, "notice_why", in.NoticeWhy, 1000, "Say why the victim is not told")
	default:
		f.Add("notice", models.FieldRequired, "Say whether the victim was given written notice")
	}
	if !models.HasChoice(models.VictimViews(), in.VictimView) {
		f.Add("victim_view", models.FieldRequired, "Say what the victim said")
	}
	if utf8.RuneCountInString(in.VictimSaid) > 2000 {
		f.Add("victim_said", models.FieldTooLong, "This must be 2,000 characters or fewer")
	}
}

// checkInformation says what an information request still lacks before it can be
// disclosed.
func checkInformation(f *models.Faults, q *models.DataRequest) {
	if q.Outcome != models.OutcomeRelease {
		return
	}
	if len(q.Fields) == 0 {
		f.Add("fields", models.FieldRequired, "Select exactly what is disclosed")
	}
	for _, key := range q.Fields {
		if !models.HasChoice(models.InformationFields(), key) {
			f.Add("fields", models.FieldUnknown, "Select from the list what is disclosed")
		}
	}
	for _, key := range []string{"held", "relevant", "necessary"} {
		if q.Tests[key].Answer != "yes" {
			f.Add("outcome", models.FieldNotOpen, "A test is not met, or not answered: what is asked for cannot be disclosed")
		}
	}
	if q.CaseID == nil {
		f.Add("outcome", models.FieldNotOpen, "Say first which record it is about")
	}
	if contains(q.Fields, models.CounsellingNotes) && (q.Tests["probative"].Answer != "yes" || q.Tests["probative"].Why == "") {
		f.Add("fields", models.FieldNotOpen, "Counselling notes are presumed not to be disclosed: only with substantial probative value, and why")
	}
}

func contains(list []string, key string) bool {
	for _, k := range list {
		if k == key {
			return true
		}
	}
	return false
}
