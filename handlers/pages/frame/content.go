package frame

import (
	"fmt"
	"strings"
	"time"

	"throughline/models"
	"throughline/web/components"
)

// ContentRows draws frozen content: the preview and the receiver's page use the
// same, so that one is exactly the other. A hand-off has no pathway.
func ContentRows(content map[string]any, pathway string, version int, now time.Time) []components.SummaryRow {
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
