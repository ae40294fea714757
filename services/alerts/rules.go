package alerts

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// watch is one look at the trail: what was read, and what it comes to.
type watch struct {
	now      time.Time
	settings map[uuid.UUID]map[string]int // what organisations have set for themselves
	kinds    map[uuid.UUID]models.OrganisationKind
	people   []person
	usual    map[uuid.UUID]usual
	readers  []readers
	home     []finding
	quiet    []finding
	ending   []finding
}

// usual is what somebody's busy hours and days were like, and how many per cent
// of their work was out of hours.
type usual struct{ hour, day, night int }

type readers struct {
	caseID       uuid.UUID
	holder       *uuid.UUID
	people, orgs int
}

func (w *watch) queue(b *pg.Batch, from time.Time) {
	b.Query(pg.Each(func(row pg.Row) error {
		var org uuid.UUID
		var key string
		var value int
		err := row.Scan(&org, &key, &value)
		if w.settings[org] == nil {
			w.settings[org] = map[string]int{}
		}
		w.settings[org][key] = value
		return err
	}), "select org_id, key, value from alert_settings")
	b.Query(pg.Each(func(row pg.Row) error {
		var id uuid.UUID
		var kind models.OrganisationKind
		err := row.Scan(&id, &kind)
		w.kinds[id] = kind
		return err
	}), "select id, kind from organisations")
	around := slices.DeleteFunc(models.OrganisationKinds(), func(k models.OrganisationKind) bool { return !k.AroundTheClock() })
	b.Query(pg.Each(func(row pg.Row) error {
		var p person
		err := row.Scan(&p.ID, &p.OrgID, &p.hour, &p.day, &p.night, &p.capped, &p.refused, &p.searched)
		w.people = append(w.people, p)
		return err
	}), peopleSQL, from, w.now, words(around), usualOf(models.SettingHoursFrom), usualOf(models.SettingHoursTo), usualOf(models.SettingWeekends))
	b.Query(pg.Each(func(row pg.Row) error {
		var r readers
		err := row.Scan(&r.caseID, &r.holder, &r.people, &r.orgs)
		w.readers = append(w.readers, r)
		return err
	}), readersSQL, from, w.now)
	b.Query(pg.Each(func(row pg.Row) error {
		f := finding{kind: models.AlertHousehold}
		var own bool
		err := row.Scan(&f.about, &f.org, &f.caseID, &own)
		f.figures = map[string]int{"own_name": one(own)}
		f.dedupe = string(f.kind) + "|" + f.about.String() + "|" + f.caseID.String() + "|" + w.now.In(models.London()).Format("2006-01")
		w.home = append(w.home, f)
		return err
	}), "select user_id, org_id, case_id, own_name from app_close_to_home($1, $2)", from, w.now)
	b.Query(pg.Each(func(row pg.Row) error {
		f := finding{kind: models.AlertNoContact}
		var referral uuid.UUID
		err := row.Scan(&referral, &f.caseID, &f.org)
		f.dedupe = string(f.kind) + "|" + referral.String()
		w.quiet = append(w.quiet, f)
		return err
	}), quietSQL, w.now)
	b.Query(pg.Each(func(row pg.Row) error {
		f := finding{kind: models.AlertAgreement}
		var agreement uuid.UUID
		var days int
		err := row.Scan(&agreement, &f.org, &days)
		f.figures, f.dedupe = map[string]int{"days": days}, string(f.kind)+"|"+agreement.String()
		w.ending = append(w.ending, f)
		return err
	}), endingSQL, models.Today(w.now), models.AgreementSoon)
}

