package audit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"

	"throughline/internal/pg"
	"throughline/internal/prooflog"
	"throughline/models"
)

// Log gives the events of the trail their numbers, seals their details, and
// signs what it has. Adding an event never waits for it.
type Log struct {
	db   *pg.DB
	keys *prooflog.Keys
}

// NewLog returns a log that signs with the keys.
func NewLog(db *pg.DB, keys *prooflog.Keys) *Log { return &Log{db: db, keys: keys} }

// helping is how many events are numbered at a time, few enough that a server
// that does so beside its requests stays small; all that wait are numbered in one
// transaction.
const helping = 1000

// lockSQL lets one process number at a time. Whoever finds it taken leaves: what
// they would have numbered is being numbered.
const lockSQL = "select pg_try_advisory_xact_lock(hashtext('throughline audit log'))"

// readSQL is which database this is, which a restored copy is not, and what is
// committed in it now.
const readSQL = `select s.system_identifier::text as system, pg_current_snapshot()::text as snapshot, coalesce(c.n, 0) as n, coalesce(c.note, '') as note
from pg_control_system() s left join (select n, note from audit_checkpoints order by n desc limit 1) c on true`

// eventColumns are the columns of an event that the log covers.
const eventColumns = `e.id, e.at, e.recorded_at, e.actor_user_id, e.actor_org_id, e.actor_role, e.session_id, e.request_id, e.action,
  e.subject_type, e.subject_id, e.case_id, e.refused, e.xact::text as xact`

// waitingSQL declares a cursor over the events without a number, in the order of
// their transactions. Events commit in another order than they are written: so it
// asks not for what is later than the last one, but for what was not yet
// committed when the log was last read. A transaction that ends late is numbered
// late, and never missed.
const waitingSQL = `declare audit_waiting no scroll cursor for
select ` + eventColumns + `, e.detail::text as detail from audit_events e
where %s not exists (select from audit_leaves l where l.event_id = e.id and l.event_at = e.at)
order by e.xact, e.recorded_at, e.id`

// waiting is one event without a number.
type waiting struct {
	prooflog.Event
	Detail string
}

// snapshotForm is how PostgreSQL writes a snapshot, which goes into a statement
// that takes no parameters.
var snapshotForm = regexp.MustCompile(`^\d+:\d+:[\d,]*$`)

// Number gives every committed event that has none its number, signs a
// checkpoint over the whole, and says how many there were. Where another process
// is at it, it does nothing. It refuses to go on from a checkpoint that none of
// its keys signed, or from hashes that do not fit it: somebody altered the log.
func (l *Log) Number(ctx context.Context) (int64, error) {
	var n int64
	err := l.db.Housekeeping(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		var mine bool
		if err := tx.Scan(ctx, &mine, lockSQL); err != nil || !mine {
			return err
		}
		n, err = l.number(ctx, tx)
		return err
	})
	return n, err
}

// standing is where the log stands.
type standing struct {
	System, Snapshot string // the database, and what is committed in it now
	N                int64
	Note             string
	last             prooflog.Checkpoint
}

func (l *Log) number(ctx context.Context, tx *pg.Tx) (int64, error) {
	// A day's events of a large site take longer than a request may; and each is
	// looked up by an index, however many the planner expects.
	for _, q := range []string{"set local statement_timeout = 0", "set local enable_hashjoin = off", "set local enable_mergejoin = off", "set local enable_seqscan = off"} {
		if _, err := tx.Exec(ctx, q); err != nil {
			return 0, err
		}
	}
	at, tree, err := l.stand(ctx, tx)
	if err != nil {
		return 0, err
	}
	condition, err := at.uncommittedThen()
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf(waitingSQL, condition)); err != nil {
		return 0, err
	}
	for {
		var list []waiting
		if err := tx.Scan(ctx, &list, fmt.Sprintf("fetch %d from audit_waiting", helping)); err != nil {
			return 0, err
		}
		if len(list) == 0 {
			break
		}
		if err := keep(ctx, tx, tree, list); err != nil {
			return 0, err
		}
	}
	n := tree.Size() - at.last.Size
	if n == 0 {
		return 0, nil
	}
	note, err := l.keys.Sign(prooflog.Checkpoint{
		Size: tree.Size(), Root: tree.Root(), Number: at.N + 1, Time: tx.Now, Read: at.System + " " + at.Snapshot,
	})
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, "insert into audit_checkpoints (n, size, note) values (?, ?, ?)", at.N+1, tree.Size(), note)
	return n, err
}

