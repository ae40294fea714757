// Package marac keeps what a MARAC does: agencies look together at somebody in
// high danger. It rests on a referral to the organisation that runs it, which
// says who may see the case and what of it; here are the meetings, what partners
// found out, the minutes and the actions. Nothing moves who holds the case: a
// MARAC never does (docs/adr/0037).
package marac

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// Service keeps what MARACs do.
type Service struct {
	db        *pg.DB
	calendar  *models.Calendar
	directory *directory.Service
}

// New returns a service over a database, the calendar clocks are told by, and
// the directory that names organisations.
func New(db *pg.DB, calendar *models.Calendar, dir *directory.Service) *Service {
	return &Service{db: db, calendar: calendar, directory: dir}
}

// The ways somebody stands to a case at a MARAC.
const (
	SideMARAC    = "marac"
	SidePartner  = "partner"
	SideReferrer = "referrer"
)

// Said is something that somebody wrote down.
type Said struct {
	ID    uuid.UUID
	Words string // empty where it is no longer kept
	At    time.Time
	Org   string
}

// Action is what somebody was asked to do.
type Action struct {
	ID     uuid.UUID
	What   string
	Owner  string
	Own    bool // of the actor's organisation
	DueOn  time.Time
	DoneAt *time.Time
}

// View is a case at a MARAC, as one reader is shown it.
type View struct {
	models.MARACCase
	Now      time.Time
	Side     string
	Board    string         // the MARAC
	Papers   map[string]any // of models.MARACPapers, what was shared
	Research []Said
	Minutes  []Said
	Actions  []Action
	Meetings []models.MARACMeeting // that it can be put on the list of
	Owners   []models.Choice       // who an action can be given to
}

// State is where it stands now.
func (v *View) State() models.MARACState { return v.MARACCase.State(v.Now) }

// Waiting is a referral that a MARAC has accepted and not looked at yet.
type Waiting struct {
	ReferralID uuid.UUID
	Reference  string
	AcceptedAt time.Time
}

// Row is a case in a list.
type Row struct {
	models.MARACCase
	Board string
	Open  int // actions that are not done
}

// Overview is what an organisation sees of MARACs.
type Overview struct {
	Now      time.Time
	Runs     bool // the actor's organisation is a MARAC
	Waiting  []Waiting
	Rows     []Row
	Meetings []models.MARACMeeting
	Partners []string
	Actions  []OwnAction
}

// OwnAction is an action that the actor's organisation owes.
type OwnAction struct {
	Action
	ReferralID uuid.UUID
	Reference  string
}

func may(ctx context.Context) (models.Actor, error) { return models.May(ctx, models.RecordKeep) }

func runs(a models.Actor) bool { return a.OrgKind == models.KindMARAC }

// notRun says, of a field, that the actor's organisation runs no MARAC.
func notRun(a models.Actor, field string) []models.FieldError {
	if runs(a) {
		return nil
	}
	return []models.FieldError{models.Field(field, models.FieldNotOpen, "Only the organisation that runs a MARAC does this")}
}

const caseColumns = `m.referral_id, m.case_id, m.org_id, m.reference, array_to_json(m.criteria)::text as criteria_list, m.meeting_id, g.meets_on, m.listed, m.heard_at, m.watched_until, m.again_at,
	coalesce(m.again_why, '') as again_why, m.version`

// caseRow is a case as the database gives it.
type caseRow struct {
	ReferralID, CaseID, OrgID               uuid.UUID
	Reference, CriteriaList, AgainWhy       string
	MeetingID                               *uuid.UUID
	MeetsOn, HeardAt, WatchedUntil, AgainAt *time.Time
	Listed, Version, Open                   int
	Side                                    string
}

func (r *caseRow) model() (models.MARACCase, error) {
	out := models.MARACCase{
		ReferralID: r.ReferralID, CaseID: r.CaseID, OrgID: r.OrgID, Reference: r.Reference, MeetingID: r.MeetingID, MeetsOn: r.MeetsOn, Listed: r.Listed,
		HeardAt: r.HeardAt, WatchedUntil: r.WatchedUntil, AgainAt: r.AgainAt, AgainWhy: r.AgainWhy, Version: r.Version,
	}
	if err := json.Unmarshal([]byte(r.CriteriaList), &out.Criteria); err != nil {
		return out, models.Internal("reading the criteria of a MARAC", err)
	}
	return out, nil
}

// find reads a case at a MARAC that the actor can see, or a not-found error.
func find(ctx context.Context, tx *pg.Tx, id uuid.UUID) (models.MARACCase, string, error) {
	var r caseRow
	err := tx.Scan(ctx, &r, "select "+caseColumns+", app_marac(m.referral_id) as side from marac_cases m left join marac_meetings g on g.id = m.meeting_id where m.referral_id = ?", id)
	if err != nil {
		return models.MARACCase{}, "", err
	}
	if r.ReferralID == uuid.Nil {
		return models.MARACCase{}, "", models.NotFound("MARAC case")
	}
	c, err := r.model()
	return c, r.Side, err
}

// ByReference finds a case at a MARAC by its referral's reference: not found
// where it is not the actor's to see.
func (s *Service) ByReference(ctx context.Context, reference string) (uuid.UUID, error) {
	if _, err := may(ctx); err != nil {
		return uuid.Nil, err
	}
	parsed, err := models.ParseReference(reference)
	if err != nil {
		return uuid.Nil, models.NotFound("MARAC case")
	}
	var found struct{ ReferralID uuid.UUID }
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &found, "select referral_id from marac_cases where reference = ?", parsed)
	})
	if err == nil && found.ReferralID == uuid.Nil {
		err = models.NotFound("MARAC case")
	}
	return found.ReferralID, err
}

