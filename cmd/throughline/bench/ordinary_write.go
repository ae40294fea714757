package bench

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"throughline/internal/vault"
	"throughline/models"
)

// caseBody is what the bench logs a case with, and as much of the API's body as
// that needs.
type caseBody struct {
	Source        string                 `json:"source"`
	Victim        victimBody             `json:"victim"`
	RelatedPeople []models.RelatedPerson `json:"related_people"`
	SafeContact   struct {
		Channels    []channelBody `json:"channels"`
		CodeWord    string        `json:"code_word"`
		ConfirmedOn string        `json:"confirmed_on"`
		Source      string        `json:"source"`
	} `json:"safe_contact"`
	Incidents []struct {
		OccurredOn     string   `json:"occurred_on"`
		ReportedOn     string   `json:"reported_on"`
		Force          string   `json:"force"`
		CrimeReference string   `json:"crime_reference"`
		OffenceTypes   []string `json:"offence_types"`
		Summary        string   `json:"summary"`
	} `json:"incidents"`
	RiskLevel string `json:"risk_level"`
}

type victimBody struct {
	GivenName   string            `json:"given_name"`
	FamilyName  string            `json:"family_name"`
	DateOfBirth string            `json:"date_of_birth"`
	Borough     string            `json:"borough"`
	Language    string            `json:"language"`
	Equality    map[string]string `json:"equality"`
}

type channelBody struct {
	Channel string          `json:"channel"`
	Value   string          `json:"value"`
	Safe    string          `json:"safe"`
	Windows []models.Window `json:"windows"`
}

func (o *ordinary) logCase(c *gin.Context, tx *gorm.DB, w *who) (int, any, error) {
	body, err := readBody(c)
	if err != nil {
		return 0, nil, err
	}
	var in caseBody
	if err := json.Unmarshal(body, &in); err != nil {
		return 0, nil, err
	}
	key, err := o.kept(c, tx, w)
	if err != nil {
		return 0, nil, err
	}
	k, err := o.insertCase(tx, &in, w)
	if err != nil {
		return 0, nil, err
	}
	if err := o.insertContact(tx, &in, k, w); err != nil {
		return 0, nil, err
	}
	err = o.audit(tx, "case.logged", "case", &k.ID, &k.ID, map[string]any{"source": k.Source, "risk_level": k.RiskLevel, "enhanced": k.Enhanced})
	if err != nil {
		return 0, nil, err
	}
	if err := tell(tx, "case.logged", nil, k.ID, k.LoggedAt); err != nil {
		return 0, nil, err
	}
	answer := gin.H{"id": k.ID, "reference": k.Reference, "status": k.Status, "enhanced_rights": gin.H{"flag": k.Enhanced, "reasons": k.EnhancedReasons}}
	return http.StatusCreated, answer, o.keep(tx, key, body, answer)
}

func (o *ordinary) insertCase(tx *gorm.DB, in *caseBody, w *who) (*gCase, error) {
	now := o.now()
	v := gVictim{
		ID: models.NewID(), GivenName: &in.Victim.GivenName, FamilyName: &in.Victim.FamilyName, Borough: &in.Victim.Borough, Language: &in.Victim.Language,
		AccessNeeds: []string{}, Missing: json.RawMessage("{}"), CreatedAt: now, Version: 1,
	}
	given, family := models.NameKey(in.Victim.GivenName), models.NameKey(in.Victim.FamilyName)
	v.GivenKey, v.FamilyKey = &given, &family
	born, err := time.Parse(time.DateOnly, in.Victim.DateOfBirth)
	if err != nil {
		return nil, err
	}
	v.DateOfBirth = &born
	if v.Equality, err = json.Marshal(in.Victim.Equality); err != nil {
		return nil, err
	}
	if err := tx.Create(&v).Error; err != nil {
		return nil, err
	}
	var offences []string
	for _, i := range in.Incidents {
		offences = append(offences, i.OffenceTypes...)
	}
	age := models.AgeOn(born, models.Today(now))
	k := &gCase{
		ID: models.NewID(), Reference: models.NewCaseReference(), Status: "open", Source: in.Source, VictimID: v.ID, AccountableOrgID: w.Org,
		LoggedByOrgID: w.Org, LoggedBy: w.User, RiskLevel: in.RiskLevel, HelpOffered: models.HelpNotYet, Wants: []string{}, LoggedAt: now, UpdatedAt: now, Version: 1,
	}
	on, reasons := models.EnhancedDefault(offences, &age, models.EnhancedAsked{})
	k.Enhanced, k.EnhancedReasons = on, reasons
	if err := tx.Omit(clause.Associations).Create(k).Error; err != nil {
		return nil, err
	}
	for n, i := range in.Incidents {
		occurred, err := time.Parse(time.DateOnly, i.OccurredOn)
		if err != nil {
			return nil, err
		}
		row := gIncident{
			ID: models.NewID(), CaseID: k.ID, Position: n + 1, OccurredOn: &occurred, ReportedOn: &occurred, Force: &i.Force,
			CrimeReference: &i.CrimeReference, CrimeKey: lookUp(vault.CrimeKey, models.CrimeKey(i.CrimeReference)), OffenceTypes: i.OffenceTypes, HateStrands: []string{}, Summary: i.Summary,
		}
		if err := tx.Create(&row).Error; err != nil {
			return nil, err
		}
	}
	return k, nil
}

