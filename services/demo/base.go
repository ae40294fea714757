package demo

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/models"
)

// Password is what everybody in the demo signs in with (contract.md section 3).
const Password = "correct horse battery staple"

// passwordHash is the argon2id hash of Password (19 MiB, two passes), with a
// salt of its own so that the same seed makes the same rows. It opens nothing
// that is not fictional: production refuses this package.
const passwordHash = "$argon2id$v=19$m=19456,t=2,p=1$dGhyb3VnaGxpbmUtZGVtbw$ppwB/8rqpt0ScrJSLl/iu4n8teKC1ShX8X5if3/1v4c" //nolint:gosec // the password above is published

// Base inserts the organisations, services and people of the demo, without a
// case. conn is the schema owner's; it fails where they are already there.
func Base(ctx context.Context, conn *pgx.Conn, confirmed time.Time) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		return newWorld(0).insert(ctx, tx, confirmed)
	})
}

// insert writes the world. confirmed is the day services last said whether
// they have places.
func (w *world) insert(ctx context.Context, tx pgx.Tx, confirmed time.Time) error {
	b := &pgx.Batch{}
	for _, a := range authorities() {
		b.Queue("insert into authorities (code, name) values ($1, $2) on conflict do nothing", a.Code, a.Name)
	}
	for _, a := range authorities() {
		b.Queue("insert into organisations (id, name, kind, authority) values ($1, $2, 'local_authority', $3)",
			StableID("organisation", a.Code), a.formal, a.Code)
	}
	for _, o := range w.orgs {
		b.Queue("insert into organisations (id, name, kind, address_withheld) values ($1, $2, $3, $4)", o.id, o.name, string(o.kind), o.withheld)
	}
	for _, s := range w.services {
		queueService(b, &s.Service, confirmed)
	}
	for _, p := range models.Pathways() {
		b.Queue("insert into pathway_coordinators (pathway, org_id) values ($1, $2)", p.Key, w.byKey[OrgCoordination].id)
	}
	code, accepted := models.CurrentConduct(), models.Today(confirmed).AddDate(0, 0, -14).Add(9*time.Hour)
	for _, p := range w.people {
		b.Queue("insert into users (id, org_id, email, name, role, password_hash, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
			p.id, p.org.id, p.email, p.name, string(p.role), passwordHash, opened())
		b.Queue("insert into conduct_acceptances (user_id, org_id, version, text_hash, at) values ($1, $2, $3, $4, $5)", p.id, p.org.id, code.Version, code.Hash(), accepted)
	}
	w.queueAgreements(b, models.Today(confirmed))
	w.queueSystem(b, models.Today(confirmed))
	w.queueWebhook(b, models.Today(confirmed))
	if err := w.queueListings(b, models.Today(confirmed).Add(9*time.Hour)); err != nil {
		return err
	}
	if err := w.queueRule(b, confirmed); err != nil {
		return err
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("inserting organisations, services and people: %w", err)
	}
	return nil
}

