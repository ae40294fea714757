package linkage

import (
	"slices"
	"strings"
	"time"
)

// name compares two folded names of one kind.
func name(a, b string, given bool) Level {
	switch {
	case a == "" || b == "":
		return ""
	case a == b || len(a) != len(b) && strings.ReplaceAll(a, " ", "") == strings.ReplaceAll(b, " ", ""):
		return Same
	case given && shortForm(a, b):
		return Short
	case slip(a, b):
		return Near
	case part(a, b):
		return Near
	case initial(a, b):
		return Partly
	}
	return Differs
}

// slip reports whether one name is the other as slips make it: at least
// three quarters of its letters stand where they should, counting two that
// changed places as one slip.
func slip(a, b string) bool {
	long := max(len(a), len(b))
	most := (long + 1) / 4
	return long >= 3 && distance(a, b, most+1) <= most || jumbled(a, b)
}

// jumbled reports whether two names have the same letters in another order; of
// names of five letters or more, but for one.
func jumbled(a, b string) bool {
	short, long := min(len(a), len(b)), max(len(a), len(b))
	if short < 3 || long-short > 1 {
		return false
	}
	odd := int8(0)
	if short >= 5 {
		odd = 1
	}
	var count [256]int8
	for i := range len(a) {
		count[a[i]]++
	}
	for i := range len(b) {
		count[b[i]]--
	}
	more, less := int8(0), int8(0)
	for _, n := range count {
		more, less = more+max(n, 0), less+max(-n, 0)
	}
	return more <= odd && less <= odd
}

// part reports whether one name is among the parts of the other: one half of a
// double name, the first of several given names.
func part(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return len(a) >= 3 && strings.Contains(b, " ") && slices.Contains(strings.Fields(b), a)
}

func initial(a, b string) bool {
	return a[0] == b[0] && (len(a) == 1 || len(b) == 1)
}

// births compares two dates of birth.
func births(a, b time.Time) Level {
	if a.IsZero() || b.IsZero() {
		return ""
	}
	if a.Equal(b) {
		return Same
	}
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	same := 0
	for _, eq := range []bool{ay == by, am == bm, ad == bd} {
		if eq {
			same++
		}
	}
	switch {
	case ay == by && int(am) == bd && ad == int(bm):
		return Crossed
	case same == 2 || a.AddDate(0, 0, 1).Equal(b) || b.AddDate(0, 0, 1).Equal(a):
		return Near
	case oneSlip(ay*10000+int(am)*100+ad, by*10000+int(bm)*100+bd):
		return Near
	case beside(ay, by, 10) && beside(int(am), int(bm), 1) && beside(ad, bd, 1):
		return Partly
	}
	return Differs
}

// oneSlip reports whether two numbers differ in one figure, or in two neighbours
// that changed places.
func oneSlip(a, b int) bool {
	differ, last, swapped := 0, false, false
	for pa, pb := -1, -1; a > 0 || b > 0; a, b = a/10, b/10 {
		x, y := a%10, b%10
		if x != y {
			differ++
			swapped = last && x == pb && y == pa
		}
		last, pa, pb = x != y, x, y
	}
	return differ == 1 || differ == 2 && swapped
}

// beside reports whether two parts of a date are the same, one apart, or as far
// apart as said.
func beside(a, b, far int) bool {
	d := max(a-b, b-a)
	return d <= 1 || d == far
}

// postcodes compares two postcodes, or two keys of postcodes.
func postcodes(a, b string) Level {
	switch {
	case a == "" || b == "":
		return ""
	case a == b:
		return Same
	case len(a) >= 5 && len(a) <= 8 && distance(a, b, 2) == 1: // four figures stand for a whole town
		return Near
	}
	return Differs
}

// emails compares two addresses, or two keys of them, which are the same or not.
func emails(a, b string) Level {
	switch {
	case a == "" || b == "":
		return ""
	case a == b:
		return Same
	}
	most := max(len(a), len(b)) / 3
	if strings.Contains(a, "@") && distance(a, b, most+1) <= most {
		return Near
	}
	return Differs
}

func places(a, b string) Level {
	switch {
	case a == "" || b == "":
		return ""
	case a == b:
		return Same
	case slip(a, b):
		return Near
	}
	return Differs
}
