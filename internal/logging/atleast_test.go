package logging_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"throughline/internal/logging"
)

func TestALibraryIsHeardFromALevelOn(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := logging.AtLeast(logging.New(&out, slog.LevelInfo, false), slog.LevelWarn)
	for _, l := range []*slog.Logger{log, log.With("client_id", "a"), log.WithGroup("g")} {
		l.Info("counts")
		l.Warn("stuck")
	}
	if got := out.String(); strings.Contains(got, "counts") || strings.Count(got, "stuck") != 3 {
		t.Errorf("got %q, want three warnings and nothing else", got)
	}
}
