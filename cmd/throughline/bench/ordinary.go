package bench

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"throughline/internal/pg"
	"throughline/models"
)

// ordinary is the same work done the way most would: Gin, a JWT checked at each
// request, a GORM transaction that says who asks by set_config, preloads, and
// encoding/json. It does no less: the trail, the history, the clocks, the outbox
// and the kept answer are written too.
type ordinary struct {
	db     *gorm.DB
	secret []byte
	now    func() time.Time
	cal    *models.Calendar
}

func newOrdinary(dsn string, caps pg.Caps, now func() time.Time) (*ordinary, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	maps.Copy(cfg.RuntimeParams, caps.Settings())
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: stdlib.OpenDB(*cfg)}), &gorm.Config{Logger: logger.Discard, SkipDefaultTransaction: true, QueryFields: true, NowFunc: now})
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(12)
	pool.SetMaxIdleConns(12)
	return &ordinary{db: db, secret: []byte("a secret of thirty-two characters"), now: now, cal: models.MustCalendar()}, nil
}

func (o *ordinary) close() {
	if pool, err := o.db.DB(); err == nil {
		_ = pool.Close()
	}
}

// who is what the token says.
type who struct {
	jwt.RegisteredClaims
	User, Org uuid.UUID
	Role      string
}

func (o *ordinary) token(user, org uuid.UUID, role string) (string, error) {
	claims := who{User: user, Org: org, Role: role}
	claims.ExpiresAt = jwt.NewNumericDate(time.Now().Add(12 * time.Hour))
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(o.secret)
}

func (o *ordinary) handler() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.Use(gin.Recovery(), o.signedIn)
	e.GET("/api/v1/referrals", o.tx(o.inbox))
	e.GET("/api/v1/cases/:id", o.tx(o.oneCase))
	e.POST("/api/v1/cases", o.tx(o.logCase))
	e.POST("/api/v1/referrals/:id/accept", o.tx(o.accept))
	return e
}

func (o *ordinary) signedIn(c *gin.Context) {
	var claims who
	_, err := jwt.ParseWithClaims(strings.TrimPrefix(c.GetHeader("Authorization"), "Bearer "), &claims, func(*jwt.Token) (any, error) { return o.secret, nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired())
	if err != nil {
		c.AbortWithStatus(http.StatusUnauthorized)
		return
	}
	c.Set("who", &claims)
	c.Next()
}

// tx runs a handler in a transaction that says who asks.
func (o *ordinary) tx(fn func(*gin.Context, *gorm.DB, *who) (int, any, error)) gin.HandlerFunc {
	return func(c *gin.Context) {
		w := c.MustGet("who").(*who) //nolint:forcetypeassert // signedIn put it there
		var status int
		var answer any
		err := o.db.WithContext(c.Request.Context()).Transaction(func(tx *gorm.DB) (err error) {
			err = tx.Exec("select set_config('app.user_id', ?, true), set_config('app.org_id', ?, true), set_config('app.role', ?, true)",
				w.User.String(), w.Org.String(), w.Role).Error
			if err == nil {
				status, answer, err = fn(c, tx, w)
			}
			return err
		})
		switch {
		case errors.Is(err, gorm.ErrRecordNotFound):
			c.AbortWithStatus(http.StatusNotFound)
		case err != nil:
			c.String(http.StatusInternalServerError, "%v", err)
		default:
			c.JSON(status, answer)
		}
	}
}

func (o *ordinary) audit(tx *gorm.DB, action, subject string, id, caseID *uuid.UUID, detail map[string]any) error {
	b, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	return tx.Omit(clause.Associations).Create(&gAudit{ID: models.NewID(), At: o.now(), Action: action, SubjectType: subject, SubjectID: id, CaseID: caseID, Detail: b}).Error
}

func (o *ordinary) inbox(_ *gin.Context, tx *gorm.DB, w *who) (int, any, error) {
	var list []gReferral
	err := tx.Preload("Service").Preload("From").Preload("To").Preload("Worker").
		Preload("Clocks", "stopped_at is null and state in ('running', 'due_soon', 'breached')").
		Where("to_org_id = ? and receiver_sees", w.Org).Order("due_key, id").Limit(26).Find(&list).Error
	if err != nil {
		return 0, nil, err
	}
	ids := make([]uuid.UUID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	if err := o.audit(tx, "referral.listed", "referral", nil, nil, map[string]any{"box": "inbox", "ids": ids}); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, gin.H{"items": list[:min(len(list), 25)], "more": len(list) > 25}, nil
}

func (o *ordinary) oneCase(c *gin.Context, tx *gorm.DB, _ *who) (int, any, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return 0, nil, gorm.ErrRecordNotFound
	}
	var k gCase
	err = tx.Preload("Victim").Preload("Incidents").Preload("People").Preload("Channels.Detail").Preload("Channels.Stops", "cleared_at is null").
		Preload("Decisions").Preload("Referrals").Preload("Referrals.Service").Preload("Clocks").Preload("Holders").Preload("Words").First(&k, "id = ?", id).Error
	if err != nil {
		return 0, nil, err
	}
	refs := make([]uuid.UUID, len(k.Referrals))
	for i := range k.Referrals {
		refs[i] = k.Referrals[i].ID
	}
	var steps []gStep
	if err := tx.Preload("By").Where("referral_id in ?", refs).Order("at desc, id desc").Limit(20).Find(&steps).Error; err != nil {
		return 0, nil, err
	}
	if err := o.audit(tx, "case.opened", "case", &id, &id, map[string]any{}); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, gin.H{"case": k, "events": steps}, nil
}

// kept finds an answer that was given before, as a request is sent again.
func (o *ordinary) kept(c *gin.Context, tx *gorm.DB, w *who) (*gKey, error) {
	k := &gKey{UserID: w.User, Route: c.FullPath(), Key: c.GetHeader("Idempotency-Key")}
	var found []gKey
	err := tx.Where("user_id = ? and route = ? and key = ?", k.UserID, k.Route, k.Key).Find(&found).Error
	if err == nil && len(found) > 0 {
		err = errors.New("this key was used before")
	}
	return k, err
}

func (o *ordinary) keep(tx *gorm.DB, k *gKey, body []byte, answer any) error {
	b, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(body)
	k.RequestHash, k.Answer = hash[:], b
	return tx.Create(k).Error
}

func readBody(c *gin.Context) ([]byte, error) {
	return io.ReadAll(io.LimitReader(c.Request.Body, 1<<20))
}