func (o *ordinary) insertContact(tx *gorm.DB, in *caseBody, k *gCase, w *who) error {
	for _, p := range in.RelatedPeople {
		if err := tx.Create(&gPerson{ID: models.NewID(), CaseID: k.ID, Relation: p.Relation, Suspect: p.Suspect}).Error; err != nil {
			return err
		}
	}
	confirmed, err := time.Parse(time.DateOnly, in.SafeContact.ConfirmedOn)
	if err != nil {
		return err
	}
	for n, ch := range in.SafeContact.Channels {
		windows, err := json.Marshal(append([]models.Window{}, ch.Windows...))
		if err != nil {
			return err
		}
		row := gChannel{
			ID: models.NewID(), CaseID: k.ID, Position: n + 1, Channel: ch.Channel, Person: models.PersonVictim, Safe: ch.Safe, Windows: windows,
			ConfirmedOn: &confirmed, ConfirmedSource: &in.SafeContact.Source, ConfirmedBy: &w.User, ConfirmedByOrgID: &w.Org, Version: 1,
		}
		if err := tx.Omit(clause.Associations).Create(&row).Error; err != nil {
			return err
		}
		digits := "44" + strings.TrimPrefix(strings.ReplaceAll(ch.Value, " ", ""), "0")
		if err := tx.Create(&gDetail{ChannelID: row.ID, CaseID: k.ID, Value: &ch.Value, ValueKey: lookUp(vault.ContactValueKey, digits)}).Error; err != nil {
			return err
		}
	}
	return tx.Create(&gWord{CaseID: k.ID, Word: in.SafeContact.CodeWord}).Error
}

