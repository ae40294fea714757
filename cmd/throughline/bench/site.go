package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/internal/whole"
	"throughline/services/demo"
)

// Site is the product, joined to the database that is measured.
type Site struct {
	Handler http.Handler // as it serves, but for the limits on how fast one may ask
	Caught  http.Handler // the same on a pool that Catcher listens to
	Catcher *Catcher

	AppDSN, OwnerDSN, BenchDSN string
	Now                        func() time.Time
	Caps                       pg.Caps      // one session stands for hundreds
	Vault                      *vault.Vault // the data keys of the database

	// Start begins the product as a process of its own on the same database and
	// says where it listens and which process it is; stop ends it.
	Start func(ctx context.Context) (Process, error)
	Out   io.Writer
}

// Process is the product running by itself.
type Process struct {
	Addr string
	PID  int
	Stop func() error
}

// Options say how long and how much to measure.
type Options struct {
	Rounds  int
	Workers int
	Length  time.Duration // of one contender in one round
	Long    bool          // a minute for the run that looks for stalls
	Only    []string      // the parts to run, by the names of Parts; none: all
	Steps   bool          // also what each statement costs the database
}

// run is one run of the bench.
type run struct {
	Site
	o Options

	addr, caughtAddr, ordinaryAddr string
	owner, app, bypass             *pgxpool.Pool
	ordinary                       *ordinary
	people                         map[string]*signedIn
	seen                           []trip        // what each operation asked, for its plans
	inboxCost                      time.Duration // to the database, at the beginning
	table                          table
}

// signedIn is a demo person with their tokens.
type signedIn struct {
	id, org        uuid.UUID
	role           string
	token          string // the product's
	cookie         string // of the pages
	ordinary       string // the ordinary way's
	tokenForCaught string
}

// Run measures everything and prints what it found. It returns ErrUnder where a
// target was missed.
func Run(ctx context.Context, s Site, o Options) error {
	r := &run{Site: s, o: o, people: map[string]*signedIn{}, table: table{out: s.Out}}
	defer r.close()
	if err := r.open(ctx); err != nil {
		return err
	}
	for _, p := range parts() {
		if len(o.Only) > 0 && !slices.Contains(o.Only, p.name) {
			continue
		}
		if err := r.swept(ctx); err != nil {
			return err
		}
		if err := p.do(r, ctx); err != nil {
			return err
		}
	}
	return r.table.verdict()
}

// swept does the housekeeping that the database would start by itself after many
// writes, in the middle of whatever is measured then.
func (r *run) swept(ctx context.Context) error {
	rows, err := r.owner.Query(ctx, "select relid::regclass::text from pg_stat_user_tables where n_mod_since_analyze > 500 or n_ins_since_vacuum > 500")
	if err != nil {
		return fmt.Errorf("sweeping the database: %w", err)
	}
	written, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(written) == 0 {
		return err
	}
	err = r.owner.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
		for _, sql := range []string{"set statement_timeout = 0", "vacuum (analyze) " + strings.Join(written, ", "), "reset statement_timeout"} {
			if _, err := c.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sweeping the database: %w", err)
	}
	return nil
}

// part is one thing that is measured.
type part struct {
	name string
	do   func(*run, context.Context) error
}

// parts lists them in their order: plans looks at what those before it asked.
func parts() []part {
	return []part{
		{"inbox", (*run).inbox},
		{"case", (*run).casePage},
		{"search", (*run).search},
		{"create", (*run).create},
		{"accept", (*run).accept},
		{"plans", (*run).plans},
		{"audit", (*run).auditInsert},
		{"pages", (*run).pages},
		{"linkage", (*run).linkage},
		{"cliff", (*run).noCliff},
		{"process", (*run).process},
	}
}

// Parts names what can be measured alone.
func Parts() (names []string) {
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return names
}

// ErrUnder says that a target was missed.
var ErrUnder = errors.New("a target was missed")

func (r *run) open(ctx context.Context) (err error) {
	if r.owner, err = openPool(ctx, r.OwnerDSN, r.Caps, 4); err != nil {
		return err
	}
	conns := int32(r.o.Workers) //nolint:gosec // a handful
	if r.app, err = openPool(ctx, r.AppDSN, r.Caps, conns); err != nil {
		return err
	}
	if r.bypass, err = openPool(ctx, r.BenchDSN, r.Caps, conns); err != nil {
		return err
	}
	registerSealed()
	sealedWith.Store(r.Vault)
	if r.ordinary, err = newOrdinary(r.AppDSN, r.Caps, r.Now); err != nil {
		return err
	}
	for h, addr := range map[*http.Handler]*string{&r.Handler: &r.addr, &r.Caught: &r.caughtAddr} {
		if *addr, err = listen(ctx, *h); err != nil {
			return err
		}
	}
	if r.ordinaryAddr, err = listen(ctx, r.ordinary.handler()); err != nil {
		return err
	}
	for _, who := range []string{"support", "police", "vawg", "caseworker", "youthjustice"} {
		if r.people[who], err = r.signIn(ctx, who+"@demo.test"); err != nil {
			return fmt.Errorf("signing in as %s: %w", who, err)
		}
	}
	return nil
}

