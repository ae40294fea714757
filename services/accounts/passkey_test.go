package accounts_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/accounts"
)

// device is a made-up authenticator that does as it is told, wrongs included.
type device struct {
	t      *testing.T
	key    *ecdsa.PrivateKey
	id     []byte
	user   []byte
	count  uint32
	origin string
	host   string
	flags  byte // 1 present, 4 unlocked
}

func newDevice(t *testing.T) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.New()
	return &device{t: t, key: key, id: id[:], origin: "http://localhost", host: "localhost", flags: 5}
}

func (d *device) client(kind string, challenge string) []byte {
	out, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func (d *device) authData(more byte, tail ...byte) []byte {
	host := sha256.Sum256([]byte(d.host))
	out := append(host[:], d.flags|more)
	return append(binary.BigEndian.AppendUint32(out, d.count), tail...)
}

func (d *device) answer(response map[string]string) []byte {
	out, err := json.Marshal(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response})
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (d *device) encode(v any) []byte {
	out, err := cbor.Marshal(v)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

type options struct {
	Challenge string
	User      struct{ ID string }
}

func (d *device) read(asked accounts.Asked) (out options) {
	if err := json.Unmarshal(asked.Options, &out); err != nil {
		d.t.Fatal(err)
	}
	return out
}

// makes is a new passkey for what was asked.
func (d *device) makes(asked accounts.Asked) accounts.NewPasskey {
	d.t.Helper()
	o := d.read(asked)
	d.user, _ = base64.RawURLEncoding.DecodeString(o.User.ID)
	point, err := d.key.PublicKey.Bytes()
	if err != nil {
		d.t.Fatal(err)
	}
	public := d.encode(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	tail := slices.Concat(make([]byte, 16), []byte{0, byte(len(d.id))}, d.id, public)
	return accounts.NewPasskey{Token: asked.Token, Name: "Laptop", Credential: d.answer(map[string]string{
		"clientDataJSON":    b64(d.client("webauthn.create", o.Challenge)),
		"attestationObject": b64(d.encode(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": d.authData(0x40, tail...)})),
	})}
}

// signs is the answer to what was asked.
func (d *device) signs(asked accounts.Asked) accounts.Signed {
	d.t.Helper()
	client, auth := d.client("webauthn.get", d.read(asked).Challenge), d.authData(0)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(slices.Clone(auth), hash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		d.t.Fatal(err)
	}
	return accounts.Signed{Token: asked.Token, Credential: d.answer(map[string]string{
		"clientDataJSON": b64(client), "authenticatorData": b64(auth), "signature": b64(sig), "userHandle": b64(d.user),
	})}
}

// registered is a device with a passkey of somebody.
func (b bench) registered(t *testing.T, who string) *device {
	t.Helper()
	d, ctx := newDevice(t), as(b.proven(t, who))
	asked, err := b.svc.AskNewPasskey(ctx)
	if err == nil {
		_, err = b.svc.AddPasskey(ctx, d.makes(asked))
	}
	if err != nil {
		t.Fatalf("adding a passkey: %v %v", err, models.FieldsOf(err))
	}
	d.count = 1
	return d
}

func (b bench) asked(t *testing.T, ctx context.Context) accounts.Asked {
	t.Helper()
	asked, err := b.svc.AskPasskey(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return asked
}

// page is a browser that nobody is signed in to.
var page = accounts.Credentials{Kind: accounts.Page, IP: home}

func TestAPasskeyLetsInOnlyWhoSignedThisChallengeHereOnceUnlocked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	d := b.registered(t, "vawg")
	in, err := b.svc.ByPasskey(ctx, page, d.signs(b.asked(t, ctx)))
	if err != nil {
		t.Fatalf("signing in: %v", err)
	}
	b.wantLive(t, in)
	if in.Pending || in.Actor.UserID != b.Person("vawg").ID || accounts.StepUp(as(in)) != nil {
		t.Errorf("got %+v, want somebody let in whose proof is fresh", in)
	}
	used := b.asked(t, ctx)
	d.count++
	if _, err := b.svc.ByPasskey(ctx, page, d.signs(used)); err != nil {
		t.Fatal(err)
	}
	stranger := newDevice(t)
	stranger.id, stranger.user = d.id, d.user
	expired := b.asked(t, ctx)
	b.Do(t, "update challenges set expires_at = now() - interval '1 second'")
	d.count++
	if _, err := b.svc.ByPasskey(ctx, page, d.signs(expired)); models.CodeOf(err) != models.CodeUnauthenticated { // before the next one sweeps it away
		t.Errorf("a challenge that ran out: got %v, want it refused", err)
	}
	confirming := b.asked(t, as(in))
	for name, wrong := range map[string]func(*device) accounts.Signed{
		"another origin": func(d *device) accounts.Signed {
			d.origin = "https://localhost.example"
			return d.signs(b.asked(t, ctx))
		},
		"another scheme":          func(d *device) accounts.Signed { d.origin = "https://localhost"; return d.signs(b.asked(t, ctx)) },
		"another site's name":     func(d *device) accounts.Signed { d.host = "localhost.example"; return d.signs(b.asked(t, ctx)) },
		"not unlocked":            func(d *device) accounts.Signed { d.flags = 1; return d.signs(b.asked(t, ctx)) },
		"nobody present":          func(d *device) accounts.Signed { d.flags = 0; return d.signs(b.asked(t, ctx)) },
		"a challenge used before": func(d *device) accounts.Signed { return d.signs(used) },
		"a challenge for a proof": func(d *device) accounts.Signed { return d.signs(confirming) },
		"another key":             func(*device) accounts.Signed { stranger.count = 90; return stranger.signs(b.asked(t, ctx)) },
		"somebody else's id": func(d *device) accounts.Signed {
			id := b.Person("refuge").ID
			d.user = id[:]
			return d.signs(b.asked(t, ctx))
		},
		"no id":                 func(d *device) accounts.Signed { d.user = nil; return d.signs(b.asked(t, ctx)) },
		"an invented challenge": func(d *device) accounts.Signed { a := b.asked(t, ctx); a.Token = "tlc_x"; return d.signs(a) },
		"one challenge under another": func(d *device) accounts.Signed {
			s := d.signs(b.asked(t, ctx))
			s.Token = b.asked(t, ctx).Token
			return s
		},
		"no answer": func(*device) accounts.Signed { return accounts.Signed{Token: b.asked(t, ctx).Token} },
		"an answer that is not one": func(*device) accounts.Signed {
			return accounts.Signed{Token: b.asked(t, ctx).Token, Credential: []byte(`{"id":1}`)}
		},
	} {
		again := *d
		again.count = 50
		if _, err := b.svc.ByPasskey(ctx, page, wrong(&again)); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Errorf("%s: got %v, want unauthenticated", name, err)
		}
	}
	b.Do(t, "update users set disabled_at = now() where email = 'vawg@demo.test'")
	d.count = 60
	if _, err := b.svc.ByPasskey(ctx, page, d.signs(b.asked(t, ctx))); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v for who may no longer sign in, want unauthenticated", err)
	}
}

func TestACopyOfAPasskeyIsRefusedAndItsOwnerTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	d := b.registered(t, "vawg")
	copied := *d
	d.count = 7
	if _, err := b.svc.ByPasskey(ctx, page, d.signs(b.asked(t, ctx))); err != nil {
		t.Fatal(err)
	}
	for _, count := range []uint32{7, 3, 0} {
		copied.count = count
		if _, err := b.svc.ByPasskey(ctx, page, copied.signs(b.asked(t, ctx))); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Errorf("got %v with the count at %d after 7, want unauthenticated", err, count)
		}
	}
	if n := b.Count(t, "select count(*) from account_notices where kind = 'passkey_copied' and user_id = $1", b.Person("vawg").ID); n != 3 {
		t.Errorf("told %d times, want 3", n)
	}
}

func TestAPasskeyIsAddedOnlyWhereItWasAskedForAndIsNobodyElsesProof(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := as(b.proven(t, "vawg"))
	for name, wrong := range map[string]func(*device){
		"another origin": func(d *device) { d.origin = "https://localhost.example" },
		"another site":   func(d *device) { d.host = "localhost.example" },
		"not unlocked":   func(d *device) { d.flags = 1 },
	} {
		asked, err := b.svc.AskNewPasskey(ctx)
		if err != nil {
			t.Fatal(err)
		}
		d := newDevice(t)
		wrong(d)
		if _, err := b.svc.AddPasskey(ctx, d.makes(asked)); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
		if _, err := b.svc.AddPasskey(ctx, newDevice(t).makes(asked)); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: got %v from the same challenge again, want invalid", name, err)
		}
	}
	asked, err := b.svc.AskNewPasskey(ctx)
	if err != nil {
		t.Fatal(err)
	}
	late, err := models.ActorFrom(ctx)
	if err != nil {
		t.Fatal(err)
	}
	late.SteppedUpAt = time.Now().Add(-models.StepUpFor)
	if _, err := b.svc.AddPasskey(models.WithActor(ctx, late), newDevice(t).makes(asked)); !models.NeedsStepUp(err) {
		t.Errorf("got %v five minutes after the proof, want to be asked for another", err)
	}
	if n := b.Count(t, "select count(*) from passkeys"); n != 0 {
		t.Fatalf("got %d passkeys, want none", n)
	}
	d := b.registered(t, "vawg")
	// Another person's passkey is no proof, though it would let that person in.
	other := as(b.proven(t, "refuge"))
	if _, err := b.svc.ByPasskey(other, page, d.signs(b.asked(t, other))); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v from another's passkey, want unauthenticated", err)
	}
	s, err := b.svc.SignIn(t.Context(), onPage(right("vawg")))
	if err != nil || !s.Pending {
		t.Fatalf("got %+v, %v, want to be asked for the passkey", s, err)
	}
	found, err := b.svc.ByCookie(t.Context(), s.Token)
	if err != nil {
		t.Fatal(err)
	}
	waits := accounts.WithWaiting(t.Context(), found)
	d.count = 20
	in, err := b.svc.ByPasskey(waits, page, d.signs(b.asked(t, waits)))
	if err != nil || in.Actor.SessionID == s.Actor.SessionID {
		t.Fatalf("got %+v, %v, want in on another session", in, err)
	}
	b.wantEnded(t, s)
}
