package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"throughline/internal/testkit"
	"throughline/models"
)

// published reads one of the published examples of HSDS, or what they are held to.
func published(t testing.TB, name string) any {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "openreferral", name))
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// shapes holds answers to what HSDS and its UK profile require of each object.
type shapes struct {
	t        *testing.T
	compiler *jsonschema.Compiler
	bodies   []string
}

func newShapes(t *testing.T) *shapes {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("shapes.json", published(t, "schema.json")); err != nil {
		t.Fatal(err)
	}
	return &shapes{t: t, compiler: c}
}

func (s *shapes) hold(kind string, v any) {
	s.t.Helper()
	schema, err := s.compiler.Compile("shapes.json#/$defs/" + kind)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := schema.Validate(v); err != nil {
		s.t.Errorf("%s: %v", kind, err)
	}
}

// within holds every property of an answer to those of the published example:
// there is one of its name, at its place, of its kind.
func within(path string, got, example any) (wrong []string) {
	switch g := got.(type) {
	case map[string]any:
		e, ok := example.(map[string]any)
		if !ok {
			return []string{path + " is an object"}
		}
		for name, v := range g {
			if _, ok := e[name]; !ok {
				wrong = append(wrong, path+"."+name+" is not in the standard")
				continue
			}
			wrong = append(wrong, within(path+"."+name, v, e[name])...)
		}
	case []any:
		e, ok := example.([]any)
		if !ok || len(e) == 0 {
			return []string{path + " is a list"}
		}
		for _, v := range g {
			wrong = append(wrong, within(path+"[]", v, e[0])...)
		}
	default:
		if fmt.Sprintf("%T", got) != fmt.Sprintf("%T", example) {
			return []string{fmt.Sprintf("%s is a %T, in the standard a %T", path, got, example)}
		}
	}
	return wrong
}

func (s *shapes) read(site *site, path string) map[string]any {
	s.t.Helper()
	w := site.do(s.t, call{method: http.MethodGet, path: path})
	if w.Code != http.StatusOK || w.Header().Get("Access-Control-Allow-Origin") != "*" || !strings.HasPrefix(w.Header().Get("Cache-Control"), "public") || w.Header().Get("ETag") == "" {
		s.t.Fatalf("%s: got %d %v, want 200, for any site and cached", path, w.Code, w.Header())
	}
	s.bodies = append(s.bodies, w.Body.String())
	return s.parsed(w.Body)
}

func (s *shapes) parsed(body io.Reader) map[string]any {
	s.t.Helper()
	v, err := jsonschema.UnmarshalJSON(body)
	if err != nil {
		s.t.Fatal(err)
	}
	out, ok := v.(map[string]any)
	if !ok {
		s.t.Fatalf("got a %T, want an object", v)
	}
	return out
}

// all reads every page of a list, and every entry of it by its own address.
func (s *shapes) all(site *site, kind, one string) (ids []string) {
	s.t.Helper()
	for n := 1; ; n++ {
		p := s.read(site, fmt.Sprintf("/directory/%s?per_page=7&page=%d", kind, n))
		s.hold(kind, p)
		for _, c := range p["contents"].([]any) {
			id := c.(map[string]any)["id"].(string)
			ids = append(ids, id)
			s.hold(one, s.read(site, "/directory/"+kind+"/"+id))
		}
		if p["last_page"].(bool) {
			if want := fmt.Sprint(p["total_items"]); fmt.Sprint(len(ids)) != want {
				s.t.Errorf("%s: read %d entries, the pages say %s", kind, len(ids), want)
			}
			return ids
		}
	}
}

// listed plants what is published of a service: one of the stage's, or another's.
func (s *site) listed(t testing.TB, service, organisation, name, places string) {
	t.Helper()
	var id any
	if service != "" {
		id = s.Service(service).ID
	}
	s.Do(t, `insert into listings (id, service_id, source, source_id, organisation, name, email, phone, url, areas, hours, places, terms, min_age, max_age, content_hash, changed_at)
		values ($1, $2, 'feed', $3, $4, $3, 'help@canary.example', '020 7946 0999', 'https://canary.example', '{Canary Ward}', '[{"days": ["SA"], "opens": "10:00", "closes": "16:00"}]', $5,
		'{offence:stalking}', 60, 90, sha256('x'), $6)`, models.NewID(), id, name, organisation, places, s.Clock.Now())
}

func placed(address, postcode string, latitude, longitude float64) string {
	b, _ := json.Marshal([]models.ListingPlace{{ID: models.NewID(), Kind: "physical", Name: address, Address: address, City: "London", Postcode: postcode, Latitude: &latitude, Longitude: &longitude}})
	return string(b)
}

