package rights

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// PackItem is one value of an answer: what it is, whose, what was decided of
// it, and what is shown.
type PackItem struct {
	Key      string // table.column.row
	Section  string
	Label    string
	Whose    string
	Value    string // as it stands in the record: for whoever prepares the answer alone
	Mark     string // release, withhold, redact; "" where nobody has decided
	Redacted string
	Changed  bool   // it is not what was looked at
	Shown    string // what leaves; "" is held back
}

func (i *PackItem) decided() string {
	switch {
	case i.Changed:
		return "Held back: it changed after it was looked at"
	case i.Mark == "release":
		return "Given whole"
	case i.Mark == "redact":
		return "Given in part"
	}
	return "Held back"
}

// Pack is the answer to a request.
type Pack struct {
	Request models.DataRequest
	Items   []PackItem
}

// Prepare shows what an answer would be made of, with everything of it, to
// whoever prepares it. A request that was answered, or of which it is not known
// who asks, is a conflict.
func (s *Service) Prepare(ctx context.Context, id uuid.UUID) (Pack, error) {
	return s.pack(ctx, id, "request.prepared", func(q *models.DataRequest) error {
		if q.Kind != models.RequestAccess || q.Status == models.RequestAnswered || q.IdentityOn == nil {
			return models.Conflict("There is nothing to prepare: it was answered, or it is not known who asks.")
		}
		return nil
	})
}

// Answer is the pack as it leaves: what is held back is not in it. It can be
// seen until it expires; then it is a conflict that says so.
func (s *Service) Answer(ctx context.Context, id uuid.UUID) (Pack, error) {
	p, err := s.pack(ctx, id, "request.pack_viewed", func(q *models.DataRequest) error {
		switch {
		case q.Status != models.RequestAnswered || q.Outcome != models.OutcomeRelease:
			return models.Conflict("Nothing was released on this request.")
		case q.ExpiresAt == nil || !s.db.Now().Before(*q.ExpiresAt):
			return models.Conflict("This could be seen for two weeks, which are over. It has to be asked for again.")
		}
		return nil
	})
	shown := p.Items[:0]
	for _, i := range p.Items {
		if i.Shown != "" {
			i.Value = ""
			shown = append(shown, i)
		}
	}
	p.Items = shown
	return p, err
}

func (s *Service) pack(ctx context.Context, id uuid.UUID, action string, fits func(*models.DataRequest) error) (Pack, error) {
	var out Pack
	if _, err := may(ctx); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		q, err := findRequest(ctx, tx, id, "")
		if err != nil {
			return err
		}
		if err := fits(&q); err != nil {
			return err
		}
		out.Request = q
		if out.Items, err = s.items(ctx, tx, &q); err != nil {
			return err
		}
		var keys []string
		for i := range out.Items {
			if out.Items[i].Shown != "" {
				keys = append(keys, strings.SplitN(out.Items[i].Key, ":", 2)[0])
			}
		}
		return record(ctx, tx, action, "data_request", id, caseOf(&q), map[string]any{"values": len(out.Items), "fields": unique(keys)})
	})
	return out, err
}

