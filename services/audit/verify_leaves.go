package audit

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/prooflog"
)

// lastRead is the database and the snapshot a checkpoint was made from.
func lastRead(c prooflog.Checkpoint) (system, snapshot string) {
	system, snapshot, _ = strings.Cut(c.Read, " ")
	if !snapshotForm.MatchString(snapshot) {
		return "", "1:1:"
	}
	return system, snapshot
}

// line is one number of the log with its event.
type line struct {
	leaf       int64
	id         uuid.UUID // of the event, as the number says
	at         time.Time
	salt, seal []byte
	there      bool // the event is
	event      *prooflog.Event
	detail     string

	made, kept hash // computed from the event; as the tiles have it
	gone       bool // the number itself is missing
	told       bool // what is to be said of its detail has been
}

const linesSQL = `select l.leaf, l.event_id, l.event_at, l.salt, l.seal, e.id is not null, coalesce(e.id, l.event_id), coalesce(e.at, l.event_at),
  coalesce(e.recorded_at, l.event_at), e.actor_user_id, e.actor_org_id, e.actor_role, e.session_id, e.request_id, coalesce(e.action, ''),
  coalesce(e.subject_type, ''), e.subject_id, e.case_id, coalesce(e.refused, false), coalesce(e.xact::text, ''), coalesce(e.detail::text, '')
from audit_leaves l left join audit_events e on e.at = l.event_at and e.id = l.event_id
order by l.leaf`

// leaves goes through the log, number by number, from checkpoint to checkpoint.
func (v *verifier) leaves(ctx context.Context) error {
	var err error
	if v.tree, err = prooflog.NewTree(0, nil); err != nil {
		return err
	}
	tiles, err := v.tiles(ctx)
	if err != nil {
		return err
	}
	rows, err := v.tx.Query(ctx, linesSQL)
	if err != nil {
		return err
	}
	defer rows.Close()
	var pending []line
	next := int64(0)
	add := func(l line) {
		l.kept = tiles.leaf(l.leaf)
		if l.there && l.made == l.kept {
			v.detail(&l) // nothing more is asked of it but its hash
		}
		pending = append(pending, l)
		next = l.leaf + 1
		for len(v.marks) > 0 && v.marks[0].Size <= next {
			pending = v.settle(pending)
		}
	}
	signed := int64(0)
	if len(v.marks) > 0 {
		signed = v.marks[len(v.marks)-1].Size
	}
	for rows.Next() {
		l, err := scanLine(rows)
		if err != nil {
			return err
		}
		if l.leaf >= signed || l.leaf < next {
			v.found(l.leaf, l.id, "it was never signed: no checkpoint counts so far")
			continue
		}
		for next < l.leaf {
			add(line{leaf: next, gone: true})
		}
		v.out.Events++
		add(l)
	}
	if rows.Err() != nil {
		return rows.Err()
	}
	v.end(next, signed, pending)
	tiles.compare(v)
	return nil
}

// end tells what is missing at the end.
func (v *verifier) end(next, signed int64, pending []line) {
	if next < signed {
		v.found(next, uuid.Nil, "the log ends here, and %d events were signed: the end was cut off", signed)
	}
	v.broken = v.broken || next < signed
	v.differences(pending)
	v.marks = nil
}

func scanLine(rows pgx.Rows) (line, error) {
	l := line{event: &prooflog.Event{}}
	e := l.event
	err := rows.Scan(&l.leaf, &l.id, &l.at, &l.salt, &l.seal, &l.there, &e.ID, &e.At, &e.RecordedAt, &e.ActorUserID, &e.ActorOrgID, &e.ActorRole,
		&e.SessionID, &e.RequestID, &e.Action, &e.SubjectType, &e.SubjectID, &e.CaseID, &e.Refused, &e.Xact, &l.detail)
	l.made = e.Hash(l.seal)
	return l, err
}

// settle compares what came since the checkpoint before with the next one. Where
// the events themselves give the root that was signed, they are right; where the
// stored hashes do and the events do not, the events that differ were altered.
func (v *verifier) settle(pending []line) []line {
	mark := v.marks[0]
	v.marks = v.marks[1:]
	n := 0
	for n < len(pending) && pending[n].leaf < mark.Size {
		n++
	}
	part, rest := pending[:n], pending[n:]
	byEvents, byHashes := v.tree, v.tree
	if n > 0 {
		byEvents, byHashes = v.tree.Clone(), v.tree.Clone()
		for i := range part {
			byEvents.Append(part[i].made)
			byHashes.Append(part[i].kept)
		}
	}
	events, hashes := byEvents.Root() == mark.Root && !lost(part), byHashes.Root() == mark.Root
	switch {
	case v.broken:
		v.differences(part)
	case events:
		for i := range part {
			part[i].kept = part[i].made // the tiles are compared with the tree at the end
			v.detail(&part[i])
		}
	case hashes:
	default:
		v.broken = true
		first := int64(0)
		if n > 0 {
			first = part[0].leaf
		}
		v.found(first, uuid.Nil, "from here to number %d the log is not what checkpoint %d of %s signed", mark.Size-1, mark.Number, mark.Time.Format(time.RFC3339))
		v.name(part)
	}
	if !v.broken && !events {
		v.differences(part)
	}
	for i := range part {
		v.tree.Append(part[i].kept)
	}
	return rest
}

