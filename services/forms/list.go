package forms

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/subject"
)

var errNoSuchVersion = errors.New("no version of a form is as old as the entry")

// most is how many entries are shown where no limit is asked for.
const most = 50

func (s *Service) list(ctx context.Context, q Query, find finder) (Listed, error) {
	if err := may(ctx); err != nil {
		return Listed{}, err
	}
	from, err := subject.ReadCursor(q.Cursor)
	if err != nil {
		return Listed{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Listed{}, err
	}
	if q.Limit <= 0 {
		q.Limit = most
	}
	var out Listed
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		about, err := find(ctx, tx)
		if err != nil {
			return err
		}
		if err := about.MayRead(ctx, q.Reason); err != nil {
			return err
		}
		out = Listed{Subject: about, Adds: open(&about) == nil}
		if out.Entries, out.Next, err = s.read(ctx, tx, dir, &about, from, q); err != nil {
			return err
		}
		return tx.Record(ctx, about.Event("forms.opened", seen(out.Entries, q.Reason)))
	})
	return out, err
}

// seen is what the trail says of a list: which entries, and why where a reason
// was asked for.
func seen(list []Filled, reason string) map[string]any {
	ids := make([]uuid.UUID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	detail := map[string]any{"entries": ids}
	if reason != "" {
		detail["why"] = reason
	}
	return detail
}

// row is an entry as the database gives it: sealed.
type row struct {
	ID, CaseID           uuid.UUID
	ReferralID, Corrects *uuid.UUID
	Form                 string
	Version              int
	FilledOn, At         time.Time
	ByUserID, ByOrgID    uuid.UUID
	Sealed               []byte
	Author               string
	Corrected            bool
}

// entry opens what it says; nothing where that is no longer kept.
func (r *row) entry(tx *pg.Tx) (models.FormEntry, error) {
	e := models.FormEntry{
		ID: r.ID, CaseID: r.CaseID, ReferralID: r.ReferralID, Form: r.Form, Version: r.Version, FilledOn: r.FilledOn, Corrects: r.Corrects,
		At: r.At, ByUserID: r.ByUserID, ByOrgID: r.ByOrgID,
	}
	if len(r.Sealed) == 0 {
		return e, nil
	}
	plain, err := tx.Vault.Open(vault.FormContent, e.ID, r.Sealed)
	if err != nil {
		return e, err
	}
	return e, json.Unmarshal(plain, &e.FormContent)
}

const selectEntries = `select e.id, e.case_id, e.referral_id, e.form, e.version, e.filled_on, e.corrects, e.content as sealed, e.at, e.by_user_id, e.by_org_id,
	coalesce(u.name, '') as author, exists (select from form_entries x where x.corrects = e.id) as corrected
	from form_entries e left join users u on u.id = e.by_user_id `

// of picks the entries of a record: a case's are those of no referral.
func of(about *subject.Subject) (string, []any) {
	if about.OfReferral() {
		return "where e.referral_id = ?", []any{about.ReferralID}
	}
	return "where e.case_id = ? and e.referral_id is null", []any{about.CaseID}
}

func (s *Service) read(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, about *subject.Subject, from subject.Position, q Query) ([]Filled, string, error) {
	where, args := of(about)
	if q.Only != uuid.Nil {
		where, args = where+" and e.id = ?", append(args, q.Only)
	}
	var rows []row
	err := tx.Scan(ctx, &rows, selectEntries+where+" and (e.at, e.id) < (?, ?) order by e.at desc, e.id desc limit ?", append(args, from.At, from.ID, q.Limit+1)...)
	if err != nil || len(rows) == 0 {
		return nil, "", err
	}
	var next string
	if len(rows) > q.Limit {
		rows = rows[:q.Limit]
		last := rows[q.Limit-1]
		next = subject.Position{At: last.At, ID: last.ID}.String()
	}
	first := rows[0].FilledOn
	out := make([]Filled, len(rows))
	for i := range rows {
		if out[i], err = s.filled(&rows[i], dir, tx); err != nil {
			return nil, "", err
		}
		if rows[i].FilledOn.Before(first) {
			first = rows[i].FilledOn
		}
	}
	record, err := s.known(ctx, tx, about, first)
	if err != nil {
		return nil, "", err
	}
	for i := range out {
		out[i].Suggests = record.suggests(&out[i])
	}
	return out, next, nil
}

func (s *Service) filled(r *row, dir *directory.Snapshot, tx *pg.Tx) (Filled, error) {
	e, err := r.entry(tx)
	if err != nil {
		return Filled{}, err
	}
	out := Filled{FormEntry: e, Author: r.Author, Org: dir.Name(r.ByOrgID), Own: r.ByOrgID == tx.Actor.OrgID, Corrected: r.Corrected, Removed: len(r.Sealed) == 0}
	d, ok := models.FindFormVersion(s.versions, r.Form, r.Version)
	if !ok {
		return out, models.Internal("reading a form", errNoSuchVersion)
	}
	out.Definition = d
	return out, nil
}

// record is what an entry is held against: the ones that stand, and when
// something happened, in the 12 months before the first that is asked about.
type record struct {
	standing         []models.FormEntry
	incidents, heard []time.Time // heard: by a MARAC, as far as the actor knows
}

func (k *record) suggests(e *Filled) []string {
	if e.Corrected || e.Removed {
		return nil
	}
	return models.SuggestMARAC(e.Definition, &e.FormEntry, k.standing, k.incidents, k.heard)
}

func (s *Service) known(ctx context.Context, tx *pg.Tx, about *subject.Subject, first time.Time) (*record, error) {
	out := &record{}
	since := first.AddDate(-1, 0, 0).Format(time.DateOnly)
	where, args := of(about)
	var rows []row
	err := tx.Scan(ctx, &rows, selectEntries+where+` and e.filled_on >= ? and not exists (select from form_entries x where x.corrects = e.id)
		order by e.at, e.id`, append(args, since)...)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		e, err := rows[i].entry(tx)
		if err != nil {
			return nil, err
		}
		if len(rows[i].Sealed) > 0 {
			out.standing = append(out.standing, e)
		}
	}
	if err := tx.Scan(ctx, &out.heard, "select heard_at from marac_cases where case_id = ? and watched_until > ?", about.CaseID, since); err != nil {
		return nil, err
	}
	// What happened is the case's: a service does not see it.
	if about.OfReferral() {
		return out, nil
	}
	return out, tx.Scan(ctx, &out.incidents, `select coalesce(occurred_on, occurred_to, reported_on) from incidents
		where case_id = ? and coalesce(occurred_on, occurred_to, reported_on) >= ?`, about.CaseID, since)
}
