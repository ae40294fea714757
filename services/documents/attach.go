package documents

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"throughline/internal/blob"
	"throughline/internal/filecheck"
	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/subject"
)

// attach keeps the content first and the row second: where the row fails the
// content goes again, at once or when orphans are swept.
func (s *Service) attach(ctx context.Context, in Input, find finder) (Document, error) {
	if _, err := may(ctx); err != nil {
		return Document{}, err
	}
	if in.Kind == "" {
		in.Kind = models.NoteInternal
	}
	if err := s.allowed(ctx, &in, find); err != nil {
		return Document{}, err
	}
	file, err := filecheck.Check(in.Name, in.Content)
	if err != nil {
		return Document{}, refused(err)
	}
	k := &kept{
		id: models.NewID(), blob: blob.NewName(), key: blob.NewKey(), file: file, kind: in.Kind,
		name: filecheck.SafeName(in.Name, file.Kind), sent: sha256.Sum256(in.Content), sha: sha256.Sum256(file.Content),
	}
	sealed, err := blob.Seal(k.key, file.Content, belongs(k.id))
	if err != nil {
		return Document{}, models.Internal("sealing a file", err)
	}
	if err := s.store.Put(ctx, k.blob, sealed); err != nil {
		return Document{}, models.Unavailable("keeping a file", err)
	}
	var out Document
	err = pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			out, err = s.write(ctx, tx, k, find)
			return err
		})
	})
	if err != nil {
		// The caller may be gone; the content goes all the same.
		tidy, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		_ = s.store.Remove(tidy, k.blob)
	}
	return out, err
}

// belongs is what a content is bound to: that of one document is of no other.
func belongs(id uuid.UUID) []byte { return append([]byte("document|"), id[:]...) }

// kept is a file on its way into the database.
type kept struct {
	id        uuid.UUID
	blob      string
	key       []byte
	file      filecheck.File
	kind      models.NoteKind
	name      string
	sent, sha [sha256.Size]byte
}

// allowed asks everything that can be asked before the content is looked at.
func (s *Service) allowed(ctx context.Context, in *Input, find finder) error {
	return s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		about, err := find(ctx, tx)
		if err != nil {
			return err
		}
		if err := about.MayOpen(); err != nil {
			return err
		}
		if err := tx.FindReplay(ctx); err != nil {
			return err
		}
		if err := about.MayAdd(in.Kind, false); err != nil {
			return err
		}
		if int64(len(in.Content)) > s.MostFile {
			return tooLarge(s.MostFile)
		}
		return check(ctx, &about, in)
	})
}

func check(ctx context.Context, about *subject.Subject, in *Input) error {
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	if len(in.Content) == 0 {
		f.Add("file", models.FieldRequired, "Select a file that has something in it")
	}
	f.Join(models.CheckDocumentKind(in.Kind, about.OfReferral())...)
	if in.Kind == models.NoteCounselling && about.OfReferral() && !about.Receiver() {
		f.Add("kind", models.FieldNotOpen, "Only the service that was asked keeps counselling documents")
	}
	if len(f.List()) > 0 {
		return models.Invalid(f.List()...)
	}
	return nil
}

