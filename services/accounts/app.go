package accounts

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"throughline/internal/pg"
	"throughline/models"
)

// The codes of an authenticator app, as every app makes them (RFC 6238): six
// digits, a step of 30 seconds; one step either way is taken, for clocks that
// differ a little.
const (
	appStep   = 30
	appSecret = 20 // bytes
	appLeeway = 1
	// appOffer is how long a key that is shown may be confirmed with its first
	// code.
	appOffer = 15 * time.Minute
)

var base32Key = base32.StdEncoding.WithPadding(base32.NoPadding)

// AppOffer is a key that an authenticator app can be given. Nothing is stored
// until its first code has come back: Sealed goes to the page and returns with
// the code, readable by nobody on the way.
type AppOffer struct {
	URI    string // otpauth://, for the picture
	Key    string // the same key to type in, in groups of four
	Sealed string
}

// OfferApp makes a key for whoever is signed in or waits to be.
func (s *Service) OfferApp(ctx context.Context) (AppOffer, error) {
	me, err := selfOf(ctx)
	if err != nil {
		return AppOffer{}, err
	}
	plain := make([]byte, 8+appSecret)
	binary.BigEndian.PutUint64(plain, uint64(time.Now().Unix())) //nolint:gosec // not before 1970
	_, _ = rand.Read(plain[8:])                                  // never fails
	sealed, err := s.keys.Seal(plain, offerOf(me))
	if err != nil {
		return AppOffer{}, models.Internal("sealing a key", err)
	}
	return offered(plain[8:], base64.RawURLEncoding.EncodeToString(sealed), me), nil
}

// SameOffer shows an offer again, for who mistyped its first code. An offer that
// is too old, or another person's, is replaced by a new one.
func (s *Service) SameOffer(ctx context.Context, sealed string) (AppOffer, error) {
	me, err := selfOf(ctx)
	if err != nil {
		return AppOffer{}, err
	}
	secret, ok := s.openOffer(me, sealed)
	if !ok {
		return s.OfferApp(ctx)
	}
	return offered(secret, sealed, me), nil
}

func offered(secret []byte, sealed string, me self) AppOffer {
	key := base32Key.EncodeToString(secret)
	uri := url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/Throughline:" + me.Name,
		RawQuery: "secret=" + key + "&issuer=Throughline&algorithm=SHA1&digits=6&period=30",
	}
	var groups []string
	for i := 0; i < len(key); i += 4 {
		groups = append(groups, key[i:min(i+4, len(key))])
	}
	return AppOffer{URI: uri.String(), Key: strings.Join(groups, " "), Sealed: sealed}
}

func offerOf(me self) []byte { return []byte("app offer\n" + me.UserID.String()) }

func (s *Service) openOffer(me self, text string) ([]byte, bool) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, false
	}
	plain, err := s.keys.Open(sealed, offerOf(me))
	if err != nil || len(plain) != 8+appSecret {
		return nil, false
	}
	at := time.Unix(int64(binary.BigEndian.Uint64(plain)), 0) //nolint:gosec // we wrote it
	return plain[8:], time.Since(at) < appOffer
}

// NewApp is an offer whose first code came back.
type NewApp struct {
	Sealed, Code, Name string
	EndOthers          bool // sign the person out everywhere else
}

