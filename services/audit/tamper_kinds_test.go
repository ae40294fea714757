package audit_test

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"throughline/internal/prooflog"
)

// alterations are the ways in which whoever owns the database could alter the
// trail, its triggers switched off.
func alterations() []func(*altered) {
	return []func(*altered){
		(*altered).changeEvent, (*altered).changeEvent, (*altered).changeEvent, (*altered).changeLeaf, (*altered).changeLeaf,
		(*altered).changeTile, (*altered).changeCheckpoint, (*altered).deleteOne, (*altered).insertOne, (*altered).swap, (*altered).swapContents,
		(*altered).cutTail, (*altered).rewriteTail, (*altered).rewriteAndForge, (*altered).emptyDetail, (*altered).deleteCheckpoints,
	}
}

func (a *altered) changeEvent() {
	a.leaf, a.event = a.some()
	column, value := a.column("audit_events")
	// Emptying a detail that is empty, or an actor that is nobody, is no change.
	for {
		var same bool
		err := a.tx.QueryRow(a.t.Context(), fmt.Sprintf("select %s is not distinct from %s from audit_events where id = $1", column, value), a.event).Scan(&same)
		if err != nil {
			a.t.Fatal(err)
		}
		if !same {
			break
		}
		column, value = a.column("audit_events")
	}
	a.do(fmt.Sprintf("update audit_events set %s = %s where id = $1", column, value), a.event)
}

func (a *altered) changeLeaf() {
	a.leaf, a.event = a.some()
	column, value := a.column("audit_leaves")
	a.do(fmt.Sprintf("update audit_leaves set %s = %s where leaf = $1", column, value), a.leaf)
}

func (a *altered) changeTile() {
	column, value := a.column("audit_tiles")
	if column == "hashes" && a.r.IntN(2) == 0 {
		value = []string{"hashes || sha256('x')", "substr(hashes, 1, length(hashes) - 32)"}[a.r.IntN(2)]
	}
	a.words = "tile"
	a.do(fmt.Sprintf("update audit_tiles set %s = %s", column, value))
}

func (a *altered) checkpoint() (n int64) {
	a.t.Helper()
	if err := a.tx.QueryRow(a.t.Context(), "select n from audit_checkpoints order by random() limit 1").Scan(&n); err != nil {
		a.t.Fatal(err)
	}
	return n
}

func (a *altered) changeCheckpoint() {
	column, value := a.column("audit_checkpoints")
	if column == "note" && a.r.IntN(2) == 0 {
		value = []string{"replace(note, 'time 2', 'time 1')", "note || note", "replace(note, E'\\nread', E'\\nred')"}[a.r.IntN(3)]
	}
	a.words = "checkpoint"
	a.do(fmt.Sprintf("update audit_checkpoints set %s = %s where n = $1", column, value), a.checkpoint())
}

func (a *altered) deleteOne() {
	a.leaf, a.event = a.some()
	switch a.r.IntN(4) {
	case 0:
		a.what = "an event deleted"
		a.do("delete from audit_events where id = $1", a.event)
	case 1:
		a.what = "a number deleted"
		a.do("delete from audit_leaves where leaf = $1", a.leaf)
	case 2:
		a.what = "both deleted"
		a.do("delete from audit_events where id = $1", a.event)
		a.do("delete from audit_leaves where leaf = $1", a.leaf)
	case 3:
		a.what, a.words = "a tile deleted", "tile"
		a.do("delete from audit_tiles")
	}
}

func (a *altered) insertOne() {
	switch a.r.IntN(4) {
	case 0:
		a.what = "an event that pretends to have been there"
		a.event = newEvent(a, "insert into audit_events (id, at, action, subject_type, xact) select gen_random_uuid(), at, 'case.viewed', 'case', xact from audit_events order by random() limit 1 returning id")
	case 1:
		a.what = "an event of a transaction to come, which no numbering would reach"
		a.event = newEvent(a, "insert into audit_events (id, at, action, subject_type, xact) select gen_random_uuid(), now(), 'case.viewed', 'case', '99999999999' returning id")
	case 2:
		a.what, a.leaf = "a number that was never signed", a.size()
		a.do("insert into audit_leaves (leaf, event_id, event_at, salt, seal) select $1, gen_random_uuid(), now(), sha256('a'), sha256('b')", a.leaf)
	case 3:
		a.what, a.words = "a checkpoint of another's key", "checkpoint"
		a.do("insert into audit_checkpoints (n, size, note) select max(n) + 1, max(size) + 1, $1 from audit_checkpoints", a.signed(a.forge, a.size()+1, prooflog.Checkpoint{}.Root))
	}
}

func newEvent(a *altered, q string) (id [16]byte) {
	a.t.Helper()
	if err := a.tx.QueryRow(a.t.Context(), q).Scan(&id); err != nil {
		a.t.Fatal(err)
	}
	return id
}

// signed is a checkpoint of a key over a size and a root.
func (a *altered) signed(k *prooflog.Keys, size int64, root [32]byte) string {
	a.t.Helper()
	c := a.last(a.t)
	c.Size, c.Root, c.Number = size, root, c.Number+1
	note, err := k.Sign(c)
	if err != nil {
		a.t.Fatal(err)
	}
	return note
}

