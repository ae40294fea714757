package demo

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"throughline/models"
)

// person is somebody who works at an organisation of the demo.
type person struct {
	id    uuid.UUID
	email string
	name  string
	role  models.Role
	org   *org
}

// org is an organisation with the people who do its daily work.
type org struct {
	orgData
	id       uuid.UUID
	staff    []*person // who log, answer and contact
	managers []*person
}

// world is everything that is there before the first case.
type world struct {
	orgs     []*org // without the authorities
	byKey    map[string]*org
	people   []*person
	byEmail  map[string]*person
	services []*service
	service  map[string]*service
}

// newWorld lays out the organisations, services and people. With more than the
// usual number of cases, organisations employ more people: load is the number
// of cases a year.
func newWorld(load int) *world {
	w := &world{byKey: map[string]*org{}, byEmail: map[string]*person{}, service: map[string]*service{}}
	for _, d := range organisations() {
		o := &org{orgData: d, id: StableID("organisation", d.key)}
		w.orgs = append(w.orgs, o)
		w.byKey[d.key] = o
	}
	for _, p := range signIns() {
		w.hire(p.email, p.name, w.byKey[p.org], p.role)
	}
	s := newSource(0, "staff")
	for _, o := range w.orgs {
		n := o.workers
		if o.worker == models.RoleCaseworker || o.worker == models.RoleProviderWorker {
			n = max(n, n*load/usualLoad)
		}
		for range n {
			w.recruit(s, o, o.worker)
		}
		for range o.orgData.managers {
			w.recruit(s, o, o.manager)
		}
	}
	for _, d := range demoServices() {
		withLimits(&d.Service)
		w.services = append(w.services, &d)
		w.service[d.key] = &d
	}
	return w
}

// usualLoad is the number of cases a year that the usual staff can carry: one
// worker about a hundred referrals (domain.md 2.3).
const usualLoad = 2000

// recruit hires somebody with a name of the demo's own and an address that
// nobody has.
func (w *world) recruit(s *source, o *org, role models.Role) {
	for n := 0; ; n++ {
		given, family := pick(s, staffGiven()), pick(s, staffFamily())
		local := strings.ReplaceAll(models.NameKey(given+" "+family), " ", ".")
		if n > 3 {
			local += fmt.Sprint(n)
		}
		email := local + "@" + o.key + ".example"
		if w.byEmail[email] == nil {
			w.hire(email, given+" "+family, o, role)
			return
		}
	}
}

func (w *world) hire(email, name string, o *org, role models.Role) {
	p := &person{id: StableID("person", email), email: email, name: name, role: role, org: o}
	w.people = append(w.people, p)
	w.byEmail[email] = p
	switch role {
	case models.RoleManager, models.RoleProviderManager:
		o.managers = append(o.managers, p)
	case models.RoleCaseworker, models.RoleProviderWorker, models.RoleCoordinator:
		o.staff = append(o.staff, p)
	}
}

// sign returns the person of contract.md section 3 with this address.
func (w *world) sign(local string) *person {
	p := w.byEmail[local+"@demo.test"]
	if p == nil {
		panic("demo: nobody signs in as " + local)
	}
	return p
}

// worker returns somebody of an organisation who can take work.
func (o *org) workerBy(s *source) *person { return pick(s, o.staff) }

// lead returns a manager, or a worker where there is none.
func (o *org) lead(s *source) *person {
	if len(o.managers) == 0 {
		return o.workerBy(s)
	}
	return pick(s, o.managers)
}

// withLimits fills in what a service leaves to its pathway (decisions.md 24).
func withLimits(s *models.Service) {
	p, ok := models.FindPathway(s.Pathway)
	if !ok {
		panic("demo: no pathway " + s.Pathway)
	}
	set := func(v *int, l models.Limit) {
		if *v == 0 {
			*v = l.N
		}
	}
	set(&s.AcknowledgeDays, p.Limits.Acknowledge)
	set(&s.DecideDays, p.Limits.Decide)
	set(&s.AttemptDays, p.Limits.FirstAttempt)
	set(&s.AttemptDaysHigh, p.Limits.FirstAttemptHigh)
	set(&s.ContactDays, p.Limits.FirstContact)
	set(&s.ContactAttempts, p.Limits.Attempts)
	s.DeclineReview = p.DeclineReview
	for _, list := range []*[]string{&s.Boroughs, &s.OffenceTypes, &s.HateStrands} {
		if *list == nil {
			*list = []string{}
		}
	}
}
