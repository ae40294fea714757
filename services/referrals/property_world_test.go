package referrals_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/clocks"
	"throughline/services/directory"
	"throughline/services/referrals"
	"throughline/services/sharing"
)

// play is one random life of a few cases between four organisations and a
// coordinator. Everything it does follows from its seed.
type play struct {
	*bench
	seed  uint64
	step  int
	rnd   *rand.Rand
	share *sharing.Service
	clock *clocks.Service

	cases     []*playCase
	referrals []*playReferral
	log       []string // what was done, for whoever looks into a failure
}

// playCase is a case and what the play knows of it.
type playCase struct {
	testkit.CaseFacts
	who       string // who logged it
	decisions []playDecision
}

type playDecision struct {
	id        uuid.UUID
	receiver  uuid.UUID
	fields    []string
	withdrawn bool
}

// playReferral is a referral and what the play remembers of it.
type playReferral struct {
	id, service uuid.UUID
	of          *playCase
	shares      string // the frozen content, once sent
}

// seats are the people who play, by the organisation they sit in.
func seats() []string {
	return []string{
		"police", "police.second", "police.manager", "vawg", "vawg.manager", "lantern", "lantern.manager", "refuge", "refuge.manager",
		"caseworker", "caseworker.manager", "coordinator", "witnesscare", "commissioner",
	}
}

// stalls are the services that are played with.
func stalls() []string {
	return []string{
		testkit.ServiceIDVA, testkit.ServiceIDVA, testkit.ServiceLantern, testkit.ServiceRefuge, testkit.ServiceAdult, testkit.ServiceReviewed,
		testkit.ServiceStandard, testkit.ServicePaused, testkit.ServiceISVA,
	}
}

func newPlay(b *bench, seed uint64) *play {
	p := &play{
		bench: b, seed: seed, rnd: rand.New(rand.NewPCG(seed, 7)), share: sharing.New(b.DB, models.MustCalendar(), directory.New(b.DB)),
		clock: clocks.New(b.DB, models.MustCalendar()),
	}
	for _, key := range stalls() { // as they were before the lives played here
		p.capacity(b.Service(key), map[bool]models.Capacity{true: models.CapacityPaused, false: models.CapacityOpen}[key == testkit.ServicePaused])
	}
	b.Clock.Set(testkit.StageStart().Add(time.Duration(p.rnd.IntN(14*24)) * time.Hour))
	return p
}

func (p *play) pick(list []string) string { return list[p.rnd.IntN(len(list))] }
func (p *play) chance(percent int) bool   { return p.rnd.IntN(100) < percent }

func (p *play) note(format string, args ...any) {
	p.log = append(p.log, fmt.Sprintf("%3d %s ", p.step, p.Clock.Now().Format("02 Jan 15:04"))+fmt.Sprintf(format, args...))
}

// fail says what went wrong, and what led there.
func (p *play) fail(format string, args ...any) {
	p.t.Helper()
	for _, l := range p.log[max(0, len(p.log)-25):] {
		p.t.Log(l)
	}
	p.t.Fatalf("seed %d step %d: %s", p.seed, p.step, fmt.Sprintf(format, args...))
}

// logCase adds a case with safe answers, a risk and an age at random.
func (p *play) logCase() {
	who := p.pick([]string{"police", "police", "caseworker", "vawg"})
	born := time.Date(1975+p.rnd.IntN(40), 3, 14, 0, 0, 0, 0, time.UTC)
	c := p.Case(p.t, p.As(who), func(f *testkit.CaseFacts) {
		f.DateOfBirth = &born
		f.Borough = p.pick([]string{"E09000012", "E09000012", "E09000029"})
		f.Equality = p.pick([]string{`{"sex":"female"}`, `{"sex":"female"}`, `{"sex":"male"}`})
		f.Risk = models.Priority(p.pick([]string{"standard", "medium", "high"}))
		f.PhoneSafe = p.pick([]string{"yes", "yes", "yes", "unknown"})
		f.TextSafe = p.pick([]string{"no", "no", "unknown"})
		f.PhoneWindows = p.pick([]string{"[]", "[]", `[{"day":"mon","from":"09:00","to":"17:00"},{"day":"tue","from":"09:00","to":"17:00"},{"day":"wed","from":"09:00","to":"17:00"}]`})
		f.ConfirmedOn = ptr(models.Today(p.Clock.Now()).AddDate(0, 0, -p.rnd.IntN(20)))
	})
	p.cases = append(p.cases, &playCase{CaseFacts: c, who: who})
	p.note("%s logs case %s, risk %s", who, c.Reference, c.Risk)
}

