package demo

import "testing"

// What the counts say, for the tests that compare. They read the files anew and
// know nothing of how the generator uses them.

func between(t testing.TB, by map[month]map[string]float64, from, to string, key func(month, string) string) map[string]float64 {
	t.Helper()
	out, total := map[string]float64{}, 0.0
	for m, list := range by {
		if name := m.begin().Format("2006-01"); name < from || name > to {
			continue
		}
		for k, n := range list {
			out[key(m, k)] += n
			total += n
		}
	}
	for k := range out {
		out[k] /= total
	}
	return out
}

func counts(t testing.TB) *demand {
	t.Helper()
	d, err := readDemand(demandFiles)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// BoroughShares are the shares of the boroughs from one month to another.
func BoroughShares(t testing.TB, from, to string) map[string]float64 {
	return between(t, counts(t).victims, from, to, func(_ month, b string) string { return b })
}

// MonthShares are the shares of the months.
func MonthShares(t testing.TB, from, to string) map[string]float64 {
	return between(t, counts(t).victims, from, to, func(m month, _ string) string { return m.begin().Format("2006-01") })
}

// AgeShares are the shares of the age groups.
func AgeShares(t testing.TB, from, to string) map[string]float64 {
	return between(t, counts(t).ages, from, to, func(_ month, a string) string { return a })
}

// CrimeShares are the shares of the groups of crime that a case's kind tells
// apart without doubt.
func CrimeShares(t testing.TB, from, to string) map[string]float64 {
	return between(t, counts(t).classes, from, to, func(_ month, line string) string {
		group, _ := splitLine(line)
		switch group {
		case "Rape", "Other Sexual Offences":
			return "sexual"
		case "Homicide":
			return "homicide"
		case "Modern Slavery", "Exploitation of prostitution":
			return "trafficking"
		}
		return "other"
	})
}
