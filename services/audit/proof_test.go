package audit_test

import (
	"crypto/sha256"
	"encoding/base64"
	"math/bits"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"throughline/internal/prooflog"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/audit"
)

// mth is the Merkle tree hash as RFC 6962 section 2.1 defines it, word for word
// and by nothing of ours.
func mth(leaves [][]byte) [32]byte {
	switch n := len(leaves); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	default:
		k := 1 << (bits.Len(uint(n-1)) - 1) // the largest power of two below n
		l, r := mth(leaves[:k]), mth(leaves[k:])
		return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
	}
}

// path is PATH(m, D[n]) of RFC 6962 section 2.1.1.
func path(m int, leaves [][]byte) [][32]byte {
	n := len(leaves)
	if n == 1 {
		return nil
	}
	k := 1 << (bits.Len(uint(n-1)) - 1)
	if m < k {
		return append(path(m, leaves[:k]), mth(leaves[k:]))
	}
	return append(path(m-k, leaves[k:]), mth(leaves[:k]))
}

// subproof is SUBPROOF(m, D[n], b) of RFC 6962 section 2.1.2.
func subproof(m int, leaves [][]byte, whole bool) [][32]byte {
	n := len(leaves)
	if m == n {
		if whole {
			return nil
		}
		return [][32]byte{mth(leaves)}
	}
	k := 1 << (bits.Len(uint(n-1)) - 1)
	if m <= k {
		return append(subproof(m, leaves[:k], whole), mth(leaves[k:]))
	}
	return append(subproof(m-k, leaves[k:], false), mth(leaves[:k]))
}

func same(t *testing.T, what string, got []string, want [][32]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: got %d hashes, want %d", what, len(got), len(want))
		return
	}
	for i, h := range want {
		if got[i] != base64.StdEncoding.EncodeToString(h[:]) {
			t.Errorf("%s: hash %d is %s, want %x", what, i, got[i], h)
		}
	}
}

func TestProofsAreThoseOfTheStandard(t *testing.T) {
	t.Parallel()
	var leaves [][]byte
	tree, err := prooflog.NewTree(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	tiles := map[prooflog.Tile][]tlog.Hash{}
	reader := prooflog.Reader(func([]prooflog.Tile) (map[prooflog.Tile][]tlog.Hash, error) { return tiles, nil })
	sizes := map[int]bool{1: true, 2: true, 3: true, 7: true, 8: true, 255: true, 256: true, 257: true, 511: true, 512: true, 700: true}
	for n := 1; n <= 700; n++ {
		leaf := []byte{byte(n), byte(n >> 8), 'x'}
		leaves = append(leaves, leaf)
		tree.Append(tlog.RecordHash(leaf))
		for tile, b := range tree.Changed() {
			tiles[tile] = prooflog.TileHashes(b)
		}
		if !sizes[n] {
			continue
		}
		if got, want := tree.Root(), mth(leaves); got != tlog.Hash(want) {
			t.Fatalf("%d leaves: got root %x, want %x", n, got, want)
		}
		again, err := prooflog.NewTree(int64(n), func(t prooflog.Tile) ([]tlog.Hash, error) { return tiles[t], nil })
		if err != nil || again.Root() != tree.Root() {
			t.Errorf("%d leaves, read again: %v", n, err)
		}
		for m := 0; m < n; m += 1 + n/9 {
			p, err := tlog.ProveRecord(int64(n), int64(m), reader)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "inclusion", prooflog.Hashes(p), path(m, leaves))
			c, err := tlog.ProveTree(int64(n), int64(m+1), reader)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "consistency", prooflog.Hashes(c), subproof(m+1, leaves, true))
		}
	}
}