// Get shows a case at a MARAC to its MARAC, its partners once it is listed, and
// the referrer, who reads neither research nor minutes unless it takes part.
// Anybody else's is not found.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (View, error) {
	if _, err := may(ctx); err != nil {
		return View{}, err
	}
	var out View
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		c, side, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := models.Refusal(ctx); err != nil {
			return err
		}
		if out, err = s.show(ctx, tx, c, side); err != nil {
			return err
		}
		return tx.Record(ctx, about(&c, "opened", map[string]any{"research": len(out.Research), "minutes": len(out.Minutes), "actions": len(out.Actions)}))
	})
	return out, err
}

// about is a line of the trail about a case at a MARAC.
func about(c *models.MARACCase, action string, detail map[string]any) models.Event {
	return models.Event{Action: "marac." + action, SubjectType: "referral", SubjectID: c.ReferralID, CaseID: c.CaseID, Detail: detail}
}

func (s *Service) show(ctx context.Context, tx *pg.Tx, c models.MARACCase, side string) (View, error) {
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return View{}, err
	}
	v := View{MARACCase: c, Now: tx.Now, Side: side, Board: dir.Name(c.OrgID)}
	if v.Papers, err = papers(ctx, tx, c.ReferralID, side); err != nil {
		return v, err
	}
	for _, part := range []struct {
		table string
		col   vault.Column
		into  *[]Said
	}{{"marac_research", vault.MARACResearch, &v.Research}, {"marac_minutes", vault.MARACMinutes, &v.Minutes}} {
		var rows []struct {
			ID, ByOrgID uuid.UUID
			Words       []byte
			At          time.Time
		}
		if err := tx.Scan(ctx, &rows, "select id, by_org_id, words, at from "+part.table+" where referral_id = ? order by at, id", c.ReferralID); err != nil {
			return v, err
		}
		for _, r := range rows {
			words, err := opened(tx, part.col, r.ID, r.Words)
			if err != nil {
				return v, err
			}
			*part.into = append(*part.into, Said{ID: r.ID, Words: words, At: r.At, Org: dir.Name(r.ByOrgID)})
		}
	}
	if v.Actions, err = actions(ctx, tx, dir, "where a.referral_id = ?", c.ReferralID); err != nil || side != SideMARAC {
		return v, err
	}
	if err := tx.Scan(ctx, &v.Meetings, "select id, org_id, meets_on from marac_meetings where org_id = ? and meets_on >= ? order by meets_on", c.OrgID, models.Today(tx.Now).Format(time.DateOnly)); err != nil {
		return v, err
	}
	var partners []uuid.UUID
	if err := tx.Scan(ctx, &partners, "select partner_org_id from marac_partners where org_id = ?", c.OrgID); err != nil {
		return v, err
	}
	for _, p := range partners {
		v.Owners = append(v.Owners, models.Choice{Key: p.String(), Words: dir.Name(p)})
	}
	return v, nil
}

func opened(tx *pg.Tx, col vault.Column, id uuid.UUID, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := tx.Vault.Open(col, id, sealed)
	return string(plain), err
}

// papers are what was shared with a MARAC of the fields that those who take part
// read; nothing to a referrer, who wrote it.
func papers(ctx context.Context, tx *pg.Tx, id uuid.UUID, side string) (map[string]any, error) {
	from := map[string]string{SideMARAC: "referral_shares where referral_id = ?", SidePartner: "app_marac_papers(?)"}[side]
	if from == "" {
		return nil, nil
	}
	var rows []struct {
		Stage   string
		Content []byte
	}
	if err := tx.Scan(ctx, &rows, "select stage, content from "+from, id); err != nil {
		return nil, err
	}
	out := map[string]any{}
	for _, r := range rows {
		col := vault.ShareSending
		if r.Stage == "acceptance" {
			col = vault.ShareAcceptance
		}
		plain, err := tx.Vault.Open(col, id, r.Content)
		if err != nil {
			return nil, err
		}
		all := map[string]any{}
		if len(plain) > 0 {
			if err := json.Unmarshal(plain, &all); err != nil {
				return nil, models.Internal("reading what was shared with a MARAC", err)
			}
		}
		for _, key := range models.MARACPapers() {
			if value := all[key]; value != nil {
				out[key] = value
			}
		}
	}
	return out, nil
}

func actions(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, where string, args ...any) ([]Action, error) {
	var rows []struct {
		ID, OwnerOrgID uuid.UUID
		What           []byte
		DueOn          time.Time
		DoneAt         *time.Time
	}
	if err := tx.Scan(ctx, &rows, "select a.id, a.owner_org_id, a.what, a.due_on, a.done_at from marac_actions a "+where+" order by a.done_at is not null, a.due_on, a.id", args...); err != nil {
		return nil, err
	}
	var out []Action
	for _, r := range rows {
		what, err := opened(tx, vault.MARACAction, r.ID, r.What)
		if err != nil {
			return nil, err
		}
		out = append(out, Action{ID: r.ID, What: what, Owner: dir.Name(r.OwnerOrgID), Own: r.OwnerOrgID == tx.Actor.OrgID, DueOn: r.DueOn, DoneAt: r.DoneAt})
	}
	return out, nil
}