func unique(keys []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, k := range keys {
		if !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

// items makes the values of an answer from the record a request names, with
// what was decided of each.
func (s *Service) items(ctx context.Context, tx *pg.Tx, q *models.DataRequest) ([]PackItem, error) {
	var out []PackItem
	var err error
	if q.Relation == models.RelationSuspect {
		out, err = s.suspectItems(ctx, tx, q)
	} else {
		out, err = s.recordItems(ctx, tx, q)
	}
	if err != nil {
		return nil, err
	}
	var marks []struct {
		Key, Decision, Redacted string
		ValueHash               []byte
	}
	if err := tx.Scan(ctx, &marks, "select key, decision, coalesce(redacted, '') as redacted, value_hash from data_request_marks where request_id = ?", q.ID); err != nil {
		return nil, err
	}
	for i := range out {
		for _, m := range marks {
			if m.Key == out[i].Key {
				out[i].Mark, out[i].Redacted, out[i].Changed = m.Decision, m.Redacted, !bytes.Equal(m.ValueHash, hashOf(out[i].Value))
			}
		}
		out[i].Shown = shown(q, &out[i])
	}
	return out, nil
}

func hashOf(value string) []byte {
	h := sha256.Sum256([]byte(value))
	return h[:]
}

// shown is what leaves of a value: where and how the victim is reached goes to
// the victim alone, whatever anybody marked; somebody else's and free text only
// as a person decided, of the value that person saw.
func shown(q *models.DataRequest, i *PackItem) string {
	if q.Kind == models.RequestInformation {
		return i.Value // chosen field by field
	}
	if i.Whose == models.WhosePlace {
		if q.Relation == models.RelationVictim {
			return i.Value
		}
		return ""
	}
	if i.Changed {
		return ""
	}
	switch i.Mark {
	case "release":
		return i.Value
	case "redact":
		return i.Redacted
	case "withhold":
		return ""
	}
	if i.Whose == models.WhoseSubject && q.Relation != models.RelationSuspect {
		return i.Value
	}
	return ""
}

// suspectItems are the records of who asks as a suspect: their own name as it
// was written down, and nothing of any case or victim.
func (s *Service) suspectItems(ctx context.Context, tx *pg.Tx, q *models.DataRequest) ([]PackItem, error) {
	var rows []struct {
		ID     uuid.UUID
		Person string
	}
	if err := tx.Scan(ctx, &rows, "select id, person::text as person from app_suspects(?)", q.ID); err != nil {
		return nil, err
	}
	var out []PackItem
	for _, r := range rows {
		var row map[string]any
		if err := json.Unmarshal([]byte(r.Person), &row); err != nil {
			return nil, err
		}
		name, err := open(tx, "related_people", "name", row)
		if err != nil {
			return nil, err
		}
		if name != "" && models.NameKey(name) == models.NameKey(q.Requester) {
			out = append(out, PackItem{Key: "related_people.name:" + r.ID.String(), Section: "About you", Label: "Your name", Whose: models.WhoseMixed, Value: name})
		}
	}
	return out, nil
}

func (s *Service) recordItems(ctx context.Context, tx *pg.Tx, q *models.DataRequest) ([]PackItem, error) {
	var found struct{ Record *string }
	if err := tx.Scan(ctx, &found, "select (app_subject_record(?) || coalesce(app_subject_forms(?), '{}'))::text as record", q.ID, q.ID); err != nil {
		return nil, err
	}
	if found.Record == nil {
		return nil, models.Conflict("The record this is about cannot be read: it may be gone, or not yours any longer.")
	}
	tables := map[string][]map[string]any{}
	d := json.NewDecoder(strings.NewReader(*found.Record))
	d.UseNumber()
	if err := d.Decode(&tables); err != nil {
		return nil, err
	}
	var out []PackItem
	done := map[string]bool{}
	for _, first := range models.PackFields() {
		if done[first.Table] {
			continue
		}
		done[first.Table] = true
		for n, row := range tables[first.Table] {
			if err := packRow(tx, q, first.Table, n, row, &out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// packRow adds what a row of a table says, in the order of models.PackFields.
func packRow(tx *pg.Tx, q *models.DataRequest, table string, n int, row map[string]any, out *[]PackItem) error {
	for _, f := range models.PackFields() {
		if f.Table != table || !asked(q, f, row) {
			continue
		}
		value, err := open(tx, f.Table, f.Column, row)
		if err != nil {
			return err
		}
		if value == "" {
			continue
		}
		label := f.Label
		if table == "notes" && row["kind"] == "counselling" {
			label = "Counselling note"
		}
		*out = append(*out, PackItem{Key: fmt.Sprintf("%s.%s:%s", f.Table, f.Column, rowKey(row, n)), Section: f.Section, Label: label, Whose: f.Whose, Value: value})
	}
	return nil
}

// asked reports whether a request is for a column: all of them of an access
// request, and of an information request exactly the chosen ones.
func asked(q *models.DataRequest, f models.PackField, row map[string]any) bool {
	if q.Kind != models.RequestInformation {
		return true
	}
	key := f.Key
	switch {
	case f.Table == "notes" && row["kind"] == "counselling":
		key = models.CounsellingNotes
	case f.Table == "related_people" && row["suspect"] != true:
		key = "children"
	}
	return key != "" && contains(q.Fields, key)
}

// rowKey tells the rows of a table apart.
func rowKey(row map[string]any, n int) string {
	for _, name := range []string{"id", "channel_id", "case_id", "referral_id"} {
		if id, ok := row[name].(string); ok {
			if stage, ok := row["stage"].(string); ok {
				return id + "-" + stage
			}
			return id
		}
	}
	return fmt.Sprint(n)
}

// open writes a value as words. One that is sealed in the database is opened.
func open(tx *pg.Tx, table, column string, row map[string]any) (string, error) {
	text, is := row[column].(string)
	if !is || !strings.HasPrefix(text, `\x`) {
		return plain(row[column]), nil
	}
	for _, c := range vault.Columns() {
		spec := c.Spec()
		if spec.Table != table || spec.Name != column || spec.Part != "" && row["stage"] != spec.Part {
			continue
		}
		sealed, err := hex.DecodeString(text[2:])
		if err != nil {
			return "", models.Internal("reading a sealed value", err)
		}
		id, _ := row[spec.Key].(string)
		key, err := uuid.Parse(id)
		if err != nil || len(sealed) == 0 {
			return "", nil //nolint:nilerr // emptied: nothing to open
		}
		b, err := tx.Vault.Open(c, key, sealed)
		return string(b), err
	}
	return "", nil
}

// plain writes what JSON holds as words.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = plain(v[i])
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		if len(v) == 0 {
			return ""
		}
		b, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(b)
	}
	return fmt.Sprint(v)
}

// Mark is what is decided of one value of an answer.
type Mark struct {
	Key      string
	Decision string // release, withhold, redact
	Redacted string // what is left of it
}

// MarkItems keeps what is decided of values. Each has to be of the answer as it
// is now; where the victim is reached is not decided by anybody.
func (s *Service) MarkItems(ctx context.Context, id uuid.UUID, marks []Mark) (models.DataRequest, error) {
	return s.change(ctx, id, "request.marked", func(ctx context.Context, tx *pg.Tx, q *models.DataRequest) ([]models.FieldError, error) {
		f := &models.Faults{}
		if q.Kind != models.RequestAccess || q.IdentityOn == nil || q.Status != models.RequestOpen {
			f.Add("marks", models.FieldNotOpen, "There is nothing to decide: it has to be known first who asks")
			return f.List(), nil
		}
		items, err := s.items(ctx, tx, q)
		if err != nil {
			return nil, err
		}
		byKey := map[string]*PackItem{}
		for i := range items {
			byKey[items[i].Key] = &items[i]
		}
		for n, m := range marks {
			field := fmt.Sprintf("marks[%d]", n)
			i := byKey[m.Key]
			switch {
			case i == nil:
				f.Add(field+".key", models.FieldUnknown, "This is not part of the answer")
			case i.Whose == models.WhosePlace:
				f.Add(field+".key", models.FieldNotOpen, "Where and how a victim is reached goes to the victim alone")
			case m.Decision == "redact" && strings.TrimSpace(m.Redacted) == "":
				f.Add(field+".redacted", models.FieldRequired, "Enter what is left of it, or hold it back")
			case !contains([]string{"release", "withhold", "redact"}, m.Decision):
				f.Add(field+".decision", models.FieldUnknown, "Select what is done with it")
			}
		}
		if len(f.List()) > 0 || len(models.RequestFrom(ctx).Invalid) > 0 {
			return f.List(), nil
		}
		for _, m := range marks {
			if err := mark(ctx, tx, q.ID, m, byKey[m.Key].Value); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
}

func mark(ctx context.Context, tx *pg.Tx, id uuid.UUID, m Mark, value string) error {
	var redacted *string
	if m.Decision == "redact" {
		redacted = &m.Redacted
	}
	_, err := tx.Exec(ctx, `insert into data_request_marks (request_id, key, decision, redacted, value_hash, marked_by, marked_at) values (?, ?, ?, ?, ?, ?, ?)
		on conflict (request_id, key) do update set decision = excluded.decision, redacted = excluded.redacted, value_hash = excluded.value_hash,
		marked_by = excluded.marked_by, marked_at = excluded.marked_at`, id, m.Key, m.Decision, redacted, hashOf(value), tx.Actor.UserID, tx.Now)
	return err
}
