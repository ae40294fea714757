package cases

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"throughline/models"
)

// PhoneKey returns a telephone number as it is searched for: digits alone, with
// the country's. A number without a country is British. It is false for what
// cannot be a number; numbers that are merely not in use can be.
func PhoneKey(number string) (string, bool) {
	n, err := phonenumbers.Parse(number, "GB")
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", false
	}
	return strings.TrimPrefix(phonenumbers.Format(n, phonenumbers.E164), "+"), true
}

func isPhone(number string) bool {
	_, ok := PhoneKey(number)
	return ok
}

// valueKey is the value of a channel as it is searched for; empty where nobody
// searches for it.
func valueKey(c models.Channel, value string) string {
	switch c {
	case models.ChannelPhone, models.ChannelText:
		key, _ := PhoneKey(value)
		return key
	case models.ChannelEmail:
		return strings.ToLower(value)
	}
	return ""
}
