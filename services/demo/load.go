package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/internal/vault"
	"throughline/models"
)

// Options say how much to make and until when.
type Options struct {
	Cases int   // how many, the fixed and the live ones among them; 0: organisations, services and people alone
	Seed  int64 // the same seed, number and end make the same rows
	// Until is when the demo ends: nothing happens at or after it, and what is
	// open is open then.
	Until time.Time
	// Vault seals what is sealed; a demo without cases needs none.
	Vault *vault.Vault
	// Production refuses: fictional people do not belong among real ones.
	Production bool
	Say        func(sentence string) // progress; nil: silent
}

// Report is what was made and how long that took.
type Report struct {
	Cases     int
	Referrals int
	Rows      int
	Took      time.Duration // making and loading, without the checks
	Checked   time.Duration
}

// ErrProduction refuses to make fictional people in production.
var ErrProduction = errors.New("demo data is never loaded in production")

// ErrNotEmpty refuses to mix demo data with what is there.
var ErrNotEmpty = errors.New("there is data already; the demo needs an empty database")

// FewestCases is how many cases the fixed stories and the live work take.
const FewestCases = 40

// batch is how many cases are loaded at a time.
const batch = 1000

// SeedOnce makes the demo where there is none, and says whether it did. The
// address is the schema owner's.
func SeedOnce(ctx context.Context, ownerDSN string, o Options) (bool, error) {
	_, err := Seed(ctx, ownerDSN, o)
	if errors.Is(err, ErrNotEmpty) {
		return false, nil
	}
	return err == nil, err
}

// Seed makes the demo in an empty database, all of it or nothing, and checks
// the result as Check does. The address is the schema owner's, who cannot COPY
// into tables with row security and need not: rows go through a temporary
// stage (decisions.md 8).
func Seed(ctx context.Context, ownerDSN string, o Options) (Report, error) {
	if o.Production {
		return Report{}, ErrProduction
	}
	if err := o.Check(); err != nil {
		return Report{}, err
	}
	if o.Cases > 0 && len(o.Vault.Versions()) == 0 {
		return Report{}, vault.ErrNoKeys
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	conn, err := pgx.Connect(ctx, ownerDSN)
	if err != nil {
		return Report{}, fmt.Errorf("connecting as the owner: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	begun := time.Now()
	l := &loader{o: o, conn: conn, book: newBook(o.Vault)}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return l.run(ctx, tx) })
	if err != nil {
		return l.report, err
	}
	if _, err := conn.Exec(ctx, "analyze"); err != nil {
		return l.report, fmt.Errorf("analysing: %w", err)
	}
	l.report.Took = time.Since(begun)
	begun = time.Now()
	if err := Check(ctx, conn, o.Vault, o.Until); err != nil {
		return l.report, fmt.Errorf("the demo was made wrongly: %w", err)
	}
	l.report.Checked = time.Since(begun)
	return l.report, nil
}

// ParseUntil reads the day the demo ends, as 2026-11-20: at nine in the morning
// of it, London time, when people begin to work.
func ParseUntil(day string) (time.Time, error) {
	d, err := time.ParseInLocation(time.DateOnly, day, models.London())
	if err != nil {
		return time.Time{}, errors.New("give the day as YYYY-MM-DD")
	}
	return d.Add(opens), nil
}

// Check says what is wrong with the options, in words for whoever gave them.
func (o Options) Check() error {
	if o.Cases != 0 && o.Cases < FewestCases {
		return fmt.Errorf("the demo needs at least %d cases, because that many are laid out by hand, or none", FewestCases)
	}
	cal := models.MustCalendar()
	if !cal.Covers(o.Until.AddDate(-years, 0, -10)) || !cal.Covers(o.Until.AddDate(1, 0, 0)) {
		first, last := cal.Years()
		return fmt.Errorf("the demo takes %d years before its end and one after, and bank holidays are known from %d to %d only", years, first, last)
	}
	return nil
}

// loader moves cases from the generator to the database.
type loader struct {
	o      Options
	conn   *pgx.Conn
	book   *book
	report Report
}

// years is how far back the demo goes.
const years = 3

func (l *loader) run(ctx context.Context, tx pgx.Tx) error {
	var there bool
	err := tx.QueryRow(ctx, "select exists (select from users) or exists (select from organisations) or exists (select from cases)").Scan(&there)
	if err != nil {
		return err
	}
	if there {
		return ErrNotEmpty
	}
	w := newWorld(l.o.Cases / years)
	if err := w.insert(ctx, tx, l.o.Until.AddDate(0, 0, -2)); err != nil || l.o.Cases == 0 {
		return err
	}
	g, err := newGenerator(l.o.Seed, l.o.Until.AddDate(-years, 0, 0), l.o.Until, w)
	if err != nil {
		return err
	}
	// The triggers' queries are planned while the tables are still empty: without
	// this they would go on to read whole tables as these grow.
	if _, err := tx.Exec(ctx, "set local enable_seqscan = off"); err != nil {
		return err
	}
	for _, s := range l.book.sheets() {
		if err := s.makeStage(ctx, tx); err != nil {
			return err
		}
	}
	if err := l.loadAll(ctx, tx, g); err != nil {
		return err
	}
	if err := l.confer(ctx, tx, g); err != nil {
		return err
	}
	return l.finish(ctx, tx, w)
}

// loadAll makes the next cases while the database takes in the ones before.
func (l *loader) loadAll(ctx context.Context, tx pgx.Tx, g *generator) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	made := make(chan *book)
	spare := make(chan *book, 2)
	spare <- l.book
	spare <- newBook(l.o.Vault)
	go func() {
		defer close(made)
		l.make(ctx, g, spare, made)
	}()
	for b := range made {
		for _, s := range b.sheets() {
			l.report.Rows += s.rows
			if s.table == "cases" {
				l.report.Cases += s.rows
			}
			if s.table == "referrals" {
				l.report.Referrals += s.rows
			}
			if err := s.load(ctx, tx); err != nil {
				return err
			}
		}
		if l.report.Cases%(20*batch) == 0 {
			l.o.Say(fmt.Sprintf("%s cases made", models.Count(l.report.Cases)))
		}
		spare <- b
	}
	return ctx.Err()
}