func TestEvidenceStandsOnThePublicKeyAlone(t *testing.T) {
	t.Parallel()
	b := aLog(t)
	svc := audit.New(b.DB)
	c := b.Case(t, b.As("police"))
	act(t, b.Stage, "police", c.ID, 5)
	b.number(t)
	earlier := b.note(t)
	act(t, b.Stage, "police", c.ID, 4)
	b.number(t)
	var id uuid.UUID
	if err := b.Owner.QueryRow(t.Context(), "select id from audit_events where action = 'case.viewed' order by recorded_at limit 1").Scan(&id); err != nil {
		t.Fatal(err)
	}
	old, err := b.keys.Open(earlier)
	if err != nil {
		t.Fatal(err)
	}
	p, err := svc.Prove(b.As("police.manager"), id, old.Size)
	if err != nil {
		t.Fatal(err)
	}
	file, err := p.File()
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := prooflog.ReadBundle(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := bundle.Check(b.keys.Public); err != nil || got.Size != b.last(t).Size || got.Number != 2 {
		t.Errorf("got checkpoint %+v, %v, want it proved by the second", got, err)
	}
	if err := bundle.CheckSince(b.keys.Public, earlier); err != nil {
		t.Errorf("the earlier checkpoint: %v", err)
	}
	if bundle.Detail == nil || *bundle.Detail != `{"turn": 0}` || bundle.Event.ActorUserID == nil || *bundle.Event.ActorUserID != b.Actor("police").UserID {
		t.Errorf("got %+v, want who did what", bundle)
	}
	// Whatever is altered in the file, it proves nothing any more.
	other := uuid.New()
	for name, alter := range map[string]func(*prooflog.Bundle){
		"who":          func(b *prooflog.Bundle) { b.Event.ActorUserID = &other },
		"nobody":       func(b *prooflog.Bundle) { b.Event.ActorUserID = nil },
		"what":         func(b *prooflog.Bundle) { b.Event.Action = "case.logged" },
		"when":         func(b *prooflog.Bundle) { b.Event.At = b.Event.At.Add(time.Microsecond) },
		"the outcome":  func(b *prooflog.Bundle) { b.Event.Refused = true },
		"the detail":   func(b *prooflog.Bundle) { s := `{"turn": 1}`; b.Detail = &s },
		"no detail":    func(b *prooflog.Bundle) { b.Detail = nil },
		"the salt":     func(b *prooflog.Bundle) { b.Salt[0] ^= 1 },
		"no salt":      func(b *prooflog.Bundle) { b.Salt = nil },
		"the seal":     func(b *prooflog.Bundle) { b.Seal[0] ^= 1 },
		"the number":   func(b *prooflog.Bundle) { b.Leaf++ },
		"a hash":       func(b *prooflog.Bundle) { b.Inclusion[0] = b.Inclusion[1] },
		"a hash fewer": func(b *prooflog.Bundle) { b.Inclusion = b.Inclusion[1:] },
		"the text":     func(b *prooflog.Bundle) { b.Checkpoint = "x" + b.Checkpoint },
		"another text": func(b *prooflog.Bundle) { b.Checkpoint = earlier },
	} {
		changed, err := prooflog.ReadBundle(file)
		if err != nil {
			t.Fatal(err)
		}
		alter(&changed)
		if _, err := changed.Check(b.keys.Public); err == nil {
			t.Errorf("%s was altered, and the file still proves it", name)
		}
	}
	// One that was kept, and is not the beginning of this log: of as many events,
	// and by a proof that was altered.
	old.Root[0] ^= 1
	forked, err := b.keys.Sign(old)
	if err != nil {
		t.Fatal(err)
	}
	if err := bundle.CheckSince(b.keys.Public, forked); err == nil {
		t.Error("a checkpoint of other events is said to be the beginning")
	}
	for name, alter := range map[string]func(*prooflog.Bundle){
		"a hash": func(b *prooflog.Bundle) { b.Consistency[0] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }, "no hash": func(b *prooflog.Bundle) { b.Consistency = nil },
		"the size": func(b *prooflog.Bundle) { b.FromSize-- }, "the checkpoint": func(b *prooflog.Bundle) { b.Checkpoint = earlier },
	} {
		changed, err := prooflog.ReadBundle(file)
		if err != nil {
			t.Fatal(err)
		}
		alter(&changed)
		if err := changed.CheckSince(b.keys.Public, earlier); err == nil {
			t.Errorf("%s was altered, and the file still proves what came before", name)
		}
	}
	stranger, err := prooflog.NewKeys(b.keys.Name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bundle.Check(stranger.Public); err == nil {
		t.Error("another key proves it too")
	}
	if _, err := prooflog.ReadBundle(append(file[:len(file)-3:len(file)-3], `,"more":1}`...)); err == nil {
		t.Error("a file that says more than is proved was read")
	}
}

func TestAProofIsForThoseWhoMayReadTheEvent(t *testing.T) {
	t.Parallel()
	b := aLog(t)
	svc := audit.New(b.DB)
	if _, err := svc.Checkpoint(b.As("police")); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("before the first checkpoint: got %v, want not found", err)
	}
	c := b.Case(t, b.As("police"))
	act(t, b.Stage, "police", c.ID, 1)
	id := b.latest(t)
	if _, err := svc.Prove(b.As("police.manager"), id, 0); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("before it has a number: got %v, want not found", err)
	}
	b.number(t)
	for who, want := range map[string]models.Code{"police": models.CodeForbidden, "refuge.manager": models.CodeNotFound, "admin": models.CodeForbidden, "privacy": models.CodeNotFound} {
		if _, err := svc.Prove(b.As(who), id, 0); models.CodeOf(err) != want {
			t.Errorf("%s: got %v, want %s", who, err, want)
		}
		if got, err := svc.Checkpoint(b.As(who)); err != nil || got.Size != b.last(t).Size {
			t.Errorf("%s asks for the checkpoint: got %+v, %v", who, got, err)
		}
	}
	for _, from := range []int64{-1, 9999} {
		if _, err := svc.Prove(b.As("police.manager"), id, from); models.CodeOf(err) != models.CodeMalformed {
			t.Errorf("from %d: got %v, want malformed", from, err)
		}
	}
	if _, err := svc.Prove(b.As("police.manager"), id, 0); err != nil {
		t.Fatal(err)
	}
	if n := b.Count(t, "select count(*) from audit_events where action = 'audit.proved' and subject_id = $1 and case_id = $2", id, c.ID); n != 1 {
		t.Errorf("got %d events of the proof, want 1", n)
	}
}

