package listings

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Feed is a file of another directory as it comes in.
type Feed struct {
	Source string    // what the directory is called, the same each time
	Format string    // json, csv or zip
	Body   io.Reader // read once, to its end; nil: none was sent
}

// Formats are how a feed can be written, with words for them.
func Formats() []models.Choice {
	return []models.Choice{
		{Key: "json", Words: "JSON: a list of services, a page of one, or one to a line"},
		{Key: "csv", Words: "CSV, one service to a line"},
		{Key: "zip", Words: "The standard's tables as CSV, in one zip"},
	}
}

// Import is one feed: what it held, and what came or would come of it.
type Import struct {
	ID                                    uuid.UUID
	Source, Format                        string
	Status                                models.ImportStatus // checked or done
	Total                                 int
	Accepted, Changed, Duplicate, Refused int
	At                                    time.Time
	DoneAt                                *time.Time
}

// Row is what came or would come of one service of a feed.
type Row struct {
	N         int
	Outcome   models.ImportOutcome
	Field     string
	Code      string
	Says      string
	Name      string // as the feed has it; it is public
	ListingID *uuid.UUID
}

func may(ctx context.Context) error {
	_, err := models.May(ctx, models.SystemOperate)
	return err
}

// Take reads a feed and says what would come of each service, changing nothing
// of what is published. Errors: forbidden, a models.Replay, and invalid, too
// large or malformed for a file that cannot be read as a whole.
func (s *Service) Take(ctx context.Context, in Feed) (Import, error) {
	if err := may(ctx); err != nil {
		return Import{}, err
	}
	in.Source = strings.TrimSpace(in.Source)
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	switch {
	case in.Source == "":
		f.Add("source", models.FieldRequired, "Enter what the directory is called")
	case len([]rune(in.Source)) > 100:
		f.Add("source", models.FieldTooLong, "The name must have up to 100 characters")
	}
	if !models.HasChoice(Formats(), in.Format) {
		f.Add("format", models.FieldUnknown, "Select how it is written")
	}
	if in.Body == nil {
		f.Add("file", models.FieldRequired, "Send a file")
	}
	if list := f.List(); len(list) > 0 {
		return Import{}, models.Invalid(list...)
	}
	entries, err := readFeed(in)
	if err != nil {
		return Import{}, err
	}
	var out Import
	err = pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if out, err = keep(ctx, tx, in, entries); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

func readFeed(in Feed) ([]*entry, error) {
	var entries []*entry
	each := func(f *feedService) error {
		if len(entries) == MostRows {
			return whole(models.FieldTooLong, "The file has more services than can be taken in at once. Send it in parts")
		}
		entries = append(entries, checkEntry(len(entries)+1, in.Source, f))
		return nil
	}
	body := io.LimitReader(in.Body, MostBytes+1)
	var err error
	switch in.Format {
	case "zip":
		var all []byte
		if all, err = io.ReadAll(body); err == nil && len(all) <= MostBytes {
			err = readPackage(all, each)
		}
	case "csv":
		err = readCSV(body, each)
	default:
		err = readJSON(body, each)
	}
	if left, ok := body.(*io.LimitedReader); ok && left.N <= 0 {
		return nil, &models.Error{Code: models.CodeTooLarge, Message: "The file is too large. It can have up to 64 MB."}
	}
	if _, ok := errors.AsType[*models.Error](err); err != nil && !ok {
		err = models.Malformed("The file could not be read to its end.")
	}
	if err == nil && len(entries) == 0 {
		err = whole(models.FieldRequired, "The file holds no services. Nothing was taken in")
	}
	return entries, err
}

// atOnce is how many rows are written in one statement.
const atOnce = 1000

func keep(ctx context.Context, tx *pg.Tx, in Feed, entries []*entry) (Import, error) {
	k, err := readKnown(ctx, tx, in.Source)
	if err != nil {
		return Import{}, err
	}
	out := Import{ID: models.NewID(), Source: in.Source, Format: in.Format, Status: models.ImportChecked, Total: len(entries), At: tx.Now}
	rows := make([]row, len(entries))
	for i, e := range entries {
		rows[i] = k.match(e)
		out.count(rows[i].Outcome)
	}
	if _, err := tx.Exec(ctx, `insert into listing_imports (id, org_id, source, format, status, total, accepted, changed, duplicate, refused, at, by_user_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		out.ID, tx.Actor.OrgID, out.Source, out.Format, string(out.Status), out.Total, out.Accepted, out.Changed, out.Duplicate, out.Refused, out.At, tx.Actor.UserID); err != nil {
		return out, err
	}
	for from := 0; from < len(rows); from += atOnce {
		b, err := json.Marshal(rows[from:min(from+atOnce, len(rows))])
		if err != nil {
			return out, models.Internal("writing the rows of a feed", err)
		}
		if _, err := tx.Exec(ctx, `insert into listing_import_rows (import_id, n, org_id, outcome, field, code, says, name, listing_id, content)
			select ?, r.n, ?, r.outcome, r.field, r.code, r.says, left(r.name, 200), r.listing_id, coalesce(r.content, '{}') from jsonb_to_recordset(?::jsonb)
			as r (n integer, outcome text, field text, code text, says text, name text, listing_id uuid, content jsonb)`, out.ID, tx.Actor.OrgID, string(b)); err != nil {
			return out, err
		}
	}
	return out, tx.Record(ctx, event("directory.feed_checked", &out))
}

func (i *Import) count(o models.ImportOutcome) {
	switch o {
	case models.RowAccepted:
		i.Accepted++
	case models.RowChanged:
		i.Changed++
	case models.RowDuplicate:
		i.Duplicate++
	case models.RowRefused:
		i.Refused++
	}
}

func event(action string, i *Import) models.Event {
	return models.Event{Action: action, SubjectType: "listing_import", SubjectID: i.ID, Detail: map[string]any{
		"rows": i.Total, "accepted": i.Accepted, "changed": i.Changed, "duplicate": i.Duplicate, "refused": i.Refused,
	}}
}

// Start publishes what a feed that was checked holds, all of it or nothing, and
// matches it once more with what is published by now. Errors: forbidden; not
// found; a models.Replay; and a conflict where it is done already, or would
// change nothing.
func (s *Service) Start(ctx context.Context, id uuid.UUID) (Import, error) {
	if err := may(ctx); err != nil {
		return Import{}, err
	}
	var out Import
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			if out, err = find(ctx, tx, id, " for update"); err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if list := models.RequestFrom(ctx).Invalid; len(list) > 0 {
				return models.Invalid(list...)
			}
			if out.Status != models.ImportChecked {
				return models.Conflict("This feed was taken in already.")
			}
			if out.Accepted+out.Changed == 0 {
				return models.Conflict("Nothing of this feed would change anything. Put right what was refused and send it again.")
			}
			if err := publish(ctx, tx, &out); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	if err == nil {
		err = s.Reload(ctx)
	}
	return out, err
}

// publish writes the rows of a feed. What somebody published since it was checked
// is met as it is now.
func publish(ctx context.Context, tx *pg.Tx, out *Import) error {
	k, err := readKnown(ctx, tx, out.Source)
	if err != nil {
		return err
	}
	var put []*content
	moved := map[int]models.ImportOutcome{}
	err = tx.Each(ctx, func(scan func(...any) error) error {
		var n int
		var was models.ImportOutcome
		var raw []byte
		if err := scan(&n, &was, &raw); err != nil {
			return err
		}
		c := &content{}
		if err := json.Unmarshal(raw, c); err != nil {
			return models.Internal("reading a row of a feed", err)
		}
		if o := k.again(c); o == models.RowDuplicate {
			moved[n] = o
		} else {
			put = append(put, c)
		}
		return nil
	}, "select n, outcome, content from listing_import_rows where import_id = ? and outcome in ('accepted', 'changed') order by n", out.ID)
	if err != nil {
		return err
	}
	for from := 0; from < len(put); from += atOnce {
		b, err := json.Marshal(put[from:min(from+atOnce, len(put))])
		if err != nil {
			return models.Internal("writing what a feed publishes", err)
		}
		if _, err := tx.Exec(ctx, "select app_listings_put(?::jsonb, ?)", string(b), tx.Now); err != nil {
			return err
		}
	}
	for n := range moved {
		if _, err := tx.Exec(ctx, "update listing_import_rows set outcome = 'duplicate', says = 'Published by another feed since it was checked' where import_id = ? and n = ?", out.ID, n); err != nil {
			return err
		}
	}
	return finish(ctx, tx, out)
}

func finish(ctx context.Context, tx *pg.Tx, out *Import) error {
	var counted Import
	if err := tx.Scan(ctx, &counted, `select count(*) filter (where outcome = 'accepted') as accepted, count(*) filter (where outcome = 'changed') as changed,
		count(*) filter (where outcome = 'duplicate') as duplicate, count(*) filter (where outcome = 'refused') as refused from listing_import_rows where import_id = ?`, out.ID); err != nil {
		return err
	}
	now := tx.Now
	out.Accepted, out.Changed, out.Duplicate, out.Refused = counted.Accepted, counted.Changed, counted.Duplicate, counted.Refused
	out.Status, out.DoneAt = models.ImportDone, &now
	n, err := tx.Exec(ctx, "update listing_imports set status = 'done', done_at = ?, accepted = ?, changed = ?, duplicate = ?, refused = ? where id = ?",
		now, out.Accepted, out.Changed, out.Duplicate, out.Refused, out.ID)
	if err != nil {
		return err
	}
	if n != 1 {
		return pg.ErrLostRace
	}
	return tx.Record(ctx, event("directory.feed_published", out))
}

// again meets a row with what is published by now: its own listing may have
// another number, and somebody else's may have come.
func (k *known) again(c *content) models.ImportOutcome {
	if before, ok := k.bySource[c.SourceID]; ok {
		c.ID = before.ID
		return cmp.Or(map[bool]models.ImportOutcome{true: models.RowDuplicate}[before.Hash == c.Hash], models.RowChanged)
	}
	if c.ServiceID != nil {
		before, listed := k.byService[*c.ServiceID]
		switch {
		case listed && before.Source != "":
			return models.RowDuplicate
		case listed:
			c.ID = before.ID
			return models.RowChanged
		}
		return models.RowAccepted
	}
	if _, ok := k.byName[called(c.Organisation, c.Name)]; ok {
		return models.RowDuplicate
	}
	return models.RowAccepted
}
