package models

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// ListingStatus is whether a published service is there, in the words of Open
// Referral UK.
type ListingStatus string

// The states of a published service.
const (
	ListingActive   ListingStatus = "active"
	ListingInactive ListingStatus = "inactive"
	ListingDefunct  ListingStatus = "defunct"
	ListingClosed   ListingStatus = "temporarily closed"
)

// ListingStatuses lists every state.
func ListingStatuses() []ListingStatus {
	return []ListingStatus{ListingActive, ListingInactive, ListingDefunct, ListingClosed}
}

// Listing is what anybody may read of a service: one of ours, or one that
// somebody else's directory told of.
type Listing struct {
	ID           uuid.UUID
	ServiceID    *uuid.UUID // ours that it is about; nil: it takes no referrals here
	Source       string     // which feed it came from; empty: written here
	SourceID     string     // what the feed calls it
	Organisation string
	OrgID        uuid.UUID
	Name         string
	Description  string
	Status       ListingStatus
	URL          string
	Email        string
	Phone        string
	Fees         string
	Accredited   string
	Alert        string
	AssuredOn    *time.Time
	MinAge       *int
	MaxAge       *int
	Languages    []string
	Areas        []string // names of the areas it serves
	Terms        []string // of the published taxonomies, as "pathway:vawg"
	Hours        []ListingHours
	Places       []ListingPlace
	Withheld     bool // where it is, is told to nobody
	ChangedAt    *time.Time
}

// ListingHours is when a service is open on some days of the week. Words alone
// where nobody has put it into times.
type ListingHours struct {
	Days   []string `json:"days,omitempty"` // MO to SU
	Opens  string   `json:"opens,omitempty"`
	Closes string   `json:"closes,omitempty"` // 24:00 for midnight
	Words  string   `json:"words,omitempty"`
}

// ListingPlace is where a service is given.
type ListingPlace struct {
	ID        uuid.UUID `json:"id"`
	Kind      string    `json:"kind"` // physical, postal or virtual
	Name      string    `json:"name,omitempty"`
	Address   string    `json:"address,omitempty"`
	City      string    `json:"city,omitempty"`
	Postcode  string    `json:"postcode,omitempty"`
	Latitude  *float64  `json:"latitude,omitempty"`
	Longitude *float64  `json:"longitude,omitempty"`
}

// ListingDays are the days of the week in the codes of RFC 5545.
func ListingDays() []string { return []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"} }

// ListingDay reads a day written as MO, mon or Monday; false for none.
func ListingDay(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	for i, name := range []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"} {
		if s == name || s == name[:3] || s == name[:2] {
			return ListingDays()[i], true
		}
	}
	return "", false
}