// AddApp adds an authenticator app. Who is signed in must have proved who they
// are shortly before; who waits to be is signed in with it. A wrong code is
// invalid, and counts as a guess does.
func (s *Service) AddApp(ctx context.Context, in NewApp) (Enrolled, error) {
	me, err := selfOf(ctx)
	if err != nil {
		return Enrolled{}, err
	}
	if !me.waits {
		if err := stepUp(ctx); err != nil {
			return Enrolled{}, err
		}
	}
	name, err := nameOf(in.Name, "Authenticator app")
	if err != nil {
		return Enrolled{}, err
	}
	secret, ok := s.openOffer(me, in.Sealed)
	if !ok {
		return Enrolled{}, models.Invalid(models.Field("code", models.FieldInvalid, "This key is more than 15 minutes old. Add the new one below to your app"))
	}
	step, ok := stepOf(secret, digits(in.Code), time.Now().Unix(), 0)
	if !ok {
		return Enrolled{}, models.Invalid(models.Field("code", models.FieldInvalid, "The code is not right. Enter the 6 digits your app shows now"))
	}
	a := added{kind: App, id: models.NewID(), name: name, end: in.EndOthers}
	sealed, err := s.keys.Seal(secret, appKeyOf(me.UserID, a.id))
	if err != nil {
		return Enrolled{}, models.Internal("sealing a key", err)
	}
	return s.enrol(ctx, me, a, func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, "insert into app_keys (id, user_id, sealed, last_step, name) values ($1, $2, $3, $4, $5)",
			a.id, me.UserID, sealed, step, name)
		return err
	})
}

// enrol adds a factor with put, and what follows.
func (s *Service) enrol(ctx context.Context, me self, a added, put func(context.Context, *pg.Tx) error) (Enrolled, error) {
	var out Enrolled
	err := s.db.Write(me.context(ctx), func(ctx context.Context, tx *pg.Tx) error {
		if err := only(ctx, tx, me.UserID); err != nil {
			return err
		}
		var have []Factor
		if err := tx.Scan(ctx, &have, `select id from (`+factorsSQL+`) f`, me.UserID); err != nil {
			return err
		}
		switch {
		case me.waits && len(have) > 0:
			return models.Unauthenticated()
		case len(have) >= mostFactors:
			return models.Conflict("You have ten passkeys and apps already. Remove one that you no longer use first.")
		}
		if err := put(ctx, tx); err != nil {
			return err
		}
		var err error
		out, err = s.added(ctx, tx, me, a)
		return err
	})
	return out, err
}

// appKeyOf is what a sealed key is bound to: moved to another row or another
// person it opens no more.
func appKeyOf(user, id uuid.UUID) []byte {
	return []byte("app key\n" + user.String() + "\n" + id.String())
}

// digits keeps the digits of a code as people type it, "" where it is none.
func digits(code string) string {
	code = strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(code))
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return ""
	}
	return code
}

// stepOf finds the step a code belongs to, if it is later than after and within
// the leeway of now.
func stepOf(secret []byte, code string, now, after int64) (int64, bool) {
	if code == "" {
		return 0, false
	}
	found := int64(0)
	for d := int64(-appLeeway); d <= appLeeway; d++ {
		step := now/appStep + d
		want, err := hotp.GenerateCodeCustom(base32Key.EncodeToString(secret), uint64(step), //nolint:gosec // not before 1970
			hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && hmac.Equal([]byte(want), []byte(code)) && step > after {
			found = step
		}
	}
	return found, found > 0
}

// takeAppCode takes a code of one of the person's apps, once: the step it
// belongs to, and every one before, is spent with it.
func (s *Service) takeAppCode(ctx context.Context, tx *pg.Tx, user uuid.UUID, code string) (bool, error) {
	var rows []struct {
		ID       uuid.UUID
		Sealed   []byte
		LastStep int64
	}
	if err := tx.Scan(ctx, &rows, "select id, sealed, last_step from app_keys where user_id = $1", user); err != nil {
		return false, err
	}
	for _, r := range rows {
		secret, err := s.keys.Open(bytes.Clone(r.Sealed), appKeyOf(user, r.ID))
		if err != nil {
			return false, models.Internal("opening the key of an authenticator app", err)
		}
		step, ok := stepOf(secret, code, time.Now().Unix(), r.LastStep)
		if !ok {
			continue
		}
		n, err := tx.Exec(ctx, "update app_keys set last_step = $3, last_used_at = clock_timestamp() where id = $1 and user_id = $2 and last_step < $3", r.ID, user, step)
		return n == 1, err
	}
	return false, nil
}
