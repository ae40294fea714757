package cases

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// read folds and checks a query; today is the London date.
func (q *Query) read(today time.Time) (*look, []models.FieldError) {
	f := &models.Faults{}
	l := &look{eq: []string{}, low: []string{}, high: []string{}}
	q.readReference(l, f)
	q.readPhone(l, f)
	q.readCrime(l, f)
	q.readName(l, f)
	q.readBirth(l, f, today)
	q.readPostcode(l, f)
	if len(l.by) == 0 && f.List() == nil {
		f.Add("name", models.FieldRequired, "Enter a name, a date of birth, a reference, a crime reference, a phone number or a postcode")
	}
	return l, f.List()
}

// use notes that a query asks by something. The first that does leads: they
// are read from the one that fits fewest cases to the one that fits most.
func (l *look) use(d driver) {
	if len(l.by) == 0 {
		l.driver = d
	}
	l.by = append(l.by, string(d))
}

func (q *Query) readReference(l *look, f *models.Faults) {
	if strings.TrimSpace(q.Reference) == "" {
		return
	}
	written, err := models.ParseReference(q.Reference)
	if err != nil || written[0] != byte(models.CaseReference) {
		f.Add("reference", models.FieldInvalid, models.ErrReference.Error())
		return
	}
	l.reference = &written
	l.use(byReference)
}

func (q *Query) readPhone(l *look, f *models.Faults) {
	if strings.TrimSpace(q.Phone) == "" {
		return
	}
	key, ok := PhoneKey(q.Phone)
	if !ok || len(q.Phone) > 60 {
		f.Add("phone", models.FieldInvalid, "Enter a phone number, like 020 7946 0123 or +44 20 7946 0123")
		return
	}
	l.phone = key
	l.use(byPhone)
}

func (q *Query) readCrime(l *look, f *models.Faults) {
	if strings.TrimSpace(q.CrimeReference) == "" {
		return
	}
	key := models.CrimeKey(q.CrimeReference)
	if key == "" || len(q.CrimeReference) > 200 {
		f.Add("crime_reference", models.FieldInvalid, "Enter the crime reference as it was given")
		return
	}
	l.crime = key
	l.use(byCrime)
}

func (q *Query) readName(l *look, f *models.Faults) {
	if strings.TrimSpace(q.Name) == "" {
		return
	}
	if len(q.Name) > 800 {
		f.Add("name", models.FieldTooLong, "Name must be 200 characters or fewer")
		return
	}
	key := models.NameKey(q.Name)
	if n := utf8.RuneCountInString(key); n == 0 || n == 1 && key[0] < utf8.RuneSelf {
		f.Add("name", models.FieldTooShort, "Enter at least two letters of the name")
		return
	}
	from, to := models.PrefixRange(key)
	l.from, l.to = &from, &to
	parts := strings.Fields(key)
	for i := 1; i < len(parts) && i <= cuts; i++ {
		low, high := models.PrefixRange(strings.Join(parts[i:], " "))
		l.eq, l.low, l.high = append(l.eq, strings.Join(parts[:i], " ")), append(l.low, low), append(l.high, high)
	}
	l.use(byName)
}

func (q *Query) readBirth(l *look, f *models.Faults, today time.Time) {
	switch {
	case q.DateOfBirth != nil:
		if q.DateOfBirth.After(today) || q.DateOfBirth.Year() < 1900 {
			f.Add("date_of_birth", models.FieldInvalid, "Date of birth must be in the past")
			return
		}
		l.bornFrom, l.bornTo = q.DateOfBirth, q.DateOfBirth
		l.use(byBirth)
	case q.YearOfBirth != 0:
		if q.YearOfBirth < 1900 || q.YearOfBirth > today.Year() {
			f.Add("year_of_birth", models.FieldInvalid, "Enter a year of birth, like 1992")
			return
		}
		if l.from == nil {
			f.Add("name", models.FieldRequired, "Enter a name with the year of birth")
			return
		}
		from := time.Date(q.YearOfBirth, 1, 1, 0, 0, 0, 0, time.UTC)
		to := time.Date(q.YearOfBirth, 12, 31, 0, 0, 0, 0, time.UTC)
		l.bornFrom, l.bornTo = &from, &to
		l.use(byBirth)
	}
}

func (q *Query) readPostcode(l *look, f *models.Faults) {
	if strings.TrimSpace(q.Postcode) == "" {
		return
	}
	key := models.PostcodeKey(q.Postcode)
	if !models.IsPostcode(key) {
		f.Add("postcode", models.FieldInvalid, "Enter a full UK postcode, like E8 1EA")
		return
	}
	l.postcode = key
	l.use(byPostcode)
}

func (l *look) args(ctx context.Context, b *pg.Batch) []any {
	return []any{
		l.eq, l.low, l.high, l.from, l.to, l.bornFrom, l.bornTo, l.reference,
		b.Vault.LookUp(vault.CrimeKey, l.crime), b.Vault.LookUp(vault.ContactValueKey, l.phone), b.Vault.LookUp(vault.PostcodeKey, l.postcode),
		models.NewID(), b.Now, b.Actor.SessionID, models.RequestFrom(ctx).ID, l.by,
	}
}
