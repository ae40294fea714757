package handlers

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"throughline/handlers/route"
	"throughline/models"
)

// TestGoldenAccess writes down what each role is answered at each address,
// with nothing sent and records that are not there: 401 or 303 for who is not
// signed in, 403 for who may not, anything else for who may. Read it as an
// auditor would: a role that stands in a column it should not stand in is a
// finding.
func TestGoldenAccess(t *testing.T) {
	t.Parallel()
	s := open(t)
	people := s.oneOfEach(t)
	lines := map[string]string{}
	for _, r := range inOrder(s.routes) {
		line := r.Name() + "\n  needs " + string(r.Need) + "\n "
		for _, role := range append([]models.Role{""}, models.Roles()...) {
			w := s.do(t, call{who: people[role], method: r.Method, path: filled(r.Path, anID())})
			name := string(role)
			if role == "" {
				name = "nobody"
			}
			line += fmt.Sprintf(" %s=%d", name, w.Code)
			held(t, r, role, w.Code, name)
		}
		lines[r.Name()] = line + "\n"
	}
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		out.WriteString(lines[name])
	}
	golden(t, "access.txt", []byte(out.String()))
}

// held holds one answer to what the route's permission says, so that a golden
// file accepted without reading cannot open a door.
func held(t *testing.T, r route.Route, role models.Role, status int, name string) {
	t.Helper()
	refused := status == http.StatusForbidden
	stranger := status == http.StatusUnauthorized || !r.JSON && status == http.StatusSeeOther
	switch {
	case status >= 500:
		t.Errorf("%s as %s: got %d, want no fault", r.Name(), name, status)
	case r.Need == models.Public:
	case role == "" && !stranger:
		t.Errorf("%s as nobody: got %d, want to be told to sign in", r.Name(), status)
	case role != "" && refused == (models.Actor{Role: role}).Can(r.Need):
		t.Errorf("%s as %s: got %d, and the role holds %s: %v", r.Name(), name, status, r.Need, !refused)
	}
}

// inOrder leaves what ends a session for last.
func inOrder(routes []route.Route) []route.Route {
	out := slices.Clone(routes)
	slices.SortStableFunc(out, func(a, b route.Route) int { return ends(a) - ends(b) })
	return out
}

func ends(r route.Route) int {
	if strings.HasSuffix(r.Path, "/auth/session") || strings.HasSuffix(r.Path, "/sign-out") ||
		r.Method != http.MethodGet && (r.Path == "/api/v1/me/sessions" || r.Path == "/account/sessions/end") {
		return 1
	}
	return 0
}
