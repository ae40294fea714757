package imports

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/google/uuid"

	"throughline/internal/blob"
	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// File is a file as it comes in.
type File struct {
	Kind   models.ImportKind
	Format models.ImportFormat
	Body   io.Reader // read once, to its end; nil: none was sent
}

// piece is a part of a file in the store.
type piece struct {
	FirstRow, Rows int
	Name           string
}

// Take reads a file to its end and keeps it, sealed. Where its columns are known
// the check begins by itself; otherwise they are to be matched first. A file that
// cannot be read as a whole is refused with nothing of it kept: invalid, too
// large, or malformed. Errors besides: forbidden, a models.Replay, and too many
// where files of the organisation wait already.
func (s *Service) Take(ctx context.Context, in File) (models.Import, error) {
	spec, err := mayRun(ctx, in.Kind)
	if err != nil {
		return models.Import{}, err
	}
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	if in.Body == nil {
		f.Add("file", models.FieldRequired, "Send a file")
	}
	if faults := f.List(); len(faults) > 0 {
		return models.Import{}, models.Invalid(faults...)
	}
	k := &keeping{service: s, id: models.NewID(), key: blob.NewKey(), most: casesAtOnce}
	if len(spec.Types) > 0 {
		k.most = eventsAtOnce
	}
	split, err := newSplitter(in.Format, &limited{r: in.Body, left: MostBytes})
	if err == nil {
		err = k.read(ctx, split)
	}
	var out models.Import
	if err == nil {
		err = pg.Once(func() error {
			return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
				out, err = s.keep(ctx, tx, spec, in.Format, split.columns(), k)
				return err
			})
		})
	}
	if err != nil {
		k.forget(ctx)
		return models.Import{}, err
	}
	return out, nil
}

// limited ends a file that is too large.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, &models.Error{Code: models.CodeTooLarge, Message: "The file is too large. It can have up to " + strconv.Itoa(MostBytes>>20) + " MB."}
	}
	return n, err
}

// keeping is a file on its way into the store: at any time no more of it is in
// memory than one piece.
type keeping struct {
	service *Service
	id      uuid.UUID
	key     []byte
	most    int // rows of a piece
	rows    int
	pieces  []piece
	buf     bytes.Buffer
	inBuf   int
}

func (k *keeping) read(ctx context.Context, split splitter) error {
	for {
		row, bad, err := split.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if k.rows == MostRows {
			return whole(models.FieldTooLong, "The file has more than "+strconv.Itoa(MostRows)+" rows. Send it in parts")
		}
		if err := k.add(row, bad); err != nil {
			return err
		}
		if k.inBuf == k.most || k.buf.Len() > 1<<20 {
			if err := k.flush(ctx); err != nil {
				return err
			}
		}
	}
	if k.rows == 0 || len(split.columns()) == 0 {
		return whole(models.FieldRequired, "The file holds no rows. Nothing was taken in")
	}
	return k.flush(ctx)
}

// add writes a row as one line: a list of its values, or why it has none.
func (k *keeping) add(row []string, bad string) error {
	var line any = row
	if bad != "" {
		line = bad
	}
	b, err := json.Marshal(line)
	if err != nil {
		return models.Internal("writing a row", err)
	}
	k.buf.Write(b)
	k.buf.WriteByte('\n')
	k.rows, k.inBuf = k.rows+1, k.inBuf+1
	return nil
}

func (k *keeping) flush(ctx context.Context) error {
	if k.inBuf == 0 {
		return nil
	}
	p := piece{FirstRow: k.rows - k.inBuf + 1, Rows: k.inBuf, Name: blob.NewName()}
	sealed, err := blob.Seal(k.key, k.buf.Bytes(), belongs(k.id, p.FirstRow))
	if err != nil {
		return models.Internal("sealing a file", err)
	}
	k.pieces = append(k.pieces, p)
	if err := k.service.store.Put(ctx, p.Name, sealed); err != nil {
		return models.Unavailable("keeping a file", err)
	}
	k.buf.Reset()
	k.inBuf = 0
	return nil
}

// forget takes back what was kept of a file that is refused; what it does not
// reach the sweep of orphans does.
func (k *keeping) forget(ctx context.Context) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	for _, p := range k.pieces {
		_ = k.service.store.Remove(ctx, p.Name)
	}
}

func (s *Service) keep(ctx context.Context, tx *pg.Tx, spec *models.ImportSpec, format models.ImportFormat, columns []string, k *keeping) (models.Import, error) {
	if err := tx.FindReplay(ctx); err != nil {
		return models.Import{}, err
	}
	if err := room(ctx, tx); err != nil {
		return models.Import{}, err
	}
	var saved struct{ Mapping string }
	if err := tx.Scan(ctx, &saved, "select mapping::text as mapping from import_mappings where org_id = ? and kind = ?", tx.Actor.OrgID, spec.Kind); err != nil {
		return models.Import{}, err
	}
	known, err := readMapping(saved.Mapping)
	if err != nil {
		return models.Import{}, err
	}
	out := models.Import{
		ID: k.id, OrgID: tx.Actor.OrgID, Kind: spec.Kind, Format: format, Status: models.ImportMapping, Columns: columns, Total: k.rows,
		At: tx.Now, ByUserID: tx.Actor.UserID, Version: 1,
	}
	mapping, missing, unknown := spec.Match(columns, known)
	if out.Mapping = mapping; len(missing) == 0 && (len(unknown) == 0 || len(known) > 0) {
		out.Status = models.ImportChecking
	}
	key, err := tx.Vault.Bytes(vault.ImportKey, k.id, k.key)
	if err != nil {
		return out, err
	}
	if _, err := tx.Exec(ctx, `insert into imports (id, org_id, kind, format, status, columns, mapping, key, total, by_user_id, at, started_by, started_role, started_at)
		values (?, ?, ?, ?, ?, (select array_agg(x order by n) from jsonb_array_elements_text(?::jsonb) with ordinality as c (x, n)), ?::jsonb, ?, ?, ?, ?, ?, ?, ?)`,
		out.ID, out.OrgID, out.Kind, out.Format, out.Status, written(columns), written(mapping), key, out.Total, out.ByUserID, out.At, tx.Actor.UserID, string(tx.Actor.Role), tx.Now); err != nil {
		return out, err
	}
	for _, p := range k.pieces {
		if _, err := tx.Exec(ctx, "insert into import_chunks (import_id, first_row, rows, name) values (?, ?, ?, ?)", k.id, p.FirstRow, p.Rows, p.Name); err != nil {
			return out, err
		}
	}
	if err := tx.Record(ctx, event("import.taken", &out, map[string]any{"rows": out.Total, "format": format})); err != nil {
		return out, err
	}
	return out, tx.Keep(ctx, out)
}

// room refuses another file where an organisation's others are still at work.
func room(ctx context.Context, tx *pg.Tx) error {
	var n int
	if err := tx.Scan(ctx, &n, "select count(*) from imports where org_id = ? and status in ('checking', 'running')", tx.Actor.OrgID); err != nil {
		return err
	}
	if n >= mostWaiting {
		return models.TooMany("Files of your organisation are still being taken in. Wait until one of them is done.", time.Minute)
	}
	return nil
}

func written(v any) string {
	b, _ := json.Marshal(v) //nolint:errchkjson // lists and maps of texts
	return string(b)
}

func readMapping(s string) (map[string]string, error) {
	out := map[string]string{}
	if s == "" {
		return out, nil
	}
	if err := json.Unmarshal([]byte(s), &out); err != nil {
		return nil, models.Internal("reading how columns are matched", err)
	}
	return out, nil
}
