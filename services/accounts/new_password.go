package accounts

import (
	"context"
	"strings"

	"throughline/internal/pg"
	"throughline/models"
)

// NewPassword is somebody's wish for another password.
type NewPassword struct {
	Current, New string
	Device       string // the mark of their browser
}

// ChangePassword gives the actor another password. They must have proved who
// they are shortly before, and know the current one, counted as a sign-in is.
// Every session of theirs ends, and this one goes on under another id and
// secret. A wrong current password and an unfit new one are invalid, by field.
func (s *Service) ChangePassword(ctx context.Context, in NewPassword) (Started, error) {
	if err := stepUp(ctx); err != nil {
		return Started{}, err
	}
	me, err := selfOf(ctx)
	if err != nil {
		return Started{}, err
	}
	fields, err := s.unfit(ctx, in)
	if err != nil {
		return Started{}, err
	}
	if len(fields) > 0 {
		return Started{}, models.Invalid(fields...)
	}
	if err := s.samePassword(ctx, me, in.Current, in.Device); err != nil {
		if models.CodeOf(err) == models.CodeUnauthenticated && models.FieldsOf(err) != nil {
			return Started{}, models.Invalid(models.Field("current_password", models.FieldInvalid, "Your current password is not right"))
		}
		return Started{}, err
	}
	hash, err := HashPassword(in.New)
	if err != nil {
		return Started{}, err
	}
	return s.setPassword(ctx, me, hash)
}

// unfit says what is wrong with a wish for another password.
func (s *Service) unfit(ctx context.Context, in NewPassword) ([]models.FieldError, error) {
	var fields []models.FieldError
	if in.Current == "" {
		fields = append(fields, models.Field("current_password", models.FieldRequired, "Enter your current password"))
	}
	if in.New == "" {
		return append(fields, models.Field("new_password", models.FieldRequired, "Enter a new password")), nil
	}
	var who struct{ Email, Name, Org string }
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &who, `select u.email, u.name, o.name as org from users u join organisations o on o.id = u.org_id where u.id = (select app_user_id())`)
	})
	if err != nil {
		return nil, err
	}
	local, _, _ := strings.Cut(who.Email, "@")
	f := CheckPassword(in.New, who.Name, local, who.Org)
	if f == nil && in.Current == in.New {
		same := models.Field("new_password", models.FieldInvalid, "Choose a password that is not the one you have now")
		f = &same
	}
	if f != nil {
		f.Field = "new_password"
		fields = append(fields, *f)
	}
	return fields, nil
}

// setPassword stores the hash and gives the session another id and secret.
func (s *Service) setPassword(ctx context.Context, me self, hash string) (Started, error) {
	var out Started
	err := s.db.Write(asSystem(ctx, me.SessionID), func(ctx context.Context, tx *pg.Tx) error {
		var err error
		if out, _, err = s.renew(ctx, tx, me.SessionID, "", &hash); err != nil {
			return err
		}
		if err := tell(ctx, tx, me.UserID, ToldPassword, ""); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "password.changed", SubjectType: "user", SubjectID: me.UserID})
	})
	return out, err
}
