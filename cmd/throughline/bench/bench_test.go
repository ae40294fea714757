package bench

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/models"
)

func TestASwapGivesNewIdentifiersForThoseOfTheRequestAlone(t *testing.T) {
	t.Parallel()
	old, planted, other := models.IDAt(time.Now().Add(-time.Hour), [10]byte{1}), models.NewID(), models.NewID()
	since := time.Now().Add(-time.Second)
	made := models.NewID()
	s := &swap{since: since, ids: map[uuid.UUID]uuid.UUID{planted: other}, strings: map[string]string{"key-1": "key-2"}}
	got := s.args([]any{old, planted, made, &made, []uuid.UUID{made, planted}, "key-1", "C-0000-0000-0", "text", 7, nil, (*uuid.UUID)(nil)})
	if got[0] != old || got[1] != other {
		t.Errorf("got %v and %v, want %v as it was and %v in the planted one's place", got[0], got[1], old, other)
	}
	fresh, ok := got[2].(uuid.UUID)
	if !ok || fresh == made || fresh.Version() != 7 {
		t.Errorf("got %v, want a new identifier", got[2])
	}
	if p, ok := got[3].(*uuid.UUID); !ok || *p != fresh {
		t.Errorf("got %v, want the same new identifier for the same old one", got[3])
	}
	if diff := cmp.Diff([]uuid.UUID{fresh, other}, got[4]); diff != "" {
		t.Errorf("a list was swapped wrongly (-want +got):\n%s", diff)
	}
	if got[5] != "key-2" || got[6] == "C-0000-0000-0" || got[7] != "text" || got[8] != 7 || got[9] != nil || got[10] != nil {
		t.Errorf("got %v, want a new key, a new reference and the rest as it was", got[5:])
	}
}

func TestAtOnceSaysWhoAsksOnce(t *testing.T) {
	t.Parallel()
	r := recipe{
		{{sql: "select app_enter($1, $2)"}, {sql: "select 1"}},
		{{sql: "begin"}, {sql: "select app_enter($1, $2)"}, {sql: "insert"}},
		{{sql: "keep"}, {sql: "commit"}},
	}
	var got []string
	for _, s := range r.atOnce() {
		got = append(got, s.sql)
	}
	if diff := cmp.Diff([]string{"select app_enter($1, $2)", "select 1", "insert", "keep"}, got); diff != "" {
		t.Errorf("the trip holds other statements (-want +got):\n%s", diff)
	}
}

func idle(context.Context) count { return count{} }

func TestADuelTakesTurnsAndComparesInsideARound(t *testing.T) {
	t.Parallel()
	var order []string
	turn := func(name string) contender {
		return contender{name, func(context.Context, int, int) error {
			if len(order) == 0 || order[len(order)-1] != name {
				order = append(order, name)
			}
			return nil
		}}
	}
	got, err := duel(t.Context(), 2, 1, 0, 5, idle, []contender{turn("a"), turn("b")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b", "a", "b", "a"}, order); diff != "" { // a round to warm up, one, and one that begins with the second
		t.Errorf("they ran in another order (-want +got):\n%s", diff)
	}
	if n := got["a"].times; n != 10 {
		t.Errorf("got %d runs that count, want 10", n)
	}
	a, b := &outcome{byRound: []float64{10, 30, 20}}, &outcome{byRound: []float64{20, 30, 10}}
	if r := ratio(a, b); r != 1 {
		t.Errorf("got %v, want the median of a half, one and two", r)
	}
	wrong := errors.New("wrong")
	if _, err := duel(t.Context(), 1, 2, time.Second, 0, idle, []contender{{"c", func(context.Context, int, int) error { return wrong }}}); !errors.Is(err, wrong) {
		t.Errorf("got %v, want what went wrong", err)
	}
}

func TestTheClientReadsWhatServersSend(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer string
		status int
		body   string
	}{
		"a length": {"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX: y\r\n\r\nhello", 200, "hello"},
		"chunks":   {"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", 201, "hello world"},
		"no body":  {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, ""},
	} {
		ours, theirs := net.Pipe()
		go func() {
			_, _ = bufio.NewReader(theirs).ReadString('\n')
			_, _ = io.WriteString(theirs, test.answer)
		}()
		c := &client{conn: ours, in: bufio.NewReader(ours)}
		status, body, err := c.do([]byte("GET / HTTP/1.1\r\n"))
		if err != nil || status != test.status || string(body) != test.body {
			t.Errorf("%s: got %d %q %v, want %d %q", name, status, body, err, test.status, test.body)
		}
		c.close()
	}
}

func TestAPlanThatReadsABigTableWholeIsFound(t *testing.T) {
	t.Parallel()
	n := node{Type: "Nested Loop", Join: "(hashed SubPlan 2)", Plans: []node{
		{Type: "Seq Scan", Relation: "audit_events_202611"}, {Type: "Seq Scan", Relation: "services"}, {Type: "Index Scan", Relation: "cases"},
	}}
	got := n.faults()
	slices.Sort(got)
	if diff := cmp.Diff([]string{"Seq Scan on audit_events_202611", "hashed SubPlan at Nested Loop "}, got); diff != "" {
		t.Errorf("the faults are others (-want +got):\n%s", diff)
	}
}

func TestTheVerdictFailsUnderATarget(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	fine := &table{out: &out}
	fine.atLeast("1", "fast", 0.9, 0, 0.9)
	fine.atMost("12", "small", 39.9, 40, "MB")
	fine.same("equal", "x", "x")
	if err := fine.verdict(); err != nil {
		t.Errorf("got %v, want every target met", err)
	}
	for name, miss := range map[string]func(*table){
		"too slow": func(t *table) { t.atLeast("1", "", 0.89, 0, 0.9) }, "too large": func(t *table) { t.atMost("12", "", 41, 40, "MB") },
		"other work": func(t *table) { t.same("", "x", "y") },
	} {
		bad := &table{out: &out}
		miss(bad)
		if err := bad.verdict(); !errors.Is(err, ErrUnder) {
			t.Errorf("%s: got %v, want a missed target", name, err)
		}
	}
}
