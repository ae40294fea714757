package cases

import "strconv"

// driver is what leads a search: the condition an index answers first. The
// others are held against what it brings.
type driver string

const (
	byReference driver = "reference"
	byPhone     driver = "phone"
	byCrime     driver = "crime_reference"
	byName      driver = "name"
	byBirth     driver = "date_of_birth"
	byPostcode  driver = "postcode"
)

// Under row security only comparisons that cannot leak may use an index:
// equality and order, on stored keys, never LIKE (performance.md section 1).
// Every statement takes the same parameters, and what is not asked for is null.
const (
	ofPerson = `($6::date is null or v.date_of_birth between $6 and $7) and ($11::bytea is null or v.postcode_key = $11)`
	// Each branch is cut short, so that a name half of London has costs no more.
	eachName = ` limit 200)`

	cutGiven  = `v.given_key = s.eq and v.family_key >= s.low and v.family_key < s.high`
	cutFamily = `v.family_key = s.eq and v.given_key >= s.low and v.given_key < s.high`
	parts     = `unnest($1::text[], $2::text[], $3::text[]) as s (eq, low, high)`
)

func named(column string) string { return `v.` + column + ` >= $4 and v.` + column + ` < $5` }

// leads returns, for each driver, the ids of the cases it brings.
func leads() map[driver]string {
	branch := func(where string) string {
		return `(select v.id from victims v where ` + where + ` and ` + ofPerson + eachName
	}
	people := `select p.id from ` + parts + ` cross join lateral ` + branch(cutGiven) + ` p
		union select p.id from ` + parts + ` cross join lateral ` + branch(cutFamily) + ` p
		union ` + branch(named("family_key")) + ` union ` + branch(named("given_key")) + ` union ` + branch(named("known_key"))
	ofVictims := func(people string) string {
		return `select c.id from (` + people + `) p join cases c on c.victim_id = p.id`
	}
	return map[driver]string{
		byReference: `select id from cases where reference = $8`,
		byPhone:     `select case_id as id from contact_details where value_key = $10`,
		byCrime:     `select case_id as id from incidents where crime_key = $9`,
		byName:      ofVictims(people),
		byBirth:     ofVictims(`select v.id from victims v where v.date_of_birth between $6 and $7` + limited(1000)),
		byPostcode:  ofVictims(`select v.id from victims v where v.postcode_key = $11` + limited(1000)),
	}
}

func limited(n int) string { return ` limit ` + strconv.Itoa(n) }

// searchSQL holds one statement for each driver. It writes the event of what it
// shows itself, because only the database knows which those are; one row more
// than is shown is read, to know whether there are more. What may be asked
// besides is a scalar select, which cannot become a hashed one (docs/adr/0001).
var searchSQL = func() map[driver]string {
	out := map[driver]string{}
	for d, lead := range leads() {
		out[d] = `with hits as (select ` + listColumns + ` from (` + lead + `) h join cases c on c.id = h.id join victims v on v.id = c.victim_id
			where ` + ofPerson + `
			and ($8::text is null or c.reference = $8)
			and ($10::bytea is null or coalesce((select true from contact_details d where d.case_id = c.id and d.value_key = $10 limit 1), false))
			and ($9::bytea is null or coalesce((select true from incidents i where i.case_id = c.id and i.crime_key = $9 limit 1), false))
			and ($4::text is null or ` + named("family_key") + ` or ` + named("given_key") + ` or ` + named("known_key") + `
				or exists (select from ` + parts + ` where ` + cutGiven + ` or ` + cutFamily + `))
			group by c.id, v.id order by c.logged_at desc, c.id desc` + limited(mostFound+1) + `),
			shown as (insert into audit_events (id, at, session_id, request_id, action, subject_type, detail)
				select $12::uuid, $13::timestamptz, $14::uuid, $15::text, 'case.searched', 'case', jsonb_build_object('by', $16::text[],
					'cases', coalesce((select jsonb_agg(id) from (select id from hits` + limited(mostFound) + `) s), '[]')))
			select * from hits order by logged_at desc, id desc`
	}
	return out
}()