func TestThePublicDirectoryIsOpenReferralUKAndNeverSaysWhereARefugeIs(t *testing.T) {
	t.Parallel()
	s := open(t)
	hold := newShapes(t)
	for kind, example := range map[string]string{"service": "hsds-service_full.json", "services": "hsds-service_list.json", "service_at_location": "hsds-service_at_location_full.json"} {
		hold.hold(kind, published(t, example))
	}
	hidden := placed("99 Canary Lane", "N1 9ZZ", 51.53333, -0.10111)
	s.listed(t, testkit.ServiceRefuge, "Another name", "Canary 1", hidden)
	s.listed(t, "", strings.ToUpper(s.Org(testkit.OrgRefuge).Name), "Canary 2", hidden)
	s.listed(t, testkit.ServiceIDVA, "Ashdown", "Known by its own name", placed("1 Open Street", "E8 1EA", 51.545, -0.055))
	s.listed(t, "", "Neighbours", "Saturday club", placed("2 Open Street", "E8 3DL", 51.540, -0.050))

	hold.hold("home", hold.read(s, "/directory/"))
	described, _ := newShapes(t).parsed(s.do(t, call{method: http.MethodGet, path: "/directory/openapi.json"}).Body)["paths"].(map[string]any)
	for _, r := range s.routes {
		if path := strings.TrimPrefix(r.Name(), "GET "); strings.HasPrefix(path, "/directory/") && path != "/directory/openapi.json" && described[path] == nil {
			t.Errorf("%s is not described at /directory/openapi.json", path)
		}
	}
	services := hold.all(s, "services", "service")
	for _, id := range services {
		if wrong := within("service", hold.read(s, "/directory/services/"+id), published(t, "hsds-service_full.json")); len(wrong) > 0 {
			t.Error(wrong)
		}
	}
	at := hold.all(s, "service_at_locations", "service_at_location")
	if wrong := within("at", hold.read(s, "/directory/service_at_locations/"+at[0]), published(t, "hsds-service_at_location_full.json")); len(wrong) > 0 {
		t.Error(wrong)
	}
	hold.all(s, "taxonomies", "taxonomy")
	hold.all(s, "taxonomy_terms", "taxonomy_term")
	if len(at) != 2 {
		t.Errorf("got %d services at places, want the two whose places are told", len(at))
	}
	refuge := hold.read(s, "/directory/services/"+s.Service(testkit.ServiceRefuge).ID.String())
	if refuge["name"] != s.Service(testkit.ServiceRefuge).Name || refuge["service_at_locations"] != nil || refuge["service_areas"] != nil || refuge["contacts"] != nil {
		t.Errorf("got %v of a refuge, want its name and neither a place, an area nor a way to it", refuge)
	}
	for _, secret := range []string{"Canary Lane", "N1 9ZZ", "51.53333", "-0.10111", "canary.example", "7946 0999", "Canary Ward"} {
		for _, body := range hold.bodies {
			if strings.Contains(body, secret) && !strings.Contains(body, "Open Street") && !strings.Contains(body, "Saturday club") && !strings.Contains(body, s.Service(testkit.ServiceIDVA).ID.String()) {
				t.Errorf("%q is in %s", secret, body)
			}
		}
	}
	for _, lane := range []string{"Canary Lane", "N1 9ZZ", "51.53333"} {
		if all := strings.Join(hold.bodies, ""); strings.Contains(all, lane) {
			t.Errorf("where a refuge is, is published: %q", lane)
		}
	}
}

