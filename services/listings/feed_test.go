package listings_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/listings"
)

// said is what came of each row, by its name.
func said(t *testing.T, w *testkit.Stage, s *listings.Service, i listings.Import) map[string]string {
	t.Helper()
	rows, _, err := s.Rows(w.As("admin"), i.ID, listings.Query{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, r := range rows {
		out[fmt.Sprintf("%d %s", r.N, r.Name)] = strings.TrimSpace(string(r.Outcome) + " " + r.Field + " " + r.Code)
	}
	return out
}

func zipped(t *testing.T, tables map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range tables {
		f, err := z.Create("package/" + name + ".csv")
		if err == nil {
			_, err = f.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAFeedIsCheckedMatchedAndPublishedOnceAndARefugeByItsNameAlone(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	s := listings.New(w.DB)
	take := func(source, format, body string) listings.Import {
		t.Helper()
		i, err := s.Take(w.As("admin"), listings.Feed{Source: source, Format: format, Body: strings.NewReader(body)})
		if err != nil {
			t.Fatal(err, models.FieldsOf(err))
		}
		return i
	}
	published := func() int { return w.Count(t, "select count(*) from listings") }
	example, err := os.ReadFile("../../handlers/testdata/openreferral/hsds-service_full.json")
	if err != nil {
		t.Fatal(err)
	}
	idva, refuge := w.Service(testkit.ServiceIDVA), w.Service(testkit.ServiceRefuge)
	lane := `"service_at_locations":[{"location":{"location_type":"physical","addresses":[{"address_1":"99 Canary Lane","postal_code":"N1 9ZZ"}]}}]`
	feed := `{"contents":[` + string(example) + `,
		{"id":"1","name":"` + idva.Name + `","organization":{"name":"` + strings.ToUpper(w.Org(testkit.OrgVAWG).Name) + `"},"status":"active","email":"idva@example.org"},
		{"id":"` + refuge.ID.String() + `","name":"X","organization":{"name":"Y"},"description":"At 99 Canary Lane",` + lane + `},
		{"id":"3","name":"Rosebud Refuge","organization":{"name":"Z"},` + lane + `},
		{"id":"4","name":"Quiet rooms","organization":{"name":"Z"},"service_at_locations":[{"location":{"location_type":"redacted"}}],"description":"99 Canary Lane"},
		{"id":"4","name":"Twice","organization":{"name":"Z"}},
		{"id":"5","organization":{"name":"Z"}}, {"id":"6","name":"No status","organization":{"name":"Z"},"status":"shut"},
		{"id":"7","name":"Ages","organization":{"name":"Z"},"minimum_age":40,"maximum_age":"20"}, {"id":"8","name":"Link","organization":{"name":"Z"},"url":"javascript:alert(1)"}, 7]}`
	checked := take("Borough", "json", feed)
	want := map[string]string{
		"1 Community Counselling": "accepted", "2 " + idva.Name: "accepted", "3 X": "accepted", "4 Rosebud Refuge": "accepted", "5 Quiet rooms": "accepted", "6 Twice": "refused id twice",
		"7 ": "refused name required", "8 No status": "refused status unknown", "9 Ages": "refused maximum_age invalid", "10 Link": "refused url invalid", "11 ": "refused  invalid",
	}
	if diff := cmp.Diff(want, said(t, w, s, checked)); diff != "" {
		t.Error(diff)
	}
	if published() != 0 {
		t.Error("the check published something")
	}
	done, err := s.Start(w.As("admin"), checked.ID)
	if err != nil || done.Accepted != 5 || done.Refused != 6 || published() != 5 {
		t.Fatalf("got %+v, %d published, %v, want five published", done, published(), err)
	}
	if _, err := s.Start(w.As("admin"), checked.ID); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("got %v for a feed that is done, want a conflict", err)
	}
	if n := w.Count(t, "select count(*) from listings l where l::text like '%Canary%' or l.withheld and (l.places <> '[]' or l.description <> '')"); n != 0 {
		t.Errorf("%d listings say where a refuge is", n)
	}
	if n := w.Count(t, "select count(*) from listing_import_rows where content::text like '%Canary%'"); n != 0 {
		t.Errorf("%d rows of the report say where a refuge is", n)
	}
	d, err := s.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	own, err := d.Service(idva.ID)
	if err != nil || own.Email != "idva@example.org" || own.Name != idva.Name {
		t.Errorf("got %+v %v, want our service with the way to it that the feed told", own, err)
	}
	again := take("Borough", "json", strings.Replace(feed, `"email":"idva@example.org"`, `"email":"new@example.org"`, 1))
	if again.Accepted != 0 || again.Changed != 1 || again.Duplicate != 4 {
		t.Errorf("got %+v the second time, want one changed and the rest known", again)
	}
	if other := take("Another", "json", `[{"name":"community counselling","organization":{"name":"example organization inc."}},{"name":"`+idva.Name+`","organization":{"name":"`+w.Org(testkit.OrgVAWG).Name+`"}}]`); other.Duplicate != 2 {
		t.Errorf("got %+v of another directory, want what is known", other)
	}
	if n := w.Count(t, "select count(*) from audit_events where action in ('directory.feed_checked', 'directory.feed_published') and actor_user_id = $1", w.Person("admin").ID); n != 4 {
		t.Errorf("got %d lines of the trail, want 4", n)
	}
}

func TestAFeedMayBeATableOrTheStandardsTables(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	s := listings.New(w.DB)
	for format, body := range map[string]string{
		"csv": "\ufeffid,name,organization,phone,byday,opens_at,closes_at,address_1,postal_code,latitude,longitude,languages,taxonomy_terms\n" +
			"c1,Drop-in,Neighbours,020 7946 0001,\"MO,TU\",09:00,17:00,1 High Street,e81ea,51.5,-0.05,Urdu; Polish,stalking; Nothing known\n",
		"zip": zipped(t, map[string]string{
			"services": "id,organization_id,name,email\ns1,o1,Drop-in too,hello@example.org\n", "organizations": "id,name\no1,Neighbours\n", "service_at_location": "id,service_id,location_id\nx,s1,l1\n",
			"locations": "id,location_type,latitude,longitude\nl1,physical,51.5,-0.05\n", "addresses": "id,location_id,address_1,postal_code\na,l1,1 High Street,E8 1EA\n", "phones": "service_id,number\ns1,020 7946 0001\n",
			"schedules": "id,service_id,freq,byday,opens_at,closes_at\nh,s1,WEEKLY,\"MO,TU\",09:00,17:00\n", "languages": "service_id,name\ns1,Urdu\ns1,Polish\n",
			"attributes": "link_id,taxonomy_term_id\ns1,t1\n", "taxonomy_terms": "id,code,name\nt1,stalking,Stalking\n", "secrets": "id\n1\n",
		}),
		"json": "{\"id\":\"j1\",\"name\":\"One to a line\",\"organization_name\":\"N\"}\n\n{\"id\":\"j2\",\"name\":\"And another\",\"organization_name\":\"N\"}\n",
	} {
		i, err := s.Take(w.As("admin"), listings.Feed{Source: format, Format: format, Body: strings.NewReader(body)})
		if err == nil {
			i, err = s.Start(w.As("admin"), i.ID)
		}
		if err != nil || i.Refused > 0 || i.Accepted == 0 {
			t.Errorf("%s: got %+v %v %v", format, i, err, said(t, w, s, i))
		}
	}
	if n := w.Count(t, `select count(*) from listings where name like 'Drop-in%' and phone = '020 7946 0001' and places->0->>'postcode' = 'E8 1EA' and places->0->>'latitude' = '51.5'
		and hours->0->'days' = '["MO", "TU"]' and hours->0->>'closes' = '17:00' and languages = '{Urdu,Polish}' and terms = '{offence:stalking}' and organisation = 'Neighbours'`); n != 2 {
		t.Errorf("got %d services from the tables, want two, whole", n)
	}
	for name, f := range map[string]listings.Feed{
		"no services": {Source: "x", Format: "json", Body: strings.NewReader("[]")}, "no JSON": {Source: "x", Format: "json", Body: strings.NewReader(`[{"name":`)},
		"no zip": {Source: "x", Format: "zip", Body: strings.NewReader("PK")}, "no file": {Source: "x", Format: "csv"}, "no source": {Format: "csv", Body: strings.NewReader("a\n1\n")},
		"a format there is not": {Source: "x", Format: "xml", Body: strings.NewReader("<x/>")},
	} {
		if _, err := s.Take(w.As("admin"), f); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: got %v, want it refused as a whole", name, err)
		}
	}
	if _, err := s.Take(w.As("police"), listings.Feed{Source: "x", Format: "json", Body: strings.NewReader("[]")}); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("got %v for the police, want forbidden", err)
	}
}

// BenchmarkFeed takes in and publishes ten thousand services.
func BenchmarkFeed(b *testing.B) {
	w := testkit.World(b)
	s := listings.New(w.DB)
	for n := 0; b.Loop(); n++ {
		var feed strings.Builder
		for i := range 10_000 {
			fmt.Fprintf(&feed, `{"id":"%d-%d","name":"Service %d of %d","description":%q,"organization":{"name":"Organisation %d"},"service_at_locations":[{"location":{"latitude":51.5,"longitude":-0.1,"addresses":[{"address_1":"%d High Street","postal_code":"E8 1EA"}]}}]}`+"\n",
				n, i, i, n, strings.Repeat("Support for everybody. ", 15), i%700, i)
		}
		i, err := s.Take(w.As("admin"), listings.Feed{Source: "bench", Format: "json", Body: strings.NewReader(feed.String())})
		if err == nil {
			i, err = s.Start(w.As("admin"), i.ID)
		}
		if err != nil || i.Accepted != 10_000 {
			b.Fatal(i, err)
		}
	}
}
