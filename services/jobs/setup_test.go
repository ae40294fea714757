package jobs_test

import (
	"context"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/jobs"
)

// bench is a stage with one referral of the police to Ashdown on it.
type bench struct {
	*testkit.Stage
	t    *testing.T
	c    testkit.CaseFacts
	sent testkit.PlantedReferral
}

func setup(t *testing.T) *bench {
	t.Helper()
	w := testkit.World(t)
	b := &bench{Stage: w, t: t, c: w.Case(t, w.As("police"))}
	b.sent = w.Referral(t, b.c, testkit.ServiceIDVA, models.StatusSubmitted)
	return b
}

// happened writes in the outbox that somebody's organisation did something;
// "" is the system.
func (b *bench) happened(org, topic string, referral uuid.UUID) {
	b.t.Helper()
	var by *uuid.UUID
	if org != "" {
		by = &b.Org(org).ID
	}
	b.Do(b.t, "insert into outbox (topic, referral_id, case_id, by_org_id, at) values ($1, nullif($2, '00000000-0000-0000-0000-000000000000'::uuid), $3, $4, $5)",
		topic, referral, b.c.ID, by, b.Clock.Now())
}

// drain empties the outbox.
func (b *bench) drain() {
	b.t.Helper()
	if _, err := jobs.Drain(b.System(), b.DB); err != nil {
		b.t.Fatal(err)
	}
	if n := b.Count(b.t, "select count(*) from outbox where drained_at is null"); n != 0 {
		b.t.Errorf("%d rows of the outbox are left", n)
	}
}

// told is who was told of a topic, in order, and forgets it.
func (b *bench) told(topic string) string {
	b.t.Helper()
	rows, err := b.Owner.Query(context.Background(), "select org_id from notices where topic = $1", topic)
	if err != nil {
		b.t.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		b.t.Fatal(err)
	}
	var names []string
	for _, id := range ids {
		for _, key := range []string{testkit.OrgPolice, testkit.OrgVAWG, testkit.OrgVAWGSecond, testkit.OrgVictims, testkit.OrgRefuge, testkit.OrgCoordination} {
			if b.Org(key).ID == id {
				names = append(names, key)
			}
		}
	}
	sort.Strings(names)
	b.Do(b.t, "delete from notices where topic = $1", topic)
	return strings.Join(names, " ")
}

// until asks, as the superuser, until the query says true.
func (b *bench) until(query string, args ...any) {
	b.t.Helper()
	c, err := pgx.Connect(context.Background(), b.SuperDSN)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	for deadline := time.Now().Add(40 * time.Second); ; {
		var so bool
		if err := c.QueryRow(context.Background(), query, args...).Scan(&so); err != nil {
			b.t.Fatal(err)
		}
		if so {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("it never came that %s", query)
		}
		<-time.After(10 * time.Millisecond)
	}
}