// queueAgreements writes data-sharing agreements as an administrator finds them:
// one that holds with everybody, so that nothing waits for the others, one that
// ends soon, one that is past, and another organisation's.
func (w *world) queueAgreements(b *pgx.Batch, today time.Time) {
	by := w.sign("orgadmin")
	ours := by.org.id
	police, vawg := w.byKey[OrgPolice].id, w.byKey[OrgVAWG].id
	office := w.byKey[OrgCommissioner].id
	for i, key := range []string{OrgPolice, OrgVictims, OrgAdult, OrgYoung, OrgVAWG, OrgVAWGSecond, OrgHate} {
		b.Queue(`insert into data_sharing_agreements (id, org_id, with_org_id, purpose, basis, reference, signed_on, expires_on, recorded_by, recorded_by_role, recorded_at)
			values ($1, $2, $3, 'audit', 'public_task', $4, $5, $6, $7, 'organisation_admin', $8)`, StableID("audit agreement", key), w.byKey[key].id, office, "Audit agreement "+strconv.Itoa(i+1),
			today.AddDate(-1, 0, 0), today.AddDate(1, 0, 0), by.id, today.AddDate(0, 0, -30).Add(10*time.Hour))
	}
	for i, a := range []struct {
		of        uuid.UUID
		with      *uuid.UUID
		pathways  []string
		basis     string
		reference string
		from, to  int
	}{
		{ours, nil, []string{}, "public_task", "London data-sharing agreement, part 1", -200, 530},
		{ours, &police, []string{"general"}, "law_enforcement", "DSA 2025/31 with the police", -345, 20},
		{ours, &vawg, []string{"vawg"}, "public_task", "DSA 2024/09 on domestic abuse", -700, -335},
		{police, &ours, []string{}, "law_enforcement", "Police DSA 118", -90, 1000},
	} {
		b.Queue(`insert into data_sharing_agreements (id, org_id, with_org_id, pathways, basis, reference, signed_on, expires_on, recorded_by, recorded_by_role, recorded_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'organisation_admin', $10)`, StableID("agreement", strconv.Itoa(i)), a.of, a.with, a.pathways, a.basis, a.reference,
			today.AddDate(0, 0, a.from), today.AddDate(0, 0, a.to), by.id, today.AddDate(0, 0, -30).Add(10*time.Hour))
	}
}

// queueSystem writes the credentials of a system as an administrator finds them.
// Nobody knows its secret.
func (w *world) queueSystem(b *pgx.Batch, today time.Time) {
	by, id := w.sign("orgadmin"), StableID("machine client", "case system")
	b.Queue("insert into users (id, org_id, email, name, role, password_hash, machine, created_at) values ($1, $2, $3, 'Case management system', 'caseworker', '', true, $4)",
		id, by.org.id, id.String()+"@clients.invalid", opened())
	b.Queue("insert into machine_clients (id, org_id, scopes, made_at, made_by, last_used_at) values ($1, $2, '{case:create,case:read,referral:read}', $3, $4, $5)",
		id, by.org.id, today.AddDate(0, 0, -40).Add(10*time.Hour), by.id, today.AddDate(0, 0, -1).Add(23*time.Hour))
	b.Queue("insert into machine_secrets (id, client_id, hash, made_at, made_by) values ($1, $2, sha256(convert_to($3, 'UTF8')), $4, $5)",
		StableID("machine secret", "case system"), id, "nobody's "+id.String(), today.AddDate(0, 0, -40).Add(10*time.Hour), by.id)
}

// queueWebhook writes an address that a system is told at, switched off: a demo
// asks nobody outside. Its secret is nobody's.
func (w *world) queueWebhook(b *pgx.Batch, today time.Time) {
	by := w.sign("orgadmin")
	b.Queue(`insert into webhook_endpoints (id, org_id, url, topics, sealed, made_at, made_by, off_at, off_why) values ($1, $2, 'https://events.example.org/throughline',
		'{referral.accepted,referral.declined,contact.safety_incident}', 'nobody''s', $3, $4, $5, 'by_hand')`,
		StableID("webhook", "case system"), by.org.id, today.AddDate(0, 0, -39).Add(10*time.Hour), by.id, today.AddDate(0, 0, -2).Add(15*time.Hour))
}

func queueService(b *pgx.Batch, s *models.Service, confirmed time.Time) {
	b.Queue(`insert into services (id, org_id, pathway, name, description, min_age, max_age, boroughs, offence_types, hate_strands, women_only,
		high_risk, languages, opening, capacity, places_total, places_open, capacity_confirmed_on, wait_days, acknowledge_days, decide_days,
		attempt_days, attempt_days_high, contact_days, contact_attempts, decline_review)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)`,
		s.ID, s.OrgID, s.Pathway, s.Name, s.Description, s.MinAge, s.MaxAge, s.Boroughs, s.OffenceTypes, s.HateStrands, s.WomenOnly,
		s.HighRisk, s.Languages, s.Opening, string(s.Capacity), s.PlacesTotal, s.PlacesOpen, models.Today(confirmed), s.WaitDays,
		s.AcknowledgeDays, s.DecideDays, s.AttemptDays, s.AttemptDaysHigh, s.ContactDays, s.ContactAttempts, s.DeclineReview)
}
