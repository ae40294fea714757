package referrals

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/models"
	"throughline/services/referrals"
	"throughline/web/components"
)

// sharedRows are the fields shared with the reader, in the order of the field
// list; what waits for acceptance is named, and not shown.
func (p *Pages) sharedRows(v referrals.View) []components.SummaryRow {
	rows := contentRows(v.Shared, v.Pathway, v.PathwayVersion, p.Now())
	if v.AcceptedAt == nil && slices.Contains(v.Relations, referrals.RelReferrer) {
		for i := range rows {
			for _, f := range models.SharableFields() {
				if rows[i].Key == f.Words && slices.Contains(v.SharedAfterAcceptance, f.Key) && !slices.Contains(v.SharedFields, f.Key) {
					rows[i].Key += " (once they accept)"
					break
				}
			}
		}
	}
	if v.Level == referrals.LevelBefore {
		rows = append(rows, components.SummaryRow{Key: "Once you accept", Value: "You see the rest that was shared with you, and how to reach them."})
	}
	return rows
}

// contentRows draws frozen content: the preview and the receiver's page use the
// same, so that one is exactly the other.
func contentRows(content map[string]any, pathway string, version int, now time.Time) []components.SummaryRow {
	var rows []components.SummaryRow
	for _, f := range models.SharableFields() {
		value, ok := content[f.Key]
		if !ok || f.Key == "safe_contact" {
			continue
		}
		text := fieldWords(f.Key, value, now)
		if text == "" {
			text = "Not known"
		}
		rows = append(rows, components.SummaryRow{Key: f.Words, Value: text})
	}
	if answers, ok := content["answers"].(map[string]any); ok {
		if pw, ok := models.FindPathwayVersion(pathway, version); ok {
			for _, a := range pw.Show(answers) {
				rows = append(rows, components.SummaryRow{Key: a.Label, Value: a.Words})
			}
		}
	}
	return rows
}

// fieldWords is one shared value in words.
func fieldWords(key string, value any, now time.Time) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		switch key {
		case "date_of_birth":
			return birth(v, now)
		case "risk_level":
			return models.ChoiceWords(models.RiskLevels(), v)
		}
		return v
	case map[string]any:
		if name, ok := v["name"].(string); ok && name != "" {
			return name
		}
		language, _ := v["language"].(string)
		if need, ok := v["interpreter_needed"].(bool); ok && need {
			return strings.TrimSpace(language + " (interpreter needed)")
		}
		return language
	case []string:
		return strings.Join(v, ", ")
	case []any:
		var parts []string
		for _, item := range v {
			parts = append(parts, itemWords(item))
		}
		return strings.Join(parts, ", ")
	case []map[string]any:
		var parts []string
		for _, item := range v {
			parts = append(parts, itemWords(item))
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(value)
}

func itemWords(item any) string {
	m, ok := item.(map[string]any)
	if !ok {
		return fmt.Sprint(item)
	}
	relation, _ := m["relation"].(string)
	relation = strings.ReplaceAll(relation, "_", " ")
	if name, ok := m["name"].(string); ok && name != "" {
		return name + " (" + relation + ")"
	}
	return relation
}

func birth(s string, now time.Time) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return fmt.Sprintf("%s (%d)", models.Date(t), models.AgeOn(t, now))
}
