package cases

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// Many writes cases together, set by set, in a batch that is somebody else's:
// the rows of a file. What they are held to, and every row that is made of
// them, is what Log has. It needs case:create.
type Many struct {
	victims, cases, incidents, people, channels, details, codes [][]any

	events []models.Event
	ids    []uuid.UUID
}

// Examine tidies a case that is to be logged and returns all that is wrong with
// it, as Log would. It changes nothing.
func (s *Service) Examine(ctx context.Context, in *LogInput) ([]models.FieldError, error) {
	if _, err := models.May(ctx, models.CaseCreate); err != nil {
		return nil, err
	}
	return s.checkLog(ctx, in)
}

// Many begins an empty set.
func (s *Service) Many() *Many { return &Many{} }

// Add adds an examined case to the set, and tells how it will be known. source
// is where it came from, for the trail.
func (m *Many) Add(b *pg.Batch, in *LogInput, source map[string]any) Logged {
	c := in.begin(b.Now)
	in.Victim.ID = c.VictimID
	m.victims = append(m.victims, victimArgs(b, &in.Victim))
	m.cases = append(m.cases, caseArgs(b, &c))
	for n := range in.Incidents {
		m.incidents = append(m.incidents, incidentArgs(b.Vault, models.NewID(), c.ID, n+1, &in.Incidents[n]))
	}
	m.people = append(m.people, peopleArgs(b, &c, in.RelatedPeople)...)
	if in.SafeContact.CodeWord != "" {
		m.codes = append(m.codes, []any{c.ID, b.Vault.Seal(vault.CodeWord, c.ID, in.SafeContact.CodeWord)})
	}
	channels, details := channelArgs(b, &c, in.SafeContact.Channels, in.ContactSource)
	m.channels, m.details = append(m.channels, channels...), append(m.details, details...)
	e := in.logged(&c)
	for k, v := range source {
		e.Detail[k] = v
	}
	m.events, m.ids = append(m.events, e), append(m.ids, c.ID)
	return Logged{ID: c.ID, Reference: c.Reference, Status: c.Status, Enhanced: c.Enhanced, EnhancedReasons: c.EnhancedReasons, Version: c.Version}
}

// Write adds the statements of the whole set to the batch: who it is about
// first, since a case is only logged about somebody one can see.
func (m *Many) Write(b *pg.Batch) {
	b.Insert(intoVictims, m.victims...)
	b.Insert(intoCases, m.cases...)
	b.Insert(intoIncidents, m.incidents...)
	b.Insert(intoPeople, m.people...)
	b.Insert(intoChannels, m.channels...)
	b.Insert(intoDetails, m.details...)
	b.Insert(intoCodeWords, m.codes...)
	b.RecordAll(m.events)
	b.EnqueueAll("case.logged", m.ids)
}
