package pg

import (
	"bytes"
	"context"

	"throughline/models"
)

// FindReplay adds to a batch the look-up of the request's idempotency key. The
// result is read after Send with Replayed.
func (b *Batch) FindReplay() *Kept {
	k := &Kept{request: models.RequestFrom(b.ctx)}
	if k.request.IdempotencyKey == "" {
		return k
	}
	b.Query(One(&k.found, &k.hash, &k.answer),
		"select request_hash, answer from idempotency_keys where user_id = $1 and route = $2 and key = $3",
		b.Actor.UserID, k.request.Route, k.request.IdempotencyKey)
	return k
}

// Kept is what an idempotency key was answered with, if it was used before.
type Kept struct {
	request *models.Request
	found   bool
	hash    []byte
	answer  []byte
}

// Check returns a models.Replay where the key was answered before, an invalid
// error where it was used for another request, a precondition error where one
// is required and none was sent, and nil where the act may go on.
func (k *Kept) Check() error {
	switch {
	case k.found && !bytes.Equal(k.hash, k.request.BodyHash):
		return models.Invalid(models.Field("Idempotency-Key", models.FieldInvalid, "This key was used for another request. Use a new one."))
	case k.found:
		return &models.Replay{Answer: k.answer}
	case k.request.KeyRequired && k.request.IdempotencyKey == "":
		return models.PreconditionRequired("Send an Idempotency-Key with this request.")
	}
	return nil
}

// keepSQL has the primary key make a parallel twin wait for the first; once
// that has committed the twin fails on idempotency_keys_once, and Once asks again.
const keepSQL = `insert into idempotency_keys (user_id, route, key, request_hash, answer) values ($1, $2, $3, $4, $5)`

// Keep adds to the batch the answer to this request, sealed, so that a replay
// is told the same. It belongs in the transaction of the change.
func (b *Batch) Keep(answer any) {
	r := models.RequestFrom(b.ctx)
	if r.IdempotencyKey == "" || r.Seal == nil {
		return
	}
	sealed, err := r.Seal(answer)
	if err != nil {
		b.err = models.Internal("sealing an answer", err)
		return
	}
	b.Exec(keepSQL, b.Actor.UserID, r.Route, r.IdempotencyKey, r.BodyHash, sealed)
}

// KeepLater is Keep for an answer that the batch itself reads, after its
// change: answer is called once the statements have run and before they are
// committed.
func (b *Batch) KeepLater(answer func() any) {
	if r := models.RequestFrom(b.ctx); r.IdempotencyKey != "" && r.Seal != nil {
		b.later = answer
	}
}

// IsTwin reports whether a write failed because the same key was being used
// by a request that has since committed.
func IsTwin(err error) bool { return Constraint(err) == "idempotency_keys_once" }

// FindReplay is Batch.FindReplay and Check in one, inside a transaction.
func (tx *Tx) FindReplay(ctx context.Context) error {
	k := &Kept{request: models.RequestFrom(ctx)}
	if k.request.IdempotencyKey != "" {
		var row struct{ RequestHash, Answer []byte }
		r := tx.gorm.WithContext(ctx).Raw("select request_hash, answer from idempotency_keys where user_id = ? and route = ? and key = ?",
			tx.Actor.UserID, k.request.Route, k.request.IdempotencyKey).Scan(&row)
		if r.Error != nil {
			return r.Error
		}
		k.found, k.hash, k.answer = r.RowsAffected > 0, row.RequestHash, row.Answer
	}
	return k.Check()
}

// Keep is Batch.Keep inside a transaction.
func (tx *Tx) Keep(ctx context.Context, answer any) error {
	r := models.RequestFrom(ctx)
	if r.IdempotencyKey == "" || r.Seal == nil {
		return nil
	}
	sealed, err := r.Seal(answer)
	if err != nil {
		return models.Internal("sealing an answer", err)
	}
	_, err = tx.Exec(ctx, keepSQL, tx.Actor.UserID, r.Route, r.IdempotencyKey, r.BodyHash, sealed)
	return err
}

// Once runs a create or an action that may be the parallel twin of another
// with the same key: the twin waits for the first and, once it has committed,
// do is run again, finds the kept answer and returns it as a models.Replay.
func Once(do func() error) error {
	err := do()
	if IsTwin(err) {
		return do()
	}
	return err
}