func lost(part []line) bool {
	for i := range part {
		if part[i].gone || !part[i].there {
			return true
		}
	}
	return false
}

// name lists the events of a part that cannot be trusted as a whole.
func (v *verifier) name(part []line) {
	for i := range part {
		v.found(part[i].leaf, part[i].id, "it is among those that do not fit the signature")
	}
	v.differences(part)
}

// differences tells of every line that is not what its hash says.
func (v *verifier) differences(part []line) {
	kept := map[hash]int64{}
	for i := range part {
		kept[part[i].kept] = part[i].leaf
	}
	for i := range part {
		l := &part[i]
		switch other, known := kept[l.made]; {
		case l.gone:
			v.found(l.leaf, uuid.Nil, "the number is gone")
		case !l.there:
			v.found(l.leaf, l.id, "the event is gone, or its id or time was changed")
		case l.made == l.kept:
			v.detail(l)
		case known:
			v.found(l.leaf, l.id, "it was reordered: by its hash it is number %d", other)
		case l.event.Hash(prooflog.Seal(l.salt, l.detail)) == l.kept:
			v.found(l.leaf, l.id, "the seal of its detail was changed")
		default:
			v.found(l.leaf, l.id, "it was changed: it is not what was signed")
		}
	}
}

// detail compares the detail of a sound event with its seal, and notes erasures.
func (v *verifier) detail(l *line) {
	if l.told {
		return
	}
	defer func() { l.told, l.event, l.detail, l.salt, l.seal = true, nil, "", nil, nil }()
	if l.event.Action == "audit.detail_erased" && l.event.SubjectID != nil {
		v.erasures[*l.event.SubjectID] = true
	}
	switch {
	case l.salt == nil && l.detail == "{}":
		v.seals[l.id] = l.leaf
	case l.salt == nil:
		v.found(l.leaf, l.id, "its salt is gone and its detail is not: one of them was changed")
	case !bytes.Equal(prooflog.Seal(l.salt, l.detail), l.seal):
		v.found(l.leaf, l.id, "its detail or its salt was changed: they do not fit the seal that was signed")
	}
}

// storedTiles are the hashes as the database keeps them: 32 bytes an event.
type storedTiles map[prooflog.Tile][]byte

func (v *verifier) tiles(ctx context.Context) (storedTiles, error) {
	rows, err := v.tx.Query(ctx, "select level, n, hashes from audit_tiles")
	if err != nil {
		return nil, err
	}
	out := storedTiles{}
	var t prooflog.Tile
	var b []byte
	_, err = pgx.ForEachRow(rows, []any{&t.Level, &t.N, &b}, func() error {
		out[t] = bytes.Clone(b)
		return nil
	})
	return out, err
}

// leaf is the stored hash of a number; nothing where there is none.
func (s storedTiles) leaf(n int64) (h hash) {
	b := s[prooflog.Tile{N: n / 256}]
	if at := int(n%256) * len(h); at+len(h) <= len(b) {
		copy(h[:], b[at:])
	}
	return h
}

// compare holds every stored tile against the tree of what was signed.
func (s storedTiles) compare(v *verifier) {
	if v.broken {
		return // what the tree should be is not known
	}
	want := v.tree.Changed()
	for tile, b := range s {
		right, expected := want[tile]
		switch {
		case !expected:
			v.found(-1, uuid.Nil, "there is a tile %d of level %d of hashes, and no events for it", tile.N, tile.Level)
		case !bytes.Equal(b, right):
			v.found(-1, uuid.Nil, "the stored hashes of tile %d of level %d%s were changed", tile.N, tile.Level, leavesOf(tile, b, right))
		}
	}
	for tile := range want {
		if _, there := s[tile]; !there {
			v.found(-1, uuid.Nil, "the stored hashes of tile %d of level %d are gone", tile.N, tile.Level)
		}
	}
}

// leavesOf says which numbers a changed tile of level 0 is about.
func leavesOf(t prooflog.Tile, have, want []byte) string {
	if t.Level > 0 {
		return ""
	}
	for i := 0; i < max(len(have), len(want)); i++ {
		if i >= len(have) || i >= len(want) || have[i] != want[i] {
			return fmt.Sprintf(" from number %d on", t.N*256+int64(i/32))
		}
	}
	return ""
}