// stand finds where the log stands, and its tree.
func (l *Log) stand(ctx context.Context, tx *pg.Tx) (standing, *prooflog.Tree, error) {
	var at standing
	if err := tx.Scan(ctx, &at, readSQL); err != nil {
		return at, nil, err
	}
	if at.Note != "" {
		var err error
		if at.last, err = l.keys.Open(at.Note); err != nil {
			return at, nil, models.Internal("the last checkpoint of the audit log", err)
		}
	}
	tree, err := prooflog.NewTree(at.last.Size, func(t prooflog.Tile) ([]hash, error) {
		tiles, err := tilesOf(ctx, tx, []prooflog.Tile{t})
		return tiles[t], err
	})
	if err != nil {
		return at, nil, err
	}
	if at.Note != "" && tree.Root() != at.last.Root {
		return at, nil, models.Internal("the hashes of the audit log do not fit its last checkpoint: run throughline audit verify", nil)
	}
	return at, tree, nil
}

// uncommittedThen is the condition for what was not committed when the log was
// last read. In a database that is another than the last time, everything is
// looked at again: its transactions are counted anew.
func (p standing) uncommittedThen() (string, error) {
	if !snapshotForm.MatchString(p.Snapshot) {
		return "", models.Internal("a snapshot is not written as expected", nil)
	}
	system, snapshot, _ := strings.Cut(p.last.Read, " ")
	if p.Note == "" || system != p.System {
		return "", nil
	}
	if !snapshotForm.MatchString(snapshot) {
		return "", models.Internal("the snapshot of a checkpoint is not written as expected", nil)
	}
	return fmt.Sprintf("e.xact >= pg_snapshot_xmin('%[1]s') and e.xact < pg_snapshot_xmax('%[2]s') and not pg_visible_in_snapshot(e.xact, '%[1]s') and ",
		snapshot, p.Snapshot), nil
}

// keep numbers a helping of events.
func keep(ctx context.Context, tx *pg.Tx, tree *prooflog.Tree, list []waiting) error {
	first := tree.Size()
	var ids, times, salts, seals []string
	for i := range list {
		w := &list[i]
		salt := make([]byte, prooflog.SaltBytes)
		_, _ = rand.Read(salt) // never fails
		seal := prooflog.Seal(salt, w.Detail)
		tree.Append(w.Hash(seal))
		ids, times = append(ids, w.ID.String()), append(times, w.At.UTC().Format(time.RFC3339Nano))
		salts, seals = append(salts, `\x`+hex.EncodeToString(salt)), append(seals, `\x`+hex.EncodeToString(seal))
	}
	_, err := tx.Exec(ctx, `insert into audit_leaves (leaf, event_id, event_at, salt, seal)
		select ?::bigint + u.n - 1, u.id, u.at, u.salt, u.seal from unnest(string_to_array(?, ',')::uuid[], string_to_array(?, ',')::timestamptz[],
			string_to_array(?, ',')::bytea[], string_to_array(?, ',')::bytea[]) with ordinality u (id, at, salt, seal, n)`,
		first, strings.Join(ids, ","), strings.Join(times, ","), strings.Join(salts, ","), strings.Join(seals, ","))
	if err != nil {
		return err
	}
	for tile, hashes := range tree.Changed() {
		_, err := tx.Exec(ctx, "insert into audit_tiles (level, n, hashes) values (?, ?, ?) on conflict (level, n) do update set hashes = excluded.hashes",
			tile.Level, tile.N, hashes)
		if err != nil {
			return err
		}
	}
	return nil
}

// tilesOf reads tiles by their names.
func tilesOf(ctx context.Context, tx *pg.Tx, list []prooflog.Tile) (map[prooflog.Tile][]hash, error) {
	var conditions []string
	var args []any
	for _, t := range list {
		conditions = append(conditions, "(?::smallint, ?::bigint)")
		args = append(args, t.Level, t.N)
	}
	var rows []struct {
		Level  int
		N      int64
		Hashes []byte
	}
	if err := tx.Scan(ctx, &rows, "select level, n, hashes from audit_tiles where (level, n) in ("+strings.Join(conditions, ", ")+")", args...); err != nil {
		return nil, err
	}
	out := map[prooflog.Tile][]hash{}
	for _, r := range rows {
		out[prooflog.Tile{Level: r.Level, N: r.N}] = prooflog.TileHashes(r.Hashes)
	}
	return out, nil
}
