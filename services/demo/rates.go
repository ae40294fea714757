package demo

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Rate is one base rate of domain.md 2.0: what the sources say, and what the
// demo holds, in percent of n.
type Rate struct {
	Name      string
	Want, Got float64
	N         int
}

// Off is how many percentage points the demo is away from the source.
func (r Rate) Off() float64 {
	if r.Got > r.Want {
		return r.Got - r.Want
	}
	return r.Want - r.Got
}

// ratesSQL are the base rates as queries of a share and its base.
var ratesSQL = []struct {
	name string
	want float64
	sql  string
}{
	{"refuge: unsuccessful", RefugeUnsuccessful, refugeSQL + `select 100.0 * count(*) filter (where not served) / count(*), count(*) from decided`},
	{"refuge, of the unsuccessful: no capacity", RefugeNoCapacity, refugeSQL + `select 100.0 * count(*) filter (where reason = 'no_capacity') / count(*), count(*)
		from decided where not served`},
	{"refuge, of the unsuccessful: not taken up", RefugeNotTaken, refugeSQL + `select 100.0 * count(*) filter (where decided_by = 'victim') / count(*), count(*)
		from decided where not served`},
	{"refuge, of the unsuccessful: inappropriate", RefugeInappropriate, refugeSQL + `select 100.0 * count(*) filter (where decided_by = 'provider' and
		(reason like 'not_eligible%' or reason in ('risk_too_high', 'specialist_not_available'))) / count(*), count(*) from decided where not served`},
	{"police feed: removed before first contact", PoliceFeedRemoved, feedSQL + `select 100.0 * count(*) filter (where accepted_at is null and reason in
		('number_not_safe', 'unsafe_to_engage', 'duplicate', 'consent_withdrawn', 'wrong_number')) / count(*), count(*) from decided`},
	{"first attempts by phone that reached the person", PhoneReached, firstSQL + `select 100.0 * count(*) filter (where outcome = 'reached') / count(*), count(*)
		from first where channel = 'phone'`},
	{"police feed, first contact by phone", FirstByPhone, feedSQL + firstOfFeedSQL + `select 100.0 * count(*) filter (where channel = 'phone') / count(*), count(*) from first`},
	{"police feed, first contact by text", FirstByText, feedSQL + firstOfFeedSQL + `select 100.0 * count(*) filter (where channel = 'text') / count(*), count(*) from first`},
	{"police feed, first contact by post", FirstByPost, feedSQL + firstOfFeedSQL + `select 100.0 * count(*) filter (where channel = 'post') / count(*), count(*) from first`},
	{"letters and texts that were answered", 0, `select 100.0 * count(*) filter (where outcome = 'reached') / count(*), count(*) from contact_attempts
		where channel in ('post', 'text')`},
}

const (
	refugeSQL = `with decided as (
		select r.reason, r.decided_by, r.accepted_at is not null as served from referrals r join services s on s.id = r.service_id
		where s.name like '%a place of safety' and (r.accepted_at is not null or r.ended_at is not null)) `
	feedSQL = `with decided as (
		select r.id, r.reason, r.accepted_at from referrals r join organisations o on o.id = r.from_org_id
		where r.pathway = 'general' and o.kind = 'police_force' and (r.accepted_at is not null or r.ended_at is not null)) `
	firstOfFeedSQL = `, first as (
		select distinct on (a.referral_id) a.channel from contact_attempts a join decided d on d.id = a.referral_id order by a.referral_id, a.at, a.id) `
	firstSQL = `with first as (
		select distinct on (referral_id) channel, outcome from contact_attempts order by referral_id, at, id) `
)

// Rates measures the base rates in what is loaded.
func Rates(ctx context.Context, conn *pgx.Conn) ([]Rate, error) {
	var out []Rate
	for _, q := range ratesSQL {
		r := Rate{Name: q.name, Want: q.want}
		if err := conn.QueryRow(ctx, q.sql).Scan(&r.Got, &r.N); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}