func (o *ordinary) accept(c *gin.Context, tx *gorm.DB, w *who) (int, any, error) {
	body, err := readBody(c)
	if err != nil {
		return 0, nil, err
	}
	var in struct {
		WorkerID uuid.UUID `json:"worker_id"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return 0, nil, err
	}
	key, err := o.kept(c, tx, w)
	if err != nil {
		return 0, nil, err
	}
	var r gReferral
	if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).First(&r, "id = ?", c.Param("id")).Error; err != nil {
		return 0, nil, err
	}
	var svc gService
	if err := tx.First(&svc, "id = ?", r.ServiceID).Error; err != nil {
		return 0, nil, err
	}
	var worker gUser
	if err := tx.Select("id", "org_id", "name", "role").First(&worker, "id = ? and org_id = ?", in.WorkerID, w.Org).Error; err != nil {
		return 0, nil, err
	}
	if r.Status != "submitted" || r.ToOrgID != w.Org || c.GetHeader("If-Match") != `"2"` {
		return http.StatusConflict, gin.H{"code": "conflict"}, nil
	}
	if err := o.change(tx, &r, &svc, &worker, w); err != nil {
		return 0, nil, err
	}
	if err := o.acceptClocks(tx, &r, &svc); err != nil {
		return 0, nil, err
	}
	answer, err := o.answer(tx, r.ID)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, answer, o.keep(tx, key, body, answer)
}

func (o *ordinary) change(tx *gorm.DB, r *gReferral, _ *gService, worker *gUser, w *who) error {
	now := o.now()
	from := r.Status
	seconds := int64(now.Sub(r.StatusSince) / time.Second)
	r.Version++
	r.Status, r.StatusSince, r.StatusBy, r.StatusByOrgID = "accepted", now, &w.User, &w.Org
	r.AcknowledgedAt, r.AcknowledgedBy, r.AcceptedAt, r.AcceptedBy, r.WorkerID = &now, &w.User, &now, &w.User, &worker.ID
	if err := tx.Model(r).Omit(clause.Associations).Select("status", "status_since", "status_by", "status_by_org_id", "acknowledged_at", "acknowledged_by",
		"accepted_at", "accepted_by", "worker_id", "version").Updates(r).Error; err != nil {
		return err
	}
	step := gStep{
		ID: models.NewID(), ReferralID: r.ID, Version: r.Version, Action: "accept", FromStatus: &from, ToStatus: r.Status, At: now, ByUserID: &w.User,
		ByOrgID: &w.Org, ByRole: w.Role, SecondsInPrevious: &seconds, Detail: json.RawMessage("{}"),
	}
	if err := tx.Omit(clause.Associations).Create(&step).Error; err != nil {
		return err
	}
	if err := tx.Exec("update referral_assignments set until_at = ? where referral_id = ? and until_at is null", now, r.ID).Error; err != nil {
		return err
	}
	if err := tx.Create(&gAssignment{ID: models.NewID(), ReferralID: r.ID, WorkerID: worker.ID, ByUserID: w.User, FromAt: now}).Error; err != nil {
		return err
	}
	if err := o.audit(tx, "referral.accepted", "referral", &r.ID, &r.CaseID, map[string]any{"from": from, "to": r.Status, "version": r.Version}); err != nil {
		return err
	}
	return tell(tx, "referral.accepted", &r.ID, r.CaseID, now)
}

// tell writes what has to happen next. The application may not read it back,
// so it is no Create.
func tell(tx *gorm.DB, topic string, referral *uuid.UUID, caseID uuid.UUID, at time.Time) error {
	return tx.Exec("insert into outbox (topic, referral_id, case_id, at) values (?, ?, ?, ?)", topic, referral, caseID, at).Error
}

func (o *ordinary) acceptClocks(tx *gorm.DB, r *gReferral, svc *gService) error {
	var open []gClock
	if err := tx.Where("referral_id = ? and stopped_at is null", r.ID).Find(&open).Error; err != nil {
		return err
	}
	now := o.now()
	for i := range open {
		k := &open[i]
		k.State, k.StoppedAt = string(models.ClockMet), &now
		if now.After(k.DueAt) {
			k.State = string(models.ClockBreached)
		}
		if err := tx.Model(k).Select("state", "stopped_at").Updates(k).Error; err != nil {
			return err
		}
	}
	attempt := svc.AttemptDays
	if r.Priority == string(models.PriorityHigh) {
		attempt = svc.AttemptDaysHigh
	}
	var first *time.Time
	for rule, days := range map[models.Rule]int{models.RuleFirstAttempt: attempt, models.RuleFirstContact: svc.ContactDays} {
		c, err := o.cal.StartClock(rule, r.ToOrgID, now, days)
		if err != nil {
			return err
		}
		if first == nil || c.DueAt.Before(*first) {
			first = &c.DueAt
		}
		row := gClock{
			ID: c.ID, CaseID: r.CaseID, ReferralID: &r.ID, HolderOrgID: r.ToOrgID, Rule: string(rule), State: string(c.State), LimitDays: days,
			StartedAt: now, DueAt: c.DueAt, FirstDueAt: c.FirstDueAt, DueSoonAt: c.DueSoonAt,
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
	}
	return tx.Model(r).Update("due_at", first).Error
}

// answer reads the referral as it is after the act.
func (o *ordinary) answer(tx *gorm.DB, id uuid.UUID) (any, error) {
	var r gReferral
	err := tx.Preload("Service").Preload("From").Preload("To").Preload("Worker").Preload("Clocks").Preload("History").Preload("History.By").Preload("Shares").
		Preload("Attempts").First(&r, "id = ?", id).Error
	if err != nil {
		return nil, err
	}
	var channels []gChannel
	if err := tx.Preload("Detail").Preload("Stops", "cleared_at is null").Where("case_id = ?", r.CaseID).Order("position").Find(&channels).Error; err != nil {
		return nil, err
	}
	var words []gWord
	err = tx.Where("case_id = ?", r.CaseID).Find(&words).Error
	return gin.H{"referral": r, "safe_contact": channels, "code_word": words}, err
}
