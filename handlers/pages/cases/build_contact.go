package cases

import (
	"strconv"

	"throughline/models"
)

// The answers to how somebody is reached. Most are one press.
const (
	reachOffice = "mobile_office"
	reachAny    = "mobile_any"
	reachOther  = "other"
	reachNone   = "none"
)

func itoa(n int) string { return strconv.Itoa(n) }

// officeHours are weekdays, nine to five.
func officeHours() []models.Window {
	var out []models.Window
	for _, d := range models.Weekdays()[:5] {
		out = append(out, models.Window{Day: d.Key, From: "09:00", To: "17:00"})
	}
	return out
}

// contact reads how somebody is reached.
func (b *build) contact(t typed) {
	s := &b.in.SafeContact
	s.CodeWord = t.one("code_word")
	b.to("safe_contact.code_word", "contact", "code_word", "")
	b.to("safe_contact.source", "contact", "said_by", "")
	b.confirmed(t)
	switch t.one("reach") {
	case reachOffice:
		b.mobile(t, officeHours())
	case reachAny:
		b.mobile(t, nil)
	case reachOther:
		b.ways(t)
	case reachNone:
	default:
		b.wrong("contact", "reach", "", "Select how they can be reached")
	}
	b.in.ContactSource = t.one("said_by")
	if b.in.ContactSource == "" && len(s.Channels) > 0 {
		b.wrong("contact", "said_by", "", "Select who said so")
	}
}

// confirmed reads the day somebody said what is safe.
func (b *build) confirmed(t typed) {
	on := b.date(t, "said", "contact", "safe_contact.confirmed_on")
	switch {
	case t.one("confirmed") != "day":
		b.in.SafeContact.ConfirmedOn = &b.today
	case on == nil:
		b.wrong("contact", "said", "said-day", "Enter the day they said so")
	default:
		b.in.SafeContact.ConfirmedOn = on
	}
}

// mobile is one number: to phone, and to text where that was asked.
func (b *build) mobile(t typed, windows []models.Window) {
	phone := models.ContactPoint{Value: t.one("phone"), ContactChannel: models.ContactChannel{
		Kind: models.ChannelPhone, Safe: models.SafeYes, LeaveMessage: t.one("message") == "yes", Windows: windows,
	}}
	b.channel("contact", "phone", phone)
	if safe, ok := models.ReadSafety(t.one("text_safe")); ok && safe != models.SafeUnknown {
		text := models.ContactPoint{Value: phone.Value, ContactChannel: models.ContactChannel{Kind: models.ChannelText, Safe: safe, Windows: windows}}
		if safe == models.SafeNo {
			text.Value = ""
		}
		b.channel("contact", "phone", text)
	}
}

// channel adds a way to reach them, whose value came from a field.
func (b *build) channel(step, field string, p models.ContactPoint) {
	at := "safe_contact.channels[" + itoa(len(b.in.SafeContact.Channels)) + "]"
	b.in.SafeContact.Channels = append(b.in.SafeContact.Channels, p)
	b.to(at, step, field, "")
	b.to(at+".value", step, field, "")
}

// ways reads every kind of channel apart.
func (b *build) ways(t typed) {
	for _, kind := range models.Channels() {
		name := "way_" + string(kind)
		if t.one(name) == "" || t.one(name) == string(models.SafeUnknown) {
			continue
		}
		at := "safe_contact.channels[" + itoa(len(b.in.SafeContact.Channels)) + "]"
		b.channel("ways", name+"_value", b.way(t, name, kind))
		b.to(at, "ways", name, "")
		b.to(at+".person", "ways", name+"_person", "")
		b.to(at+".note", "ways", name+"_note", "")
		b.to(at+".windows", "ways", name+"_to", "")
	}
	if len(b.in.SafeContact.Channels) == 0 {
		b.wrong("ways", "way_phone", "", "Say yes or no to at least one way, or go back and select that there is none")
	}
}

// way reads one kind of channel from the fields that begin with its name.
func (b *build) way(t typed, name string, kind models.Channel) models.ContactPoint {
	safe, _ := models.ReadSafety(t.one(name))
	p := models.ContactPoint{Value: t.one(name + "_value"), Note: t.one(name + "_note"), ContactChannel: models.ContactChannel{
		Kind: kind, Person: t.one(name + "_person"), Safe: safe, LeaveMessage: t.one(name+"_message") == "yes",
	}}
	p.Windows = windows(t, name)
	return p
}

// windows are the same hours on each of the days ticked; none: at any time.
func windows(t typed, name string) []models.Window {
	var out []models.Window
	for _, day := range t[name+"_days"] {
		out = append(out, models.Window{Day: day, From: or(t.one(name+"_from"), "09:00"), To: or(t.one(name+"_to"), "17:00")})
	}
	return out
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}