func TestThePublicDirectoryAnswersWhatItIsAskedAndRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.listed(t, testkit.ServiceIDVA, "Ashdown", "Known by its own name", placed("1 Open Street", "E8 1EA", 51.545, -0.055))
	s.listed(t, "", "Neighbours", "Saturday club", placed("2 Open Street", "E8 3DL", 51.540, -0.050))
	var term string
	terms := newShapes(t).read(s, "/directory/taxonomy_terms?search=stalking")["contents"].([]any)
	term = terms[0].(map[string]any)["id"].(string)
	club := "Saturday club"
	for query, want := range map[string]string{
		"services?search=club+NEIGHBOURS": club, "services?search=club&minimum_age=50&maximum_age=61": club, "services?search=club&maximum_age=59": "",
		"services?search=club&day=SA": club, "services?search=club&day=saturday&start_time=10:00&end_time=16:00": club, "services?search=club&day=SU": "",
		"services?search=club&start_time=09:59": "", "services?search=club&end_time=16:01": "", "services?search=club&taxonomy_term_id=" + term: club,
		"services?search=club&taxonomy_term_id=" + anID(): "", "services?search=club&page=2": "", "services?search=club&per_page=1": club,
		"service_at_locations?postcode=E8+3DL": club, "service_at_locations?postcode=e8&proximity=5000&search=club": club, "service_at_locations?postcode=E8+1EA&proximity=300&search=club": "",
	} {
		p := newShapes(t).read(s, "/directory/"+query)["contents"].([]any)
		got := ""
		if len(p) > 0 {
			first := p[0].(map[string]any)
			if inner, ok := first["service"].(map[string]any); ok {
				first = inner
			}
			got = first["name"].(string)
		}
		if got != want {
			t.Errorf("%s: got %q first, want %q", query, got, want)
		}
	}
	for query, want := range map[string]int{
		"services?colour=red": 400, "services?page=1&page=2": 400, "services?page=0": 422, "services?per_page=101": 422, "services?minimum_age=old": 422, "services?minimum_age=9&maximum_age=8": 422,
		"services?day=someday": 422, "services?start_time=9am": 422, "services?start_time=12:00&end_time=11:00": 422, "services?taxonomy_id=x": 422, "services/x": 404, "services/" + anID(): 404,
		"service_at_locations?postcode=nowhere": 422, "service_at_locations?postcode=SW1A+1AA": 422, "service_at_locations?proximity=50": 422, "service_at_locations/" + anID(): 404,
		"taxonomies/" + anID(): 404, "taxonomy_terms/" + anID(): 404, "organizations": 404,
	} {
		w := s.do(t, call{method: http.MethodGet, path: "/directory/" + query})
		if w.Code != want || w.Header().Get("Content-Type") != "application/problem+json" && query != "organizations" {
			t.Errorf("%s: got %d %s, want %d and a problem", query, w.Code, w.Header().Get("Content-Type"), want)
		}
		if query != "organizations" && w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: another site cannot read why it was refused", query)
		}
	}
}

func TestTheDirectoryAloneIsOpenToOtherSitesAndSaysWhetherACopyIsGood(t *testing.T) {
	t.Parallel()
	s := open(t)
	from := func(path string, more header) (int, http.Header) {
		w := s.do(t, call{method: http.MethodGet, path: path, headers: more})
		return w.Code, w.Header()
	}
	elsewhere := header{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Origin": "https://elsewhere.example"}
	code, head := from("/directory/services", elsewhere)
	if code != 200 || head.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("got %d %v from another site, want the directory", code, head)
	}
	for _, r := range s.routes {
		path := filled(r.Path, anID())
		if r.Method != http.MethodGet || strings.HasPrefix(path, "/directory") || strings.HasSuffix(path, "z") {
			continue
		}
		if code, head := from(path, elsewhere); code != http.StatusForbidden || head.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: got %d and %q for another site, want to be refused", path, code, head.Get("Access-Control-Allow-Origin"))
		}
	}
	tag := head.Get("ETag")
	if code, _ := from("/directory/services", header{"If-None-Match": `"other", W/` + tag}); code != http.StatusNotModified {
		t.Errorf("got %d with a copy that is good, want 304", code)
	}
	if code, _ := from("/directory/services?page=2", header{"If-None-Match": tag}); code != http.StatusOK {
		t.Errorf("got %d with a copy of another page, want 200", code)
	}
	s.listed(t, "", "Neighbours", "Saturday club", "[]")
	if err := s.deps.Listings.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code, _ := from("/directory/services", header{"If-None-Match": tag}); code != http.StatusOK {
		t.Errorf("got %d with a copy that is old, want 200", code)
	}
}

// BenchmarkDirectory measures a page of ten thousand services, through the edge.
func BenchmarkDirectory(b *testing.B) {
	s := open(b)
	s.Do(b, `insert into listings (id, source, source_id, organisation, name, description, terms, hours, places, content_hash, changed_at)
		select gen_random_uuid(), 'feed', n::text, 'Organisation ' || n % 900, 'Service ' || n, repeat('Support for people of every age. ', 12), '{offence:assault}',
		'[{"days": ["MO", "TU"], "opens": "09:00", "closes": "17:00"}]', jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'kind', 'physical', 'postcode', 'E8 1EA', 'latitude', 51.5, 'longitude', -0.1)),
		sha256('x'), now() from generate_series(1, 10000) n`)
	for _, path := range []string{"services?per_page=100&page=37", "services?search=every+age&day=MO&start_time=10:00&minimum_age=30", "service_at_locations?postcode=E8+1EA&per_page=100"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				if w := s.do(b, call{method: http.MethodGet, path: "/directory/" + path}); w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