// latest is the last event of a case being looked at.
func (b *book) latest(t *testing.T) (id uuid.UUID) {
	t.Helper()
	if err := b.Owner.QueryRow(t.Context(), "select id from audit_events where action = 'case.viewed' order by recorded_at desc limit 1").Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// A hundred thousand events are numbered in seconds, and a proof in such a log
// costs a look-up (performance.md 9).
func TestAProofInALargeLogIsQuick(t *testing.T) {
	t.Parallel()
	b := aLog(t)
	const many = 100_000
	b.Do(t, `insert into audit_events (id, at, actor_org_id, actor_role, action, subject_type, detail)
		select gen_random_uuid(), $1, $2, 'caseworker', 'case.viewed', 'case', jsonb_build_object('turn', i) from generate_series(1, $3::int) i`,
		b.Clock.Now(), b.Org(testkit.OrgPolice).ID, many)
	begun := time.Now()
	if n := b.number(t); n != many {
		t.Fatalf("numbered %d, want %d", n, many)
	}
	t.Logf("numbered %d events in %s", many, time.Since(begun))
	id := b.latest(t)
	svc := audit.New(b.DB)
	best := time.Hour
	for range 5 {
		begun = time.Now()
		p, err := svc.Prove(b.As("police.manager"), id, many/3)
		if err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(begun))
		if _, err := prooflog.Bundle(p).Check(b.keys.Public); err != nil {
			t.Error(err)
		}
	}
	t.Logf("a proof took %s", best)
	if best > 150*time.Millisecond {
		t.Errorf("a proof took %s, want 150 ms or less", best)
	}
}
