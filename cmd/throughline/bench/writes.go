package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

func hash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // never fails
	return h.Sum64()
}

// newCase is the case that is logged over and over.
func (r *run) newCase() ([]byte, error) {
	day := models.Today(r.Now()).Format(time.DateOnly)
	return json.Marshal(map[string]any{
		"source": "police",
		"victim": map[string]any{
			"given_name": "Benchmark", "family_name": "Larkspur", "date_of_birth": "1990-04-02", "borough": "E09000012",
			"language": "English", "equality": map[string]string{"sex": "female"},
		},
		"related_people": []map[string]any{{"relation": "former partner", "suspect": true}},
		"safe_contact": map[string]any{"confirmed_on": day, "code_word": "marigold", "source": "victim_in_person", "channels": []map[string]any{
			{"channel": "phone", "value": "07700 900123", "safe": "yes", "windows": []map[string]string{{"day": "tue", "from": "10:00", "to": "12:00"}}},
			{"channel": "text", "value": "07700 900123", "safe": "no"},
		}},
		"incidents": []map[string]any{{
			"occurred_on": day, "reported_on": day, "force": "metropolitan", "crime_reference": "ZZ1234567/26",
			"offence_types": []string{"domestic_abuse"}, "summary": "Pushed and threatened at home.",
		}},
		"risk_level": "medium",
	})
}

// create is logging a case: a victim, an incident, somebody around them, two
// channels and a word, the trail, the outbox and the answer that is kept.
func (r *run) create(ctx context.Context) error {
	p := r.people["police"]
	body, err := r.newCase()
	if err != nil {
		return err
	}
	post := func(token, key string) []byte {
		return request(http.MethodPost, "/api/v1/cases", token, body, "Idempotency-Key: "+key)
	}
	if err := r.warm(p); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	since, key := time.Now(), newKey()
	caught, answer, err := r.asked(http.StatusCreated, post(p.tokenForCaught, key))
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	t := caught.atOnce()
	pick := func(int) (trip, *swap) { return t, &swap{since: since, strings: map[string]string{key: newKey()}} }
	web, stop, err := overHTTP(product, r.addr, r.o.Workers, http.StatusCreated, func(int) []byte { return post(p.token, newKey()) })
	if err != nil {
		return err
	}
	defer stop()
	usual, stopUsual, err := overHTTP(usualWay, r.ordinaryAddr, r.o.Workers, http.StatusCreated, func(int) []byte { return post(p.ordinary, newKey()) })
	if err != nil {
		return err
	}
	defer stopUsual()
	got, err := r.duel(ctx, r.o.Rounds, r.o.Workers, r.o.Length, 0, []contender{again(limit, r.bypass, pick), again(direct, r.app, pick), web, usual})
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	if err := r.steps(ctx, "create", t, 1<<20, pick); err != nil {
		return err
	}
	r.table.outcomes(fmt.Sprintf("create: log a case (%d statements in %d trips)", caught.statements(), len(caught)), got[limit], got[direct], got[product], got[usualWay])
	r.table.against("1", "create: row security against none", got[direct], got[limit], 0.88)
	r.table.against("3", "create: against the ordinary way", got[product], got[usualWay], 1.8)
	return r.sameCases(ctx, t, key, since, answer, post)
}

// warm asks for something small, so that what is kept for a while is there.
func (r *run) warm(p *signedIn) error {
	status, body, err := ask(r.caughtAddr, request(http.MethodGet, "/api/v1/referrals?limit=1", p.tokenForCaught, nil))
	return expect(http.StatusOK, status, body, err)
}

// sameCases logs one case each way and compares what is stored.
func (r *run) sameCases(ctx context.Context, t trip, key string, since time.Time, answer []byte, post func(string, string) []byte) error {
	var logged struct {
		ID uuid.UUID `json:"id"`
	}
	if err := json.Unmarshal(answer, &logged); err != nil {
		return err
	}
	want, err := r.stored(ctx, caseStored, logged.ID)
	if err != nil {
		return err
	}
	for name, pool := range r.pools() {
		s := &swap{since: since, strings: map[string]string{key: newKey()}}
		if err := send(ctx, pool, t, s, nil); err != nil {
			return err
		}
		got, err := r.stored(ctx, caseStored, s.id(logged.ID))
		if err != nil {
			return err
		}
		r.table.same("create: what is stored, product and "+name, want, got)
	}
	status, body, err := ask(r.ordinaryAddr, post(r.people["police"].ordinary, newKey()))
	if err := expect(http.StatusCreated, status, body, err); err != nil {
		return err
	}
	if err := json.Unmarshal(body, &logged); err != nil {
		return err
	}
	got, err := r.stored(ctx, caseStored, logged.ID)
	r.table.same("create: what is stored, product and the ordinary way", want, got)
	return err
}

