package audit

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Opening is one time that somebody had a record before them: to read it, to work
// on it or to send some of it. The names of people are those of the reader's own
// organisation; of others the organisation and the role are told.
type Opening struct {
	ID        uuid.UUID // of the event, for its evidence
	At        time.Time
	OrgName   string // "" for the service itself
	Role      *models.Role
	ActorName *string
	What      string // "Opened the case", in plain words
}

// Openings tells who had a case before them, the latest first, and the cursor of
// the page after ("" on the last): for a manager who sees the case, and for the
// privacy officer of the organisation that holds or logged it, who does not. To
// everybody else the case is not found. Asking is itself on record.
func (s *Service) Openings(ctx context.Context, caseID uuid.UUID, limit int, cursor string) ([]Opening, string, error) {
	if err := allowed(ctx); err != nil {
		return nil, "", err
	}
	done := false
	var items []Entry
	var next string
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var err error
		if items, next, err = page(ctx, tx, Filter{CaseID: caseID, Refused: &done, Limit: limit, Cursor: cursor}); err != nil {
			return err
		}
		if len(items) == 0 && cursor == "" {
			return models.NotFound("trail of a case")
		}
		return tx.Record(ctx, models.Event{Action: "case.openings_read", SubjectType: "case", SubjectID: caseID, CaseID: caseID, Detail: map[string]any{"shown": len(items)}})
	})
	out := make([]Opening, len(items))
	for i, e := range items {
		out[i] = Opening{ID: e.ID, At: e.At, Role: e.ActorRole, ActorName: e.ActorName, What: ActWords(e.Action)}
		if e.OrgName != nil {
			out[i].OrgName = *e.OrgName
		}
	}
	return out, next, err
}

// ActWords says in plain words what an act of the trail was: for the person the
// record is about, and for whoever answers to them.
func ActWords(action string) string {
	known := map[string]string{
		"case.logged": "Logged the case", "case.opened": "Opened the case", "case.viewed": "Opened the case", "case.matched": "Looked for services for the case",
		"case.openings_read": "Read who opened the case", "case.openings_exported": "Wrote down for the person who opened their record",
		"case.linked_viewed":  "Looked for other records of the person",
		"safe_contact.opened": "Read how to reach the person safely", "safe_contact.changed": "Changed how to reach the person safely", "safe_contact.cleared": "Cleared a stop on a way to reach the person",
		"sharing.recorded": "Recorded what the person agreed to share", "sharing.listed": "Read what is shared", "sharing.withdrawn": "Withdrew what was shared",
		"notes.opened": "Read the notes", "note.added": "Wrote a note", "note.corrected": "Corrected a note",
		"forms.opened": "Read the forms", "form.filled": "Filled in a form", "form.corrected": "Corrected a form",
		"marac.opened": "Read the case at a MARAC", "marac.screened": "Took the case on at a MARAC", "marac.listed": "Put the case on the list of a MARAC", "marac.researched": "Said at a MARAC what is known",
		"marac.heard": "Kept the minutes of a MARAC", "marac.action_agreed": "Agreed on an action at a MARAC", "marac.action_done": "Did an action of a MARAC",
		"messages.read": "Read which messages were sent to the person", "message.asked": "Asked for a message to the person", "message.refused": "Asked for a message that is not safe, and was refused",
		"message.seen_to": "Saw to a message that did not arrive", "message.in_hand": "Took a message to the person in hand", "message.put_off": "Put off a message to the person",
		"message.sent": "Sent a message to the person", "message.delivered": "Heard that a message to the person arrived", "message.failed": "Could not send a message to the person", "message.unsure": "Does not know whether a message to the person was sent",
		"audit.viewed": "Read who opened the case", "audit.proved": "Took evidence of who did what", "audit.detail_erased": "Erased a detail from the trail",
		"contact.planned": "Planned a contact", "contact.plans_read": "Read which contacts are planned", "contact.refused": "Asked to make a contact that is not safe, and was refused",
	}
	if words, ok := known[action]; ok {
		return words
	}
	area, act, ok := strings.Cut(action, ".")
	if !ok || area == "" {
		return action
	}
	words := strings.ReplaceAll(area, "_", " ") + ": " + strings.ReplaceAll(act, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// Answered is the case of a reference, for a manager or privacy officer of the
// organisation that holds or logged it. To others it is not found.
func (s *Service) Answered(ctx context.Context, reference string) (uuid.UUID, error) {
	if err := allowed(ctx); err != nil {
		return uuid.Nil, err
	}
	ref, err := models.ParseReference(reference)
	if err != nil {
		return uuid.Nil, models.NotFound("case")
	}
	var id string
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &id, "select coalesce(app_case_answered(?)::text, '')", ref)
	})
	if err != nil {
		return uuid.Nil, models.Internal("looking for a case that is answered for", err)
	}
	if id == "" {
		return uuid.Nil, models.NotFound("case")
	}
	return uuid.Parse(id)
}

// Told is one line of what the victim is told: who had their record before them
// on a day, what for, and how often. No member of staff is named.
type Told struct {
	Day     time.Time
	OrgName string
	Role    string
	What    string
	Times   int
}

// mostTold is how many lines of the trail a letter is made from.
const mostTold = 20000

const toldSQL = `select (e.at at time zone 'Europe/London')::date as day, coalesce(o.name, 'Throughline itself') as org_name, coalesce(e.actor_role, 'system') as role, e.action,
  count(*) as times
from (select * from audit_events where case_id = ? and not refused order by at desc limit ?) e
left join organisations o on o.id = e.actor_org_id
group by 1, 2, 3, 4 order by 1 desc, 2, 3, 4`

// ForVictim is the same for the person the record is about, day by day. It is for
// those who may ask Openings, and on record as given out.
func (s *Service) ForVictim(ctx context.Context, caseID uuid.UUID) ([]Told, error) {
	if err := allowed(ctx); err != nil {
		return nil, err
	}
	var rows []struct {
		Day                   time.Time
		OrgName, Role, Action string
		Times                 int
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := tx.Scan(ctx, &rows, toldSQL, caseID, mostTold); err != nil {
			return models.Internal("reading who opened a record", err)
		}
		if len(rows) == 0 {
			return models.NotFound("trail of a case")
		}
		return tx.Record(ctx, models.Event{Action: "case.openings_exported", SubjectType: "case", SubjectID: caseID, CaseID: caseID, Detail: map[string]any{"shown": len(rows)}})
	})
	var out []Told
	for _, r := range rows {
		role := "Automatic"
		if r.Role != string(models.RoleSystem) {
			role = models.Role(r.Role).Words()
		}
		out = append(out, Told{Day: r.Day, OrgName: r.OrgName, Role: role, What: ActWords(r.Action), Times: r.Times})
	}
	return out, err
}