// decide records a decision to share, narrow at times and for anybody.
func (p *play) decide(c *playCase, receiver uuid.UUID) playDecision {
	fields := []string{"given_name", "borough", "incident_summary", "risk_level", "safe_contact"}
	if p.chance(20) {
		fields = fields[1:2]
	}
	d := playDecision{receiver: receiver, fields: fields}
	d.id = p.Agreement(p.t, c.CaseFacts, receiver, fields...)
	c.decisions = append(c.decisions, d)
	return d
}

// create begins a referral; the decision is at times another's or withdrawn.
func (p *play) create() {
	c := p.cases[p.rnd.IntN(len(p.cases))]
	s := p.Service(p.pick(stalls()))
	d := p.decide(c, s.OrgID)
	if p.chance(10) {
		d = c.decisions[p.rnd.IntN(len(c.decisions))]
	}
	in := referrals.CreateInput{CaseID: c.ID, ServiceID: s.ID, SharedFields: []string{"borough"}, SharingDecisionID: d.id}
	if p.chance(30) {
		in.SharedFields = append(in.SharedFields, "incident_summary")
	}
	if p.chance(20) { // a name from sending: a coordinator still sees none
		in.SharedFields = append(in.SharedFields, "given_name")
	}
	who := c.who
	if p.chance(10) {
		who = p.pick(seats())
	}
	v, err := p.s.Create(p.As(who), in)
	p.note("%s begins a referral of %s to %s: %v", who, c.Reference, s.Name, err)
	p.checkCreated(c, s, d, in, who, v, err)
	if err == nil {
		p.referrals = append(p.referrals, &playReferral{id: v.ID, service: s.ID, of: c})
	}
}

// disturb changes the world round the referrals.
func (p *play) disturb() {
	c := p.cases[p.rnd.IntN(len(p.cases))]
	switch p.rnd.IntN(9) {
	case 0, 1, 6, 7:
		d := time.Duration(1+p.rnd.IntN(30)) * time.Hour
		if p.chance(10) {
			d *= 20 // a holiday, in which limits and whole ladders pass
		}
		p.Clock.Advance(d)
		p.note("time passes: %s", d)
	case 2:
		p.note("the clocks tick")
		if _, err := p.clock.Tick(context.Background()); err != nil {
			p.fail("tick: %v", err)
		}
		p.checkTicked()
	case 3:
		p.Do(p.t, "update victims set given_name = 'Changed ' || $2::text where id = $1", c.VictimID, fmt.Sprint(p.step))
		p.note("the name of %s changes", c.Reference)
	case 4:
		p.withdrawSharing(c)
	case 8:
		p.capacity(p.Service(p.pick(stalls())), models.Capacity(p.pick([]string{"open", "open", "paused", "closed"})))
	case 5:
		p.Do(p.t, "update contact_channels set safe = $2, confirmed_on = $3 where id = $1", c.Phone, p.pick([]string{"yes", "yes", "no"}), models.Today(p.Clock.Now()))
		p.note("the phone of %s is asked about again", c.Reference)
	}
}

// capacity says whether a service is taking people.
func (p *play) capacity(s *models.Service, c models.Capacity) {
	s.Capacity = c
	p.Do(p.t, "update services set capacity = $2 where id = $1", s.ID, c)
	p.note("%s is now %s", s.Name, c)
}

func (p *play) withdrawSharing(c *playCase) {
	if len(c.decisions) == 0 || !p.chance(40) {
		return
	}
	d := &c.decisions[p.rnd.IntN(len(c.decisions))]
	_, err := p.share.Withdraw(p.As(c.who), d.id, sharing.WithdrawInput{Reason: "victim_withdrew"})
	p.note("%s withdraws sharing: %v", c.who, err)
	if err == nil { // every agreement to that receiver for the same purpose goes with it
		for i := range c.decisions {
			c.decisions[i].withdrawn = c.decisions[i].withdrawn || c.decisions[i].receiver == d.receiver
		}
	}
}

// TestAnyLifeOfReferralsKeepsTheRules plays two hundred random lives of fifty
// steps and holds every step against the rules, which are listed where they are
// checked. A failure names its seed and what led there.
func TestAnyLifeOfReferralsKeepsTheRules(t *testing.T) {
	t.Parallel()
	const seeds, steps, tables = 200, 50, 4
	for table := range tables {
		t.Run(fmt.Sprint("table ", table+1), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			for seed := uint64(table); seed < seeds; seed += tables {
				p := newPlay(b, seed)
				for range 2 {
					p.logCase()
				}
				for p.step = 1; p.step <= steps; p.step++ {
					p.turn()
				}
				p.checkEnd()
			}
		})
	}
}

// turn is one step: mostly an act on a referral that is there.
func (p *play) turn() {
	switch n := p.rnd.IntN(100); {
	case len(p.referrals) == 0 || n < 6:
		p.create()
	case n < 30:
		p.disturb()
	case n < 36:
		p.look()
	default:
		p.act()
	}
}
