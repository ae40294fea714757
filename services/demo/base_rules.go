package demo

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/models"
)

// queueRule writes a change of a clock rule that one system administrator asked
// for and another has still to decide, so that the page of it is seen filled.
func (w *world) queueRule(b *pgx.Batch, confirmed time.Time) error {
	by, at := w.sign("admin.second"), models.Today(confirmed).Add(11*time.Hour)
	payload, err := json.Marshal(models.ClockRuleChange{
		Rule: models.RuleNeedsAssessment, Version: 2, Standard: 3, Enhanced: 2, Unit: models.UnitWorkingDays,
		Source: "Starting number of the product, set again with the services of the demo", EffectiveFrom: models.Today(confirmed).AddDate(0, 2, 0).Format(time.DateOnly),
	})
	if err != nil {
		return fmt.Errorf("writing a change of a clock rule: %w", err)
	}
	b.Queue(`insert into approvals (id, org_id, kind, subject_type, subject_id, payload, reason, decide_roles, requested_by, requested_by_role, requested_at, expires_at)
		values ($1, $2, 'clocks.rule', 'clock_rule', $3, $4::text::jsonb, 'The services of the demo agreed to it.', '{system_admin}', $5, $6, $7, $8)`,
		StableID("approval", "clock rule"), by.org.id, models.RuleNeedsAssessment.ID(), string(payload), by.id, string(by.role), at, at.AddDate(0, 0, 14))
	return nil
}