func (r *run) close() {
	for _, p := range []*pgxpool.Pool{r.owner, r.app, r.bypass} {
		if p != nil {
			p.Close()
		}
	}
	if r.ordinary != nil {
		r.ordinary.close()
	}
}

// listen serves a handler on loopback until the context ends.
func listen(ctx context.Context, h http.Handler) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	go func() { _ = s.Serve(whole.Listen(l)) }()
	go func() {
		<-ctx.Done()
		_ = s.Close()
	}()
	return l.Addr().String(), nil
}

// signIn signs a demo person in, on the product for systems and for pages, and
// on the ordinary way.
func (r *run) signIn(ctx context.Context, email string) (*signedIn, error) {
	p := &signedIn{}
	err := r.owner.QueryRow(ctx, "select id, org_id, role from users where email = $1", email).Scan(&p.id, &p.org, &p.role)
	if err != nil {
		return nil, err
	}
	if p.token, err = tokenOf(r.addr, email); err != nil {
		return nil, err
	}
	if p.tokenForCaught, err = tokenOf(r.caughtAddr, email); err != nil {
		return nil, err
	}
	if p.cookie, err = cookieOf(ctx, r.addr, email); err != nil {
		return nil, err
	}
	p.ordinary, err = r.ordinary.token(p.id, p.org, p.role)
	return p, err
}

func tokenOf(addr, email string) (string, error) {
	body, err := json.Marshal(map[string]string{"email": email, "password": demo.Password})
	if err != nil {
		return "", err
	}
	status, answer, err := ask(addr, request(http.MethodPost, "/api/v1/auth/tokens", "", body))
	if err := expect(http.StatusOK, status, answer, err); err != nil {
		return "", err
	}
	var got struct {
		AccessToken string `json:"access_token"`
	}
	return got.AccessToken, errors.Join(json.Unmarshal(answer, &got), nil)
}

// cookieOf signs in as a browser does.
func cookieOf(ctx context.Context, addr, email string) (string, error) {
	form := url.Values{"email": {email}, "password": {demo.Password}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/sign-in", strings.NewReader(form))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := (&http.Transport{}).RoundTrip(req) //nolint:gosec // loopback
	if err != nil {
		return "", err
	}
	_ = res.Body.Close()
	for _, c := range res.Cookies() {
		if strings.Contains(c.Name, "session") && c.Value != "" {
			return c.Name + "=" + c.Value, nil
		}
	}
	return "", fmt.Errorf("no session cookie came with %s", res.Status)
}

// asked catches what the product asks the database to answer one request.
func (r *run) asked(want int, req []byte) (recipe, []byte, error) {
	var body []byte
	caught, err := r.Catcher.during(func() error {
		status, answer, err := ask(r.caughtAddr, req)
		body = answer
		return expect(want, status, answer, err)
	})
	if err == nil {
		r.seen = append(r.seen, caught.atOnce())
	}
	return caught, body, err
}

// askedAgain is asked for what may be asked twice. Now and then a request also
// looks up what is then kept for a while; of two catches the shorter counts.
func (r *run) askedAgain(want int, req []byte) (recipe, []byte, error) {
	a, _, err := r.asked(want, req)
	if err != nil {
		return nil, nil, err
	}
	b, body, err := r.asked(want, req)
	if a.statements() < b.statements() {
		b = a
	}
	return b, body, err
}

// overHTTP is a contender that sends requests, each worker on a connection of
// its own.
func overHTTP(name, addr string, workers, want int, req func(n int) []byte) (contender, func(), error) {
	clients := make([]*client, workers)
	for i := range clients {
		c, err := dial(addr)
		if err != nil {
			return contender{}, nil, err
		}
		clients[i] = c
	}
	closeAll := func() {
		for _, c := range clients {
			c.close()
		}
	}
	return contender{name, func(_ context.Context, worker, n int) error {
		status, body, err := clients[worker].do(req(n))
		return expect(want, status, body, err)
	}}, closeAll, nil
}