// make fills one book after the other. Only it touches the generator.
func (l *loader) make(ctx context.Context, g *generator, spare <-chan *book, made chan<- *book) {
	laidOut := append(g.stories(), g.liveWork()...)
	slots := g.schedule(l.o.Cases - len(laidOut))
	n, notices := 0, int64(0)
	for n < len(slots) || len(laidOut) > 0 {
		var b *book
		select {
		case b = <-spare:
		case <-ctx.Done():
			return
		}
		b.notices = notices
		for range batch {
			switch {
			case n < len(slots):
				b.write(g, g.makeCase(n, slots[n]))
				n++
			case len(laidOut) > 0:
				b.write(g, laidOut[0])
				laidOut = laidOut[1:]
			}
		}
		notices = b.notices
		select {
		case made <- b:
		case <-ctx.Done():
			return
		}
	}
}

// finish makes right what the triggers of a final row cannot know: the receiver
// of a referral that ended before acceptance has no clocks, and the outbox goes
// on where the notices end.
func (l *loader) finish(ctx context.Context, tx pgx.Tx, w *world) error {
	_, err := tx.Exec(ctx, `update clocks c set access = array[r.from_org_id] from referrals r
		where r.id = c.referral_id and not r.receiver_sees and r.from_org_id <> r.to_org_id`)
	if err != nil {
		return fmt.Errorf("closing clocks to receivers: %w", err)
	}
	_, err = tx.Exec(ctx, "select setval(pg_get_serial_sequence('outbox', 'id'), coalesce((select max(outbox_id) from notices), 0) + 1, false)")
	if err != nil {
		return err
	}
	if err := l.openDoor(ctx, tx); err != nil {
		return err
	}
	if err := l.compare(ctx, tx); err != nil {
		return err
	}
	if err := l.said(ctx, tx, w); err != nil {
		return err
	}
	if err := l.asked(ctx, tx); err != nil {
		return err
	}
	return l.audits(ctx, tx, w)
}