// caseStored is what a case comes to, without what is new each time.
const caseStored = `select concat_ws('; ', c.status, c.source, c.risk_level, c.enhanced, c.enhanced_reasons, c.access = array[c.accountable_org_id], v.access = c.access,
	v.given_key, v.family_key, v.date_of_birth, v.borough,
	(select string_agg(concat_ws(' ', i.occurred_on, i.offence_types, i.crime_key), ',') from incidents i where i.case_id = c.id),
	(select string_agg(concat_ws(' ', ch.channel, ch.safe, ch.windows, d.value_key), ',' order by ch.position) from contact_channels ch
		join contact_details d on d.channel_id = ch.id where ch.case_id = c.id),
	(select string_agg(relation || suspect, ',') from related_people p where p.case_id = c.id), (select octet_length(word) from code_words w where w.case_id = c.id),
	(select count(*) from case_holders h where h.case_id = c.id), (select string_agg(action, ',') from audit_events e where e.case_id = c.id),
	(select string_agg(topic, ',') from outbox o where o.case_id = c.id))
	from cases c join victims v on v.id = c.victim_id where c.id = $1`

func (r *run) stored(ctx context.Context, sql string, id uuid.UUID) (string, error) {
	var out string
	err := r.owner.QueryRow(ctx, sql, id).Scan(&out)
	return out, err
}

// accept is a receiver accepting a referral to a named worker.
func (r *run) accept(ctx context.Context) error {
	perRound := max(r.o.Workers*10, int(600*r.o.Length/time.Second))
	list, err := r.plant(ctx, 4*(perRound*r.o.Rounds+4*r.o.Workers)+8)
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	if err := r.swept(ctx); err != nil {
		return err
	}
	p := r.people["vawg"]
	body, err := json.Marshal(map[string]any{"worker_id": p.id})
	if err != nil {
		return err
	}
	post := func(token, key string, x planted) []byte {
		return request(http.MethodPost, "/api/v1/referrals/"+x.id.String()+"/accept", token, body, "Idempotency-Key: "+key, `If-Match: "2"`)
	}
	model, rest := list[0], list[1:]
	if err := r.warm(p); err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	since, key := time.Now(), newKey()
	caught, _, err := r.asked(http.StatusOK, post(p.tokenForCaught, key, model))
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	t := caught.atOnce()
	share := len(rest) / 4
	of := func(part, n int) planted { return rest[part*share+n] }
	pick := func(part int) func(int) (trip, *swap) {
		return func(n int) (trip, *swap) { return t, model.swapFor(of(part, n), since, key) }
	}
	if err := r.steps(ctx, "accept", t, share, pick(1)); err != nil {
		return err
	}
	web, stop, err := overHTTP(product, r.addr, r.o.Workers, http.StatusOK, func(n int) []byte { return post(p.token, newKey(), of(2, n)) })
	if err != nil {
		return err
	}
	defer stop()
	usual, stopUsual, err := overHTTP(usualWay, r.ordinaryAddr, r.o.Workers, http.StatusOK, func(n int) []byte { return post(p.ordinary, newKey(), of(3, n)) })
	if err != nil {
		return err
	}
	defer stopUsual()
	got, err := r.duel(ctx, r.o.Rounds, r.o.Workers, 0, perRound, []contender{again(limit, r.bypass, pick(0)), again(direct, r.app, pick(1)), web, usual})
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	r.table.outcomes(fmt.Sprintf("accept (%d statements in %d trips)", caught.statements(), len(caught)), got[limit], got[direct], got[product], got[usualWay])
	r.table.against("1", "accept: row security against none", got[direct], got[limit], 0.88)
	r.table.against("2", "accept: HTTP against the statements alone", got[product], got[direct], 0.70)
	r.table.against("3", "accept: against the ordinary way", got[product], got[usualWay], 1.8)
	want, err := r.stored(ctx, referralStored, model.id)
	if err != nil {
		return err
	}
	for part, name := range []string{limit, direct, product, usualWay} {
		got, err := r.stored(ctx, referralStored, of(part, 0).id)
		if err != nil {
			return err
		}
		r.table.same("accept: what is stored, "+name, want, got)
	}
	return nil
}

// referralStored is what an accepted referral comes to.
const referralStored = `select concat_ws('; ', r.status, r.version, r.worker_id, r.accepted_by, r.acknowledged_by, r.due_at,
	(select string_agg(concat_ws(' ', k.rule, k.state, k.limit_days, k.due_at, k.stopped_at is null), ',' order by k.rule) from clocks k where k.referral_id = r.id),
	(select string_agg(concat_ws(' ', h.version, h.action, h.from_status, h.to_status, h.by_role), ',' order by h.version) from referral_history h where h.referral_id = r.id),
	(select count(*) from referral_assignments a where a.referral_id = r.id and a.until_at is null),
	(select string_agg(e.action, ',') from audit_events e where e.subject_id = r.id), (select string_agg(o.topic, ',') from outbox o where o.referral_id = r.id),
	(select concat_ws(' ', f.status, f.accepted_at is not null) from quality_facts f where f.kind = 'referral' and f.id = r.id))
	from referrals r where r.id = $1`
