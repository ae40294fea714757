// Package samples is the Commissioner's case audit (docs/adr/0039): a sample is
// drawn of organisations that agreed to be audited, its redacted copies are read
// against a standard, what was found becomes a recommendation to a named
// organisation, and that answers until the office closes it. No reader sees a
// case; the database draws, and makes the copies of codes and times alone.
package samples

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
)

// Service keeps samples, what was read in them, and what came of it.
type Service struct {
	db        *pg.DB
	directory *directory.Service
}

// New returns the service over a database and the directory of organisations.
func New(db *pg.DB, dir *directory.Service) *Service { return &Service{db: db, directory: dir} }

// may refuses a role that lacks a permission.
func may(ctx context.Context, need models.Permission) error {
	_, err := models.May(ctx, need)
	return err
}

// write runs one change of what the office or an organisation may change: a key
// that was answered is answered again, and the answer is kept.
func write[T any](ctx context.Context, s *Service, need models.Permission, do func(context.Context, *pg.Tx) (T, error)) (T, error) {
	var out T
	if err := may(ctx, need); err != nil {
		return out, err
	}
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			if out, err = do(ctx, tx); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// View is a sample with what its readers may know of it by now.
type View struct {
	models.Sample
	Standard models.Standard
	Items    []Item
	Findings []models.Finding
	Actions  []models.Improvement
	Results  Results
	Now      time.Time
	Done     uuid.UUID // what was just added
}

// Item is one referral of a sample. Who gave the support is told once it has
// been read, so that nobody reads it with a name in mind.
type Item struct {
	itemRow
	Differs []string // criteria that its two readers grade differently
}

type itemRow struct {
	ID        uuid.UUID
	N         int
	Person    string // a pseudonym that holds in this sample
	ServiceID uuid.UUID
	FromOrgID uuid.UUID
	ToOrgID   uuid.UUID
	Second    bool // two people read it
	Readings  int
	Moderated bool
	Mine      bool // the reader has read it
	CaseID    uuid.UUID
}

// Read reports whether all have read it who are to.
func (i *Item) Read() bool { return i.Readings >= 2 || !i.Second && i.Readings == 1 }

// Finished reports whether its grades stand: all have read it, and where they
// differ it was moderated.
func (i *Item) Finished() bool { return i.Read() && (len(i.Differs) == 0 || i.Moderated) }

// Waits reports whether the reader can still read it.
func (i *Item) Waits() bool { return !i.Read() && !i.Mine }

const sampleColumns = `s.id, s.org_id, s.name, s.pathway, s.standard_version, coalesce(s.service_id, '00000000-0000-0000-0000-000000000000') as service_id,
	coalesce(s.of_org_id, '00000000-0000-0000-0000-000000000000') as of_org_id, s.from_month, s.to_month, s.size, s.strata, s.seed, s.second_share, coalesce(s.in_reach, 0) as in_reach,
	array_to_string(s.left_out, ',') as left, coalesce(s.fingerprint, '') as fingerprint, s.drawn_at, s.drawn_by,
	(select count(*) from quality_sample_items i where i.sample_id = s.id) as drawn from quality_samples s`

type sampleRow struct {
	ID, OrgID, ServiceID, OfOrgID, DrawnBy             uuid.UUID
	Name, Pathway, Strata, Left, Fingerprint           string
	FromMonth, ToMonth, DrawnAt                        time.Time
	StandardVersion, Size, SecondShare, InReach, Drawn int
	Seed                                               int64
}

func (r *sampleRow) sample() models.Sample {
	out := models.Sample{
		ID: r.ID, OrgID: r.OrgID, Name: r.Name, Pathway: r.Pathway, StandardVersion: r.StandardVersion, ServiceID: r.ServiceID, OfOrgID: r.OfOrgID, FromMonth: r.FromMonth,
		ToMonth: r.ToMonth, Size: r.Size, Strata: r.Strata, Seed: r.Seed, SecondShare: r.SecondShare, InReach: r.InReach, Drawn: r.Drawn, Fingerprint: r.Fingerprint,
		DrawnAt: r.DrawnAt, DrawnBy: r.DrawnBy,
	}
	for id := range strings.SplitSeq(r.Left, ",") {
		if org, err := uuid.Parse(id); err == nil {
			out.LeftOut = append(out.LeftOut, org)
		}
	}
	return out
}

func find(ctx context.Context, tx *pg.Tx, id uuid.UUID) (models.Sample, error) {
	var r sampleRow
	if err := tx.Scan(ctx, &r, "select "+sampleColumns+" where s.id = ?", id); err != nil {
		return models.Sample{}, err
	}
	if r.ID == uuid.Nil {
		return models.Sample{}, models.NotFound("sample")
	}
	return r.sample(), nil
}

// List shows the samples of the office, the latest first, and the cursor of the
// page after: their rules, and of nobody anything.
func (s *Service) List(ctx context.Context, cursor string, limit int) (items []models.Sample, next string, err error) {
	if err := may(ctx, models.QualityAudit); err != nil {
		return nil, "", err
	}
	after, err := models.ReadCursorAfter(cursor)
	if err != nil {
		return nil, "", err
	}
	if limit < 1 || limit > 100 {
		limit = 25
	}
	var rows []sampleRow
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &rows, "select "+sampleColumns+` where ?::uuid is null or (s.drawn_at, s.id) < (select x.drawn_at, x.id from quality_samples x where x.id = ?)
			order by s.drawn_at desc, s.id desc limit ?`, after, after, limit+1)
	})
	for i := range rows {
		items = append(items, rows[i].sample())
	}
	if len(items) > limit {
		items = items[:limit]
		next = models.CursorAfter(items[limit-1].ID)
	}
	return items, next, err
}

// Get shows a sample, and records that it was read. Another office's is not
// there.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (View, error) {
	var out View
	if err := may(ctx, models.QualityAudit); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = s.view(ctx, tx, id); err != nil {
			return err
		}
		return tx.Record(ctx, about("read", id, uuid.Nil, nil))
	})
	return out, err
}

// about is a line of the trail about a sample, and the case of an item of it
// where one is named.
func about(action string, id, caseID uuid.UUID, detail map[string]any) models.Event {
	return models.Event{Action: "sample." + action, SubjectType: "sample", SubjectID: id, CaseID: caseID, Detail: detail}
}

// view reads a sample with all that the reader may know of it.
func (s *Service) view(ctx context.Context, tx *pg.Tx, id uuid.UUID) (View, error) {
	sample, err := find(ctx, tx, id)
	if err != nil {
		return View{}, err
	}
	v := View{Sample: sample, Now: tx.Now}
	v.Standard, _ = models.FindStandard(sample.Pathway, sample.StandardVersion)
	var rows []itemRow
	if err := tx.Scan(ctx, &rows, `select i.id, i.n, i.person, i.service_id, i.from_org_id, i.to_org_id, i.second, i.readings, i.moderated, i.case_id,
		exists (select from quality_reviews r where r.item_id = i.id and r.kind <> 'moderation' and r.by_user_id = ?) as mine
		from quality_sample_items i where i.sample_id = ? order by i.n limit ?`, tx.Actor.UserID, id, models.LargestSample); err != nil {
		return v, err
	}
	for i := range rows {
		v.Items = append(v.Items, Item{itemRow: rows[i]})
	}
	if err := v.judge(ctx, tx); err != nil {
		return v, err
	}
	if v.Findings, err = findings(ctx, tx, id); err != nil {
		return v, err
	}
	return v, tx.Scan(ctx, &v.Actions, "select "+actionColumns+" where a.sample_id = ? order by a.due_on, a.id limit 500", id)
}
