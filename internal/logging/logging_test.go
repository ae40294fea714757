package logging_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/logging"
	"throughline/models"
)

func TestNew(t *testing.T) {
	t.Parallel()

	t.Run("a line names the request and the actor by id, never by name", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		a := models.Actor{UserID: uuid.New(), OrgID: uuid.New(), Role: models.RoleCaseworker, Name: "Amaranta", OrgName: "Fernbrook"}
		ctx := models.WithActor(models.WithRequest(t.Context(), &models.Request{ID: "req-1"}), a)
		logging.New(&out, slog.LevelInfo, true).With("part", "x").InfoContext(ctx, "done")
		got := out.String()
		for _, want := range []string{`"request_id":"req-1"`, `"user_id":"` + a.UserID.String(), `"org_id":"` + a.OrgID.String(), `"role":"caseworker"`, `"part":"x"`} {
			if !strings.Contains(got, want) {
				t.Errorf("got %s, want %s in it", got, want)
			}
		}
		if strings.Contains(got, "Amaranta") || strings.Contains(got, "Fernbrook") {
			t.Errorf("got %s, want no name in it", got)
		}
	})

	t.Run("a line outside any request has neither", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		logging.New(&out, slog.LevelInfo, false).Info("started")
		if got := out.String(); strings.Contains(got, "request_id") || strings.Contains(got, "role") {
			t.Errorf("got %s, want no request and no actor", got)
		}
	})

	t.Run("a personal field is removed, in a group too and whatever its case", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		log := logging.New(&out, slog.LevelInfo, true)
		log.Info("x", "Family_Name", "Quetzal", slog.Group("victim", "postcode", "Quetzal"))
		log.With("email", "Quetzal").WithGroup("g").Info("x", "password", "Quetzal")
		if got := out.String(); strings.Contains(got, "Quetzal") || strings.Count(got, "[removed]") != 4 {
			t.Errorf("got %s, want four removed values", got)
		}
	})

	t.Run("lines under the level are not written", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		logging.New(&out, slog.LevelWarn, false).Info("x")
		if out.Len() != 0 {
			t.Errorf("got %s, want nothing", out.String())
		}
	})
}
