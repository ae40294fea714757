package listings

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"throughline/models"
)

// The limits of a feed.
const (
	MostBytes  = 64 << 20 // of one file
	MostRows   = 50_000   // services of one file
	longestRow = 1 << 20  // bytes of one service
)

// feedText is a value of a feed: directories write numbers as text and text as
// numbers.
type feedText string

// UnmarshalJSON takes a text, a number, true or false; anything else is nothing.
func (t *feedText) UnmarshalJSON(b []byte) error {
	var s string
	switch {
	case len(b) > 0 && b[0] == '"':
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
	case len(b) > 0 && b[0] != '{' && b[0] != '[' && string(b) != "null":
		s = string(b)
	}
	*t = feedText(s)
	return nil
}

// feedService is a service as HSDS 3.0 and Open Referral UK write it, as far as
// it is taken in.
type feedService struct {
	ID               feedText         `json:"id"`
	Name             feedText         `json:"name"`
	Description      feedText         `json:"description"`
	URL              feedText         `json:"url"`
	Email            feedText         `json:"email"`
	Status           feedText         `json:"status"`
	Fees             feedText         `json:"fees"`
	FeesDescription  feedText         `json:"fees_description"`
	Accreditations   feedText         `json:"accreditations"`
	Alert            feedText         `json:"alert"`
	AssuredDate      feedText         `json:"assured_date"`
	MinimumAge       feedText         `json:"minimum_age"`
	MaximumAge       feedText         `json:"maximum_age"`
	Organization     feedOrganization `json:"organization"`
	OrganizationName feedText         `json:"organization_name"`
	Phones           []feedPhone      `json:"phones"`
	Contacts         []feedContact    `json:"contacts"`
	Languages        []feedNamed      `json:"languages"`
	Areas            []feedNamed      `json:"service_areas"`
	Schedules        []feedSchedule   `json:"schedules"`
	AtLocations      []feedAt         `json:"service_at_locations"`
	Attributes       []feedAttribute  `json:"attributes"`
}

type (
	feedOrganization struct {
		Name feedText `json:"name"`
	}
	feedNamed struct {
		Name feedText `json:"name"`
	}
	feedPhone struct {
		Number feedText `json:"number"`
	}
	feedContact struct {
		Email  feedText    `json:"email"`
		Phones []feedPhone `json:"phones"`
	}
	feedSchedule struct {
		Freq        feedText `json:"freq"`
		ByDay       feedText `json:"byday"`
		OpensAt     feedText `json:"opens_at"`
		ClosesAt    feedText `json:"closes_at"`
		Description feedText `json:"description"`
	}
	feedAt struct {
		Location  feedLocation   `json:"location"`
		Schedules []feedSchedule `json:"schedules"`
	}
	feedLocation struct {
		ID        feedText      `json:"id"`
		Type      feedText      `json:"location_type"`
		Name      feedText      `json:"name"`
		Latitude  feedText      `json:"latitude"`
		Longitude feedText      `json:"longitude"`
		Addresses []feedAddress `json:"addresses"`
	}
	feedAddress struct {
		Address1 feedText `json:"address_1"`
		Address2 feedText `json:"address_2"`
		City     feedText `json:"city"`
		Postcode feedText `json:"postal_code"`
	}
	feedAttribute struct {
		Term struct {
			Code feedText `json:"code"`
			Name feedText `json:"name"`
			Term feedText `json:"term"`
		} `json:"taxonomy_term"`
	}
)

// whole refuses a file as a whole.
func whole(code, says string) error { return models.Invalid(models.Field("file", code, says)) }

// readJSON reads services one by one: a page of a list as "contents", a list,
// one service, or one to a line. A service that is not one is handed on as
// nil; what is not JSON at all is refused as a whole.
func readJSON(r io.Reader, each func(*feedService) error) error {
	b := bufio.NewReader(r)
	if mark, _ := b.Peek(3); string(mark) == "\ufeff" {
		_, _ = b.Discard(3)
	}
	d := json.NewDecoder(b)
	for {
		var next json.RawMessage
		first, err := firstByte(d, b)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return broken(err)
		}
		if first == '[' {
			if err := eachOf(d, each); err != nil {
				return err
			}
			continue
		}
		if err := d.Decode(&next); err != nil {
			return broken(err)
		}
		var page struct {
			Contents *[]json.RawMessage `json:"contents"`
		}
		if json.Unmarshal(next, &page) == nil && page.Contents != nil {
			for _, raw := range *page.Contents {
				if err := each(readOne(raw)); err != nil {
					return err
				}
			}
			continue
		}
		if err := each(readOne(next)); err != nil {
			return err
		}
	}
}

// firstByte is what the next value begins with.
func firstByte(d *json.Decoder, b *bufio.Reader) (byte, error) {
	both := io.MultiReader(d.Buffered(), peeking{b})
	var one [1]byte
	for {
		if _, err := io.ReadFull(both, one[:]); err != nil {
			return 0, io.EOF
		}
		if !strings.ContainsRune(" \t\r\n", rune(one[0])) {
			return one[0], nil
		}
	}
}

// peeking reads ahead without taking.
type peeking struct{ b *bufio.Reader }

func (p peeking) Read(into []byte) (int, error) {
	ahead, err := p.b.Peek(1)
	if len(ahead) == 0 {
		return 0, err
	}
	if strings.ContainsRune(" \t\r\n", rune(ahead[0])) {
		_, _ = p.b.Discard(1)
	}
	return copy(into, ahead), nil
}

func eachOf(d *json.Decoder, each func(*feedService) error) error {
	if _, err := d.Token(); err != nil {
		return broken(err)
	}
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return broken(err)
		}
		if err := each(readOne(raw)); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return broken(err)
	}
	return nil
}

// readOne reads a service, or nothing where it is none.
func readOne(raw json.RawMessage) *feedService {
	var s feedService
	if len(raw) > longestRow || json.Unmarshal(raw, &s) != nil {
		return nil
	}
	return &s
}

func broken(err error) error {
	if e, ok := errors.AsType[*models.Error](err); ok {
		return e
	}
	return whole(models.FieldInvalid, "The file is not JSON to its end")
}
