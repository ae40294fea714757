package e2e

import (
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// book is a copy of the product that lives through the days of worked stories
// (domain.md 8). The stories are told side by side: once each of them waits for
// a day to come, the copy is stopped and begun again on the earliest of them.
type book struct {
	t    *testing.T
	data string

	mu      sync.Mutex
	turned  *sync.Cond
	server  *server
	now     time.Time
	telling int                  // stories that have not ended
	waiting map[*story]time.Time // and those of them that wait for a day
	failed  error
}

// story is one of them, as it is told.
type story struct {
	*testing.T
	book *book
}

// tell tells stories, each by its name.
func tell(t *testing.T, stories map[string]func(*story)) {
	t.Helper()
	b := &book{t: t, data: filepath.Join(folder, "book"), telling: len(stories), waiting: map[*story]time.Time{}}
	b.turned = sync.NewCond(&b.mu)
	var all sync.WaitGroup
	for name, does := range stories {
		all.Go(func() {
			t.Run(name, func(t *testing.T) {
				s := &story{t, b}
				defer b.ended()
				does(s)
			})
		})
	}
	all.Wait()
	if b.server != nil {
		if err := b.server.stop(); err != nil {
			t.Error(err)
		}
	}
}

// on goes on once it is that time in London: 2026-04-02 10:00.
func (s *story) on(day string) {
	s.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", day, london)
	if err != nil {
		s.Fatal(err)
	}
	b := s.book
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting[s] = at
	b.turn()
	for b.failed == nil {
		if _, waits := b.waiting[s]; !waits {
			return
		}
		b.turned.Wait()
	}
	s.Fatal(b.failed)
}

// ended lets the others go on without it.
func (b *book) ended() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.telling--
	b.turn()
}

// turn begins the next day where every story waits for one.
func (b *book) turn() {
	if b.telling == 0 || len(b.waiting) < b.telling || b.failed != nil {
		return
	}
	var next time.Time
	for _, at := range b.waiting {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	b.failed = b.begin(next)
	for s, at := range b.waiting {
		if at.Equal(next) {
			delete(b.waiting, s)
		}
	}
	b.turned.Broadcast()
}

func (b *book) begin(at time.Time) (err error) {
	if b.server != nil {
		if err := b.server.stop(); err != nil {
			return err
		}
	}
	b.now = at
	b.server, err = startWith([]string{"DEMO_NOW=" + at.UTC().Format(time.RFC3339)}, b.data, "", "demo", "--cases", "0")
	return err
}

// as signs somebody in today.
func (s *story) as(who string) *caller {
	s.Helper()
	return signIn(s, s.book.server.url, who)
}

// worker is the address of somebody who works for an organisation.
func (s *story) worker(organisation string) string {
	s.Helper()
	var address string
	err := s.book.server.superuser(s).QueryRow(s.Context(), `select u.email from users u join organisations o on o.id = u.org_id
		where o.name = $1 and u.role in ('caseworker', 'provider_worker') and u.disabled_at is null order by u.email limit 1`, organisation).Scan(&address)
	if err != nil {
		s.Fatalf("somebody of %s: %v", organisation, err)
	}
	return address
}

// today is the date of the story, some days on.
func (s *story) today(more int) string {
	return s.book.now.AddDate(0, 0, more).Format(time.DateOnly)
}

var london = func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return l
}()

// at is a time of a day in London as systems send it.
func moment(day string) string {
	t, err := time.ParseInLocation("2006-01-02 15:04", day, london)
	if err != nil {
		panic(err)
	}
	return t.UTC().Format(time.RFC3339)
}

// day writes a time as people do: Wed 8 Apr.
func day(v any) string {
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return "never"
	}
	return t.In(london).Format("Mon 2 Jan")
}