func (s *Service) write(ctx context.Context, tx *pg.Tx, k *kept, find finder) (Document, error) {
	about, err := find(ctx, tx)
	if err != nil {
		return Document{}, err
	}
	if err := tx.FindReplay(ctx); err != nil {
		return Document{}, err
	}
	if err := about.MayAdd(k.kind, false); err != nil {
		return Document{}, err
	}
	if err := s.quota(ctx, tx, int64(len(k.file.Content))); err != nil {
		return Document{}, err
	}
	out := Document{Author: tx.Actor.Name, Org: tx.Actor.OrgName, Referral: about.Reference, Own: true, Document: models.Document{
		ID: k.id, CaseID: about.CaseID, ReferralID: about.Referenced(), Kind: k.kind, Name: k.name, Type: string(k.file.Kind),
		Size: int64(len(k.file.Content)), At: tx.Now, ByUserID: tx.Actor.UserID, ByOrgID: tx.Actor.OrgID, Scan: models.ScanWaiting,
	}}
	out.Ready, out.Unscanned = s.ready(&out.Document)
	if err := tx.Keep(ctx, out); err != nil {
		return Document{}, err
	}
	d := &out.Document
	if _, err := tx.Exec(ctx, `insert into documents (id, case_id, referral_id, kind, name, type, size, at, by_user_id, by_org_id)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, d.ID, d.CaseID, d.ReferralID, d.Kind, tx.Vault.Seal(vault.DocumentName, d.ID, d.Name), d.Type, d.Size,
		d.At, d.ByUserID, d.ByOrgID); err != nil {
		return Document{}, err
	}
	key, err := tx.Vault.Bytes(vault.BlobKey, d.ID, k.key)
	if err != nil {
		return Document{}, err
	}
	if _, err := tx.Exec(ctx, "insert into blobs (document_id, name, key, sha256, sent_sha256) values (?, ?, ?, ?, ?)",
		d.ID, k.blob, key, k.sha[:], k.sent[:]); err != nil {
		return Document{}, err
	}
	return out, tx.Record(ctx, event("document.attached", d, map[string]any{"kind": d.Kind, "type": d.Type, "size": d.Size, "sha256": fmt.Sprintf("%x", k.sha)}))
}

func event(action string, d *models.Document, detail map[string]any) models.Event {
	if d.ReferralID != nil {
		detail["referral"] = *d.ReferralID
	}
	return models.Event{Action: action, SubjectType: "document", SubjectID: d.ID, CaseID: d.CaseID, Detail: detail}
}

// quota counts what the person attached in a day, and what the organisation
// keeps. Two who attach at once wait for each other.
func (s *Service) quota(ctx context.Context, tx *pg.Tx, size int64) error {
	var used struct{ ByUser, ByOrg int64 }
	if err := tx.Scan(ctx, &used, "select by_user, by_org from app_documents_used(clock_timestamp() - make_interval(secs => ?))", Day.Seconds()); err != nil {
		return err
	}
	switch {
	case used.ByUser+size > s.MostPerDay:
		return models.TooMany("You have attached as much as one person may in a day. Try again tomorrow, or ask a colleague.", time.Hour)
	case used.ByOrg+size > s.MostKept:
		return &models.Error{Code: models.CodeTooLarge, Message: "Your organisation has no room left for documents. Ask the operator for more."}
	}
	return nil
}

func tooLarge(most int64) error {
	return &models.Error{Code: models.CodeTooLarge, Message: fmt.Sprintf("The file is too large. It can have up to %d MB.", most>>20)}
}

// refused says in plain words why a file is not kept.
func refused(err error) error {
	for _, why := range []struct {
		is   error
		code string
		say  string
	}{
		{filecheck.ErrPixels, models.FieldInvalid, "The picture is too large. Make it smaller, to under 50 million pixels"},
		{filecheck.ErrBomb, models.FieldInvalid, "The file unpacks to far more than it is. Save it again, or as a PDF"},
		{filecheck.ErrLocked, models.FieldInvalid, "The file is locked with a password. Take the password off and attach it again"},
		{filecheck.ErrActive, models.FieldInvalid, "The file holds a macro, a form, a link to another file or another file. Print it to a PDF and attach that"},
		{filecheck.ErrDamaged, models.FieldInvalid, "The file is damaged or cannot be read. Save it again and attach that"},
	} {
		if errors.Is(err, why.is) {
			return models.Invalid(models.Field("file", why.code, why.say))
		}
	}
	say := "Attach a PDF, a picture (JPEG or PNG), a text file (.txt), or a Word or OpenDocument text without macros."
	if errors.Is(err, filecheck.ErrName) {
		say = "The name of the file does not fit what is in it. Save it under its right name, such as letter.pdf."
	}
	return &models.Error{Code: models.CodeUnsupportedType, Message: say}
}
