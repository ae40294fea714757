package listings

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// row is what comes of one service of a feed.
type row struct {
	N         int                  `json:"n"`
	Outcome   models.ImportOutcome `json:"outcome"`
	Field     string               `json:"field"`
	Code      string               `json:"code"`
	Says      string               `json:"says"`
	Name      string               `json:"name"`
	ListingID *uuid.UUID           `json:"listing_id"`
	Content   *content             `json:"content,omitempty"`
}

// content is a listing as it is written.
type content struct {
	ID           uuid.UUID             `json:"id"`
	ServiceID    *uuid.UUID            `json:"service_id"`
	Source       string                `json:"source"`
	SourceID     string                `json:"source_id"`
	Organisation string                `json:"organisation"`
	Name         string                `json:"name"`
	Description  string                `json:"description"`
	Status       models.ListingStatus  `json:"status"`
	URL          string                `json:"url"`
	Email        string                `json:"email"`
	Phone        string                `json:"phone"`
	Fees         string                `json:"fees"`
	Accredited   string                `json:"accreditations"`
	Alert        string                `json:"alert"`
	AssuredOn    *string               `json:"assured_on"`
	MinAge       *int                  `json:"min_age"`
	MaxAge       *int                  `json:"max_age"`
	Languages    []string              `json:"languages"`
	Areas        []string              `json:"areas"`
	Terms        []string              `json:"terms"`
	Hours        []models.ListingHours `json:"hours"`
	Places       []models.ListingPlace `json:"places"`
	Withheld     bool                  `json:"withheld"`
	Hash         string                `json:"content_hash"`
}

// contentOf is a listing as it is to be written, with the hash of what the feed
// said. Of one that is withheld nothing is kept but its name.
func contentOf(l *models.Listing) *content {
	c := &content{
		Source: l.Source, SourceID: l.SourceID, Organisation: l.Organisation, Name: l.Name, Status: l.Status, MinAge: l.MinAge, MaxAge: l.MaxAge,
		Languages: l.Languages, Terms: l.Terms, Withheld: l.Withheld, Areas: []string{}, Hours: []models.ListingHours{}, Places: []models.ListingPlace{},
	}
	if l.AssuredOn != nil {
		day := l.AssuredOn.Format(time.DateOnly)
		c.AssuredOn = &day
	}
	if !l.Withheld {
		c.Description, c.URL, c.Email, c.Phone, c.Fees, c.Accredited, c.Alert = l.Description, l.URL, l.Email, l.Phone, l.Fees, l.Accredited, l.Alert
		c.Areas, c.Hours, c.Places = l.Areas, l.Hours, l.Places
	}
	b, _ := json.Marshal(c) //nolint:errchkjson // texts, numbers and lists of them
	sum := sha256.Sum256(b)
	c.Hash = hex.EncodeToString(sum[:])
	return c
}

// there is a service that is published already.
type there struct {
	ID       uuid.UUID
	Source   string
	Hash     string
	Withheld bool
}

// known is what the rows of a feed are matched with.
type known struct {
	bySource  map[string]there    // of this feed, by what it calls them
	byService map[uuid.UUID]there // listings of ours
	byName    map[string]there    // of other feeds
	ours      map[string]uuid.UUID
	withheld  map[string]bool // organisations whose address is told to nobody, and their services
	taken     map[string]bool // rows of this file
}

func called(organisation, name string) string {
	return strings.ToLower(organisation) + "\n" + strings.ToLower(name)
}

