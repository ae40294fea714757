package audit

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"throughline/internal/pg"
	"throughline/internal/prooflog"
	"throughline/models"
)

// hash is one hash of the log.
type hash = tlog.Hash

// Checkpoint is what the log has signed last. Note is the signed text, and the
// only part of it that proves anything.
type Checkpoint struct {
	Number int64
	Size   int64
	Note   string
}

// Proof shows that an event is in the log, to whoever has the log's public key.
type Proof prooflog.Bundle

const (
	lastSQL = "select n as number, size, note from audit_checkpoints order by n desc limit 1"
	leafSQL = `select l.leaf, l.salt, l.seal, ` + eventColumns + `, e.detail::text as detail from audit_events e
join audit_leaves l on l.event_id = e.id and l.event_at = e.at where e.id = ?`
)

// Checkpoint returns the last checkpoint. It is for everybody who is signed in:
// it says how many events there are, and of whom nothing. Before the first it is
// not found.
func (s *Service) Checkpoint(ctx context.Context) (Checkpoint, error) {
	var out Checkpoint
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = lastCheckpoint(ctx, tx)
		return err
	})
	return out, err
}

func lastCheckpoint(ctx context.Context, tx *pg.Tx) (Checkpoint, error) {
	var out Checkpoint
	if err := tx.Scan(ctx, &out, lastSQL); err != nil {
		return out, models.Internal("reading the last checkpoint", err)
	}
	if out.Number == 0 {
		return out, models.NotFound("checkpoint")
	}
	return out, nil
}

// Prove returns the proof that an event is in the log: for those who may read the
// event, who are told of it with its detail. Nobody else finds it, and neither
// does anybody in the moments before it has a number. from asks besides for the
// proof that the checkpoint of that size is the beginning of this log; 0 asks for
// none. That a proof was taken is on record.
func (s *Service) Prove(ctx context.Context, event uuid.UUID, from int64) (Proof, error) {
	if err := allowed(ctx); err != nil {
		return Proof{}, err
	}
	var out Proof
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = prove(ctx, tx, event, from); err != nil {
			return err
		}
		e := models.Event{Action: "audit.proved", SubjectType: "audit_event", SubjectID: event}
		if id := out.Event.CaseID; id != nil {
			e.CaseID = *id
		}
		return tx.Record(ctx, e)
	})
	return out, err
}

func prove(ctx context.Context, tx *pg.Tx, event uuid.UUID, from int64) (Proof, error) {
	c, err := lastCheckpoint(ctx, tx)
	if err != nil {
		return Proof{}, err
	}
	var rows []struct {
		prooflog.Event
		Leaf       int64
		Salt, Seal []byte
		Detail     string
	}
	if err := tx.Scan(ctx, &rows, leafSQL, event); err != nil {
		return Proof{}, models.Internal("reading an event of the log", err)
	}
	if len(rows) != 1 || rows[0].Leaf >= c.Size {
		return Proof{}, models.NotFound("event of the log")
	}
	if from < 0 || from > c.Size {
		e := models.Malformed("There is no checkpoint of that size yet.")
		e.Fields = []models.FieldError{models.Field("from", models.FieldInvalid, "Send the size of an earlier checkpoint of this log.")}
		return Proof{}, e
	}
	r := rows[0]
	r.At, r.RecordedAt = r.At.UTC(), r.RecordedAt.UTC()
	out := Proof{Format: prooflog.BundleFormat, Event: r.Event, Salt: r.Salt, Seal: r.Seal, Leaf: r.Leaf, Checkpoint: c.Note, FromSize: from}
	if r.Salt != nil {
		out.Detail = &r.Detail
	}
	reader := prooflog.Reader(func(list []prooflog.Tile) (map[prooflog.Tile][]hash, error) { return tilesOf(ctx, tx, list) })
	inclusion, err := tlog.ProveRecord(c.Size, r.Leaf, reader)
	if err != nil {
		return Proof{}, models.Internal("proving an event", err)
	}
	out.Inclusion = prooflog.Hashes(inclusion)
	if from > 0 {
		earlier, err := tlog.ProveTree(c.Size, from, reader)
		if err != nil {
			return Proof{}, models.Internal("proving an earlier checkpoint", err)
		}
		out.Consistency = prooflog.Hashes(earlier)
	}
	return out, nil
}

// File is the proof as the file a court gets: everything in it stands on the
// public key alone.
func (p Proof) File() ([]byte, error) {
	file, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return nil, models.Internal("writing an evidence file", err)
	}
	return append(file, '\n'), nil
}
