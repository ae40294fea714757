package handlers

import (
	"net/http"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
)

func init() { furtherScenes = append(furtherScenes, feedScenes) }

const oneService = `[{"id":"1","name":"Drop-in","organization":{"name":"Neighbours"}},{"id":"2","name":"Rosebud Refuge","organization":{"name":"Neighbours"}},{"id":"3"}]`

// feedScenes are those of a feed of another directory of services.
func feedScenes() map[string]func(setting) scene {
	one := func(suffix string) func(setting) scene {
		return func(s setting) scene {
			id := plantFeed(s.t, s.Stage).String()
			return scene{who: "admin", id: id, path: "/api/v1/directory-feeds/" + id + suffix}
		}
	}
	return map[string]func(setting) scene{
		"POST /api/v1/directory-feeds": func(s setting) scene {
			body, kind := formOf(s.t, "feed.json", oneService, "source", "A borough", "format", "json")
			return scene{who: "admin", path: "/api/v1/directory-feeds", body: body, kind: kind}
		},
		"GET /api/v1/directory-feeds/{id}":          one(""),
		"GET /api/v1/directory-feeds/{id}/rows":     one("/rows"),
		"POST /api/v1/directory-feeds/{id}/publish": one("/publish"),
	}
}

// plantFeed is a feed of one service that was checked and not published.
func plantFeed(t testing.TB, s *testkit.Stage) uuid.UUID {
	t.Helper()
	id, admin := models.NewID(), s.Actor("admin")
	s.Do(t, "insert into listing_imports (id, org_id, source, format, status, total, accepted, at, by_user_id) values ($1, $2, 'A feed', 'json', 'checked', 1, 1, $3, $4)", id, admin.OrgID, s.Clock.Now(), admin.UserID)
	s.Do(t, `insert into listing_import_rows (import_id, n, org_id, outcome, name, content) values ($1::uuid, 1, $2, 'accepted', 'Drop-in', jsonb_build_object('id', gen_random_uuid(), 'source', 'A feed',
		'source_id', $1::uuid::text, 'organisation', 'Neighbours', 'name', 'Drop-in', 'description', '', 'status', 'active', 'url', '', 'email', '', 'phone', '', 'fees', '', 'accreditations', '', 'alert', '',
		'languages', '{}'::text[], 'areas', '{}'::text[], 'terms', '{}'::text[], 'hours', '[]'::jsonb, 'places', '[]'::jsonb, 'withheld', false, 'content_hash', encode(sha256('x'), 'hex')))`, id, admin.OrgID)
	return id
}

func TestAFeedOfServicesIsSentCheckedAndPublishedOnPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.visit(t, "admin", "GET", "/operator/feeds", nil, 200, "No feed was sent yet.")
	s.visit(t, "admin", "GET", "/operator/feeds/new", nil, 200, "Open Referral UK")
	s.visit(t, "admin", "POST", "/operator/feeds/new", nil, 422, "Enter what the directory is called", "Send a file")
	at := "/operator/feeds/" + plantFeed(t, s.Stage).String()
	s.visit(t, "admin", "GET", at, nil, 200, "Publish 1 service", "Drop-in", "Accepted")
	s.visit(t, "orgadmin", "GET", at, nil, http.StatusForbidden)
	s.visit(t, "admin", "POST", at+"/publish", nil, http.StatusSeeOther)
	s.visit(t, "admin", "GET", at, nil, 200, "It is published.")
	s.visit(t, "admin", "POST", at+"/publish", nil, http.StatusConflict)
	s.visit(t, "admin", "GET", "/operator/feeds", nil, 200, "A feed", "Published")
	found := newShapes(t).read(s, "/directory/services?search=neighbours")["contents"].([]any)
	if len(found) != 1 {
		t.Errorf("got %d services in the directory, want the one that was published", len(found))
	}
}
