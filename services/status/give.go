package status

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/subject"
)

// Gift is what a worker and a victim agreed on.
type Gift struct {
	Word      string // the victim chose it
	Language  string // key of a language that is offered
	AgreedHow string // key of models.StatusAgreements
	Alone     bool   // they have a device that nobody else looks into
}

// Given is a code that was made. It is told once.
type Given struct {
	Code      string
	Language  string
	ExpiresAt time.Time
}

// Give makes a code for a case the actor's organisation works on, with the word
// the victim chose. A code given before leads nowhere from then on, and whoever
// is on the page is put out. Errors: not found, a replay; a conflict where the
// case is closed or protected, or no way to reach the victim is safe; invalid.
func (s *Service) Give(ctx context.Context, caseID uuid.UUID, in Gift) (Given, error) {
	if err := may(ctx); err != nil {
		return Given{}, err
	}
	var out Given
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			about, err := subject.Case(ctx, tx, caseID)
			if err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if err := s.fits(ctx, tx, caseID); err != nil {
				return err
			}
			known, err := knownOf(ctx, tx, caseID)
			if err != nil {
				return err
			}
			if err := models.Refusal(ctx, s.faults(&in, known)); err != nil {
				return err
			}
			if out, err = s.make(ctx, tx, caseID, &in); err != nil {
				return err
			}
			if err := tx.Record(ctx, about.Event("status.given", map[string]any{"language": in.Language, "agreed": in.AgreedHow, "until": out.ExpiresAt})); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// fits says whether a case may have a door at all.
func (s *Service) fits(ctx context.Context, tx *pg.Tx, caseID uuid.UUID) error {
	var c struct {
		Status    models.CaseStatus
		Protected bool
	}
	if err := tx.Scan(ctx, &c, "select status, sealed or held or restricted_to is not null as protected from cases where id = ?", caseID); err != nil {
		return err
	}
	switch {
	case c.Status == models.CaseClosed:
		return models.Conflict("This case is closed. A code can be given once it is open again.")
	case c.Protected:
		return models.Conflict("This case is protected. Nothing of it is shown on a page that a code opens.")
	}
	ways, err := waysOf(ctx, tx, caseID)
	if err != nil {
		return err
	}
	for _, w := range ways {
		if w.Person == models.PersonVictim && !w.GateAt(tx.Now, models.StaleAfterDays).Incident() {
			return nil
		}
	}
	return models.Conflict("No way to reach them is marked safe and confirmed. Ask what is safe first, then give them a code.")
}

func (s *Service) faults(in *Gift, known []string) []models.FieldError {
	f := &models.Faults{}
	f.Join(models.CheckStatusWord(in.Word, known...)...)
	if s.Language(in.Language).Key != in.Language {
		f.Add("language", models.FieldUnknown, "Select a language the page is offered in")
	}
	if !models.HasChoice(models.StatusAgreements(), in.AgreedHow) {
		f.Add("agreed_how", models.FieldRequired, "Select how they said that they want this")
	}
	if !in.Alone {
		f.Add("alone", models.FieldRequired, "Ask whether they can look at it where nobody else sees. Without that, no code is given")
	}
	return f.List()
}

func (s *Service) make(ctx context.Context, tx *pg.Tx, caseID uuid.UUID, in *Gift) (Given, error) {
	out := Given{Code: models.NewStatusCode(), Language: in.Language}
	plain, _ := models.ReadStatusCode(out.Code)
	hash, err := accounts.HashPassword(secretOf(plain, models.FoldStatusWord(in.Word)))
	if err != nil {
		return out, err
	}
	// Who reads the case at the same time waits here: one door at a time.
	if _, err := tx.Exec(ctx, `update status_doors set ended_at = ?, ended_by = ?, ended_why = 'replaced', version = version + 1 where case_id = ? and ended_at is null`,
		tx.Now, tx.Actor.UserID, caseID); err != nil {
		return out, err
	}
	err = tx.Scan(ctx, &out.ExpiresAt, `insert into status_doors (id, case_id, code_key, word_hash, language, agreed_how, agreed_on, given_at, given_by, given_by_org_id, expires_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, clock_timestamp() + make_interval(days => ?)) returning expires_at`, models.NewID(), caseID, tx.Vault.LookUp(vault.StatusCodeKey, codeText(plain)), hash, in.Language, in.AgreedHow, models.Today(tx.Now),
		tx.Now, tx.Actor.UserID, tx.Actor.OrgID, models.StatusPageDays)
	if pg.Constraint(err) == "status_doors_one" {
		return out, models.Conflict("Somebody else has just given them a code. Nothing you did was saved.")
	}
	return out, err
}

// codeText is a code as it is looked up: never empty, whatever was typed.
func codeText(code string) string { return "code " + code }

// waysOf are the ways to reach somebody, without numbers and addresses.
func waysOf(ctx context.Context, tx *pg.Tx, caseID uuid.UUID) ([]models.ContactChannel, error) {
	var rows []struct {
		ID          uuid.UUID
		Channel     models.Channel
		Person      string
		Safe        models.Safety
		Windows     []byte
		ConfirmedOn *time.Time
		StoppedAt   *time.Time
	}
	err := tx.Scan(ctx, &rows, `select ch.id, ch.channel, ch.person, ch.safe, ch.windows, ch.confirmed_on,
		(select min(st.at) from contact_stops st where st.case_id = ch.case_id and st.channel_id = ch.id and st.cleared_at is null) as stopped_at
		from contact_channels ch where ch.case_id = ? order by ch.position, ch.id`, caseID)
	if err != nil {
		return nil, err
	}
	out := make([]models.ContactChannel, len(rows))
	for i, r := range rows {
		out[i] = models.ContactChannel{ID: r.ID, CaseID: caseID, Kind: r.Channel, Person: r.Person, Safe: r.Safe, ConfirmedOn: r.ConfirmedOn, StoppedAt: r.StoppedAt}
		if err := json.Unmarshal(r.Windows, &out[i].Windows); err != nil {
			return nil, models.Internal("reading safe times", err)
		}
	}
	return out, nil
}

// knownOf is what others know of the victim, and would try as a word.
func knownOf(ctx context.Context, tx *pg.Tx, caseID uuid.UUID) ([]string, error) {
	var r struct {
		Given, Family, Known string
		Word                 []byte
	}
	err := tx.Scan(ctx, &r, `select coalesce(v.given_name, '') as given, coalesce(v.family_name, '') as family, coalesce(v.known_as, '') as known, w.word
		from cases c join victims v on v.id = c.victim_id left join code_words w on w.case_id = c.id where c.id = ?`, caseID)
	if err != nil {
		return nil, err
	}
	word, err := tx.Vault.Open(vault.CodeWord, caseID, r.Word)
	if err != nil {
		return nil, err
	}
	return []string{r.Given, r.Family, r.Known, string(word)}, nil
}