// two are two numbers of the log.
func (a *altered) two() (x, y int64) {
	x, _ = a.some()
	for y = x; y == x; {
		y, _ = a.some()
	}
	a.leaf = x
	return x, y
}

func (a *altered) swap() {
	x, y := a.two()
	a.what = fmt.Sprintf("numbers %d and %d swapped", x, y)
	a.do("alter table audit_leaves drop constraint audit_leaves_once")
	a.do(`update audit_leaves l set event_id = o.event_id, event_at = o.event_at, salt = o.salt, seal = o.seal from audit_leaves o
		where l.leaf in ($1, $2) and o.leaf in ($1, $2) and l.leaf <> o.leaf`, x, y)
}

func (a *altered) swapContents() {
	x, y := a.two()
	a.what = fmt.Sprintf("what happened at %d and %d swapped", x, y)
	a.do(`update audit_events e set action = o.action || $3, recorded_at = o.recorded_at, detail = o.detail, request_id = o.request_id
		from audit_leaves l, audit_leaves m, audit_events o
		where l.leaf = any (array[$1, $2]::bigint[]) and m.leaf = any (array[$1, $2]::bigint[]) and l.leaf <> m.leaf and e.id = l.event_id and o.id = m.event_id`, x, y, "")
}

// cutTail takes the end off and leaves no trace inside of the database.
func (a *altered) cutTail() {
	keep := a.r.Int64N(a.size())
	a.what, a.words = fmt.Sprintf("cut to %d", keep), "cut off"
	var size int64
	err := a.tx.QueryRow(a.t.Context(), "select coalesce(max(size), 0) from audit_checkpoints where size <= $1", keep).Scan(&size)
	if err != nil {
		a.t.Fatal(err)
	}
	a.do("delete from audit_events e using audit_leaves l where l.event_id = e.id and l.leaf >= $1", size)
	a.do("delete from audit_leaves where leaf >= $1", size)
	a.do("delete from audit_checkpoints where size > $1", size)
	if size == 0 {
		a.do("delete from audit_tiles")
	} else {
		a.do("update audit_tiles set hashes = substr(hashes, 1, $1::int)", size*32)
	}
}

// rewriteTail changes an event and makes every hash fit again; only the
// signatures it cannot make.
func (a *altered) rewriteTail() { a.rewrite() }

func (a *altered) rewrite() (root [32]byte, size int64) {
	a.leaf, a.event = a.some()
	a.what = fmt.Sprintf("number %d and all hashes rewritten", a.leaf)
	a.do("update audit_events set action = 'case.forged' where id = $1", a.event)
	tree, err := prooflog.NewTree(0, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	rows, err := a.tx.Query(a.t.Context(), `select l.seal, e.id, e.at, e.recorded_at, e.actor_user_id, e.actor_org_id, e.actor_role, e.session_id, e.request_id, e.action, e.subject_type,
		e.subject_id, e.case_id, e.refused, e.xact::text from audit_leaves l join audit_events e on e.id = l.event_id order by l.leaf`)
	if err != nil {
		a.t.Fatal(err)
	}
	var seal []byte
	var e prooflog.Event
	_, err = pgx.ForEachRow(rows, []any{
		&seal, &e.ID, &e.At, &e.RecordedAt, &e.ActorUserID, &e.ActorOrgID, &e.ActorRole, &e.SessionID, &e.RequestID, &e.Action,
		&e.SubjectType, &e.SubjectID, &e.CaseID, &e.Refused, &e.Xact,
	}, func() error {
		tree.Append(e.Hash(seal))
		return nil
	})
	if err != nil {
		a.t.Fatal(err)
	}
	for tile, hashes := range tree.Changed() {
		a.do("update audit_tiles set hashes = $3 where level = $1 and n = $2", tile.Level, tile.N, hashes)
	}
	return tree.Root(), tree.Size()
}

// rewriteAndForge signs the rewritten log with another key of the same name.
func (a *altered) rewriteAndForge() {
	root, size := a.rewrite()
	a.what += ", signed by another key"
	a.do("update audit_checkpoints set note = $1 where n = (select max(n) from audit_checkpoints)", a.signed(a.forge, size, root))
	a.words = "altered or forged"
}

// emptyDetail erases without anybody having approved it.
func (a *altered) emptyDetail() {
	a.what = "a detail and its salt emptied"
	a.leaf, a.event = a.some()
	a.do("update audit_leaves set salt = null where leaf = $1", a.leaf)
	a.do("update audit_events set detail = '{}' where id = $1", a.event)
}

func (a *altered) deleteCheckpoints() {
	a.what, a.words = "checkpoints deleted", "checkpoint"
	switch a.r.IntN(3) {
	case 0:
		a.do("delete from audit_checkpoints")
	case 1:
		a.do("delete from audit_checkpoints where n >= $1", a.checkpoint())
	default:
		a.do("delete from audit_checkpoints where n = $1", a.checkpoint())
	}
}
