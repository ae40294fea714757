package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestADatabaseThatCannotBeReachedIsSaidAndFailsNothing(t *testing.T) {
	t.Parallel()
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/index/db.json" {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	t.Cleanup(there.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(gone.Close)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	bad := func(string) error { return errors.New("there are faults") }
	good := func(string) error { return nil }
	for name, test := range map[string]struct {
		base string
		run  func(string) error
		says string
		code int
	}{
		"there, and nothing is known":   {there.URL, good, "none", 0},
		"there, and something is known": {there.URL, bad, "some", 1},
		"there, with a slash":           {there.URL + "/", good, "none", 0},
		"not there":                     {gone.URL, bad, "NOT LOOKED AT", 0},
		"closed":                        {closed.URL, bad, "NOT LOOKED AT", 0},
		"a folder that is not there":    {"file:///nowhere", bad, "NOT LOOKED AT", 0},
		"off":                           {"off", bad, "not asked", 0},
	} {
		if says, code := check(test.base, test.run); code != test.code || !strings.Contains(says, test.says) {
			t.Errorf("%s: got %d %q, want %d and %q", name, code, says, test.code, test.says)
		}
	}
}