func words(kinds []models.OrganisationKind) (out []string) {
	for _, k := range kinds {
		out = append(out, string(k))
	}
	return out
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// usualOf is the starting value of a threshold.
func usualOf(key string) int {
	for _, s := range models.AlertSettings() {
		if s.Key == key {
			return s.Usual
		}
	}
	return 0
}

// setting is a threshold of an organisation.
func (w *watch) setting(org uuid.UUID, key string) int {
	if v, ok := w.settings[org][key]; ok {
		return v
	}
	if w.kinds[org].AroundTheClock() {
		switch key {
		case models.SettingHoursFrom:
			return 0
		case models.SettingHoursTo:
			return 24
		case models.SettingWeekends:
			return 1
		}
	}
	return usualOf(key)
}

// standsOut says whom to hold against what they usually do: that takes a look
// at four weeks, so it is asked of few.
func (w *watch) standsOut(p person) bool {
	return p.hour >= w.setting(p.OrgID, models.SettingTrawlHour) || p.day >= w.setting(p.OrgID, models.SettingTrawlDay) ||
		p.night >= w.setting(p.OrgID, models.SettingOutOfHours)
}

func (w *watch) usualOf(ctx context.Context, db *pg.DB) error {
	w.usual = map[uuid.UUID]usual{}
	var b *pg.Batch
	for _, p := range w.people {
		if !w.standsOut(p) {
			continue
		}
		if b == nil {
			var err error
			if b, err = db.Begin(ctx); err != nil {
				return err
			}
		}
		b.Query(pg.Each(func(row pg.Row) error {
			var u usual
			err := row.Scan(&u.hour, &u.day, &u.night)
			w.usual[p.ID] = u
			return err
		}), usualSQL, p.ID, w.now, w.setting(p.OrgID, models.SettingHoursFrom), w.setting(p.OrgID, models.SettingHoursTo), w.setting(p.OrgID, models.SettingWeekends))
	}
	if b == nil {
		return nil
	}
	return b.Send(pg.BatchRead)
}

// usuallyAtNight is how many per cent of somebody's work is out of hours before
// that is their way of working.
const usuallyAtNight = 20

// findings are what stands out.
func (w *watch) findings() []finding {
	out := slices.Concat(w.home, w.quiet, w.ending)
	for _, p := range w.people {
		out = append(out, w.of(p)...)
	}
	for _, r := range w.readers {
		holder := orNil(r.holder)
		if r.people >= w.setting(holder, models.SettingReaders) && r.orgs >= w.setting(holder, models.SettingReaderOrgs) {
			out = append(out, finding{
				kind: models.AlertManyReaders, caseID: r.caseID, figures: map[string]int{"people": r.people, "organisations": r.orgs},
				dedupe: string(models.AlertManyReaders) + "|" + r.caseID.String() + "|" + w.day(),
			})
		}
	}
	return out
}

func (w *watch) day() string { return w.now.In(models.London()).Format(time.DateOnly) }

// of is what stands out about one person: at most one alert of a kind in a day.
func (w *watch) of(p person) (out []finding) {
	set, u := func(key string) int { return w.setting(p.OrgID, key) }, w.usual[p.ID]
	times := set(models.SettingTrawlTimes)
	add := func(kind models.AlertKind, when bool, figures map[string]int) {
		if when {
			out = append(out, finding{
				kind: kind, org: p.OrgID, about: p.ID, figures: figures, dedupe: string(kind) + "|" + p.ID.String() + "|" + w.day(),
			})
		}
	}
	add(models.AlertRecordCap, p.capped > 0, map[string]int{"refused": p.capped, "records": p.hour})
	add(models.AlertTrawl, p.hour >= set(models.SettingTrawlHour) && p.hour > times*u.hour || p.day >= set(models.SettingTrawlDay) && p.day > times*u.day,
		map[string]int{"in_hour": p.hour, "in_day": p.day, "usual_hour": u.hour, "usual_day": u.day})
	add(models.AlertOutOfHours, p.night >= set(models.SettingOutOfHours) && u.night < usuallyAtNight, map[string]int{"records": p.night, "usual_percent": u.night})
	add(models.AlertGuessing, p.refused >= set(models.SettingRefusals), map[string]int{"refused": p.refused})
	add(models.AlertSearching, p.searched >= set(models.SettingSearches) && 100*p.hour < p.searched*set(models.SettingSearchFinds),
		map[string]int{"searches": p.searched, "records": p.hour})
	return out
}