func readKnown(ctx context.Context, tx *pg.Tx, source string) (*known, error) {
	k := &known{bySource: map[string]there{}, byService: map[uuid.UUID]there{}, byName: map[string]there{}, ours: map[string]uuid.UUID{}, withheld: map[string]bool{}, taken: map[string]bool{}}
	err := tx.Each(ctx, func(scan func(...any) error) error {
		var t there
		var service *uuid.UUID
		var id, organisation, name string
		if err := scan(&t.ID, &service, &t.Source, &id, &organisation, &name, &t.Hash, &t.Withheld); err != nil {
			return err
		}
		if t.Source == source {
			k.bySource[id] = t
		}
		if service != nil {
			k.byService[*service] = t
		} else if t.Source != source {
			k.byName[called(organisation, name)] = t
		}
		return nil
	}, "select id, service_id, source, source_id, organisation, name, encode(content_hash, 'hex'), withheld from listings")
	if err != nil {
		return nil, err
	}
	return k, tx.Each(ctx, func(scan func(...any) error) error {
		var id uuid.UUID
		var organisation, name string
		var withheld bool
		if err := scan(&id, &organisation, &name, &withheld); err != nil {
			return err
		}
		k.ours[id.String()], k.ours[called(organisation, name)] = id, id
		if withheld {
			k.withheld[strings.ToLower(organisation)], k.withheld[id.String()] = true, true
		}
		return nil
	}, "select s.id, o.name, s.name, o.address_withheld from services s join organisations o on o.id = s.org_id")
}

// match says what comes of an entry: it is new, it is known and other or the
// same, or it stays out.
func (k *known) match(e *entry) row {
	out := row{N: e.n, Name: e.listing.Name, Outcome: models.RowRefused}
	refuse := func(field, code, says string) row {
		out.Field, out.Code, out.Says = field, code, says
		return out
	}
	if e.fault != nil {
		return refuse(e.fault.Field, e.fault.Code, e.fault.Message)
	}
	l := &e.listing
	if k.taken["id "+l.SourceID] {
		return refuse("id", "twice", "The file holds this service twice")
	}
	k.taken["id "+l.SourceID] = true
	id, ours := k.ours[l.SourceID]
	if !ours {
		id, ours = k.ours[called(l.Organisation, l.Name)]
	}
	if k.withheld[strings.ToLower(l.Organisation)] || ours && k.withheld[id.String()] {
		l.Withheld, e.hidden = true, false
	}
	c := contentOf(l)
	if before, ok := k.bySource[l.SourceID]; ok {
		out.ListingID, c.ID = &before.ID, before.ID
		if out.Outcome = models.RowChanged; before.Hash == c.Hash {
			out.Outcome = models.RowDuplicate
			return out
		}
		return k.written(out, c, e)
	}
	if ours {
		return k.own(out, c, e, id)
	}
	if _, ok := k.byName[called(l.Organisation, l.Name)]; ok {
		out.Outcome, out.Says = models.RowDuplicate, "Another directory tells of this service already"
		return out
	}
	out.Outcome, c.ID = models.RowAccepted, models.NewID()
	out.ListingID = &c.ID
	return k.written(out, c, e)
}

// own is what comes of an entry about a service that takes referrals here.
func (k *known) own(out row, c *content, e *entry, id uuid.UUID) row {
	before, listed := k.byService[id]
	switch {
	case k.taken["service "+id.String()]:
		out.Field, out.Code, out.Says = "name", "twice", "The file holds this service twice"
		return out
	case listed && before.Source != "":
		out.Outcome, out.Says = models.RowDuplicate, "Another directory tells of this service already"
		return out
	case listed:
		out.Outcome, c.ID = models.RowChanged, before.ID
	default:
		out.Outcome, c.ID = models.RowAccepted, models.NewID()
	}
	k.taken["service "+id.String()] = true
	c.ServiceID, out.ListingID = &id, &c.ID
	out.Says = "One that takes referrals here"
	return k.written(out, c, e)
}

func (k *known) written(out row, c *content, e *entry) row {
	out.Content = c
	switch {
	case e.hidden:
		out.Says = "Published by its name alone: it looks like a refuge"
	case c.Withheld:
		out.Says = "Published by its name alone: where it is, is told to nobody"
	}
	return out
}
