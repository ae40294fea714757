package demo

import "strings"

// class is a kind of crime as the generator knows it: how the counts name it,
// and what a case about it looks like.
type class struct {
	key    string
	types  [][]string // lists of offence types; the first of each leads
	female float64    // the share of women and girls
	age    ageRule
	risk   [3]float64 // standard, medium, high
	place  []string   // kinds of place, the usual ones more than once
	known  float64    // how often the person responsible is known
	texts  []string
}

// ageRule is what the offence itself says about the victim's age.
type ageRule int

const (
	anyAge ageRule = iota
	adults         // 16 and over
	under16
	under13
)

func classes() []*class {
	home, street, online := "home", "street", "online"
	low, mid, grave := [3]float64{75, 20, 5}, [3]float64{45, 38, 17}, [3]float64{22, 40, 38}
	return []*class{
		{"child13", [][]string{{"child_sexual_abuse"}}, 0.82, under13, mid, []string{home, home, "elsewhere", "school"}, 0.8, childTexts()},
		{"child16", [][]string{{"child_sexual_abuse"}, {"child_sexual_abuse"}, {"rape", "child_sexual_abuse"}}, 0.88, under16, mid, []string{home, online, "elsewhere"}, 0.7, childTexts()},
		{"rape", [][]string{{"rape"}, {"rape"}, {"rape", "domestic_abuse"}}, 0.94, adults, grave, []string{home, home, "elsewhere", "venue"}, 0.75, sexualTexts()},
		{"sexual", [][]string{{"sexual_assault"}}, 0.9, anyAge, mid, []string{street, "venue", "transport", "transport", "work", home}, 0.35, sexualTexts()},
		{"exposure", [][]string{{"sexual_assault"}}, 0.95, anyAge, low, []string{street, "transport", "transport", "elsewhere"}, 0.05, exposureTexts()},
		{"trafficking", [][]string{{"trafficking"}}, 0.75, anyAge, grave, []string{"work", home, "elsewhere"}, 0.7, traffickingTexts()},
		{"homicide", [][]string{{"homicide"}}, 0.55, adults, mid, []string{home, street}, 0.5, bereavedTexts()},
		{"stalking", [][]string{{"stalking"}, {"stalking", "domestic_abuse"}}, 0.88, anyAge, grave, []string{home, online, "work", street}, 0.85, stalkingTexts()},
		{"coercive", [][]string{{"domestic_abuse", "coercive_control"}}, 0.95, adults, grave, []string{home}, 1, abuseTexts()},
		{"image", [][]string{{"image_abuse"}, {"image_abuse", "domestic_abuse"}}, 0.9, anyAge, mid, []string{online}, 0.8, imageTexts()},
		{"harassment", [][]string{{"harassment"}, {"harassment"}, {"domestic_abuse", "harassment"}}, 0.8, anyAge, mid, []string{online, online, home, "work"}, 0.75, harassmentTexts()},
		{"public", [][]string{{"public_order"}, {"harassment", "public_order"}}, 0.72, anyAge, low, []string{street, street, "transport", "venue"}, 0.25, publicTexts()},
		{"hate", [][]string{{"hate_crime"}, {"hate_crime", "harassment"}, {"hate_crime", "public_order"}}, 0.62, anyAge, low, []string{street, home, "transport", "venue", online}, 0.35, hateTexts()},
		{"hateassault", [][]string{{"hate_crime", "assault"}}, 0.55, anyAge, mid, []string{street, "transport", home}, 0.3, hateTexts()},
		{"strangulation", [][]string{{"domestic_abuse", "assault"}}, 0.95, adults, grave, []string{home}, 1, abuseTexts()},
		{"abuse", [][]string{{"domestic_abuse", "assault"}, {"domestic_abuse"}}, 0.9, adults, grave, []string{home}, 1, abuseTexts()},
		{"assault", [][]string{{"assault"}}, 0.7, anyAge, low, []string{street, "venue", "school", "work"}, 0.4, assaultTexts()},
		{"knife", [][]string{{"knife_crime", "assault"}, {"robbery", "knife_crime"}}, 0.25, anyAge, mid, []string{street, "transport"}, 0.2, knifeTexts()},
		{"wounding", [][]string{{"wounding_with_intent", "assault"}}, 0.6, anyAge, mid, []string{home, street}, 0.5, assaultTexts()},
		{"murderous", [][]string{{"attempted_murder", "assault"}}, 0.6, adults, grave, []string{home, street}, 0.6, assaultTexts()},
		{"honour", [][]string{{"honour_based_abuse", "domestic_abuse"}, {"forced_marriage"}}, 0.95, anyAge, grave, []string{home}, 1, abuseTexts()},
		{"fgm", [][]string{{"fgm"}}, 1, anyAge, mid, []string{home}, 1, childTexts()},
		{"robbery", [][]string{{"robbery"}}, 0.4, anyAge, low, []string{street, street, "transport"}, 0.05, robberyTexts()},
		{"burglary", [][]string{{"burglary"}}, 0.52, adults, low, []string{home}, 0.05, burglaryTexts()},
		{"fraud", [][]string{{"fraud"}}, 0.55, adults, low, []string{online}, 0.1, fraudTexts()},
		{"theft", [][]string{{"theft"}}, 0.6, anyAge, low, []string{street, "transport", "venue"}, 0.05, robberyTexts()},
		{"damage", [][]string{{"criminal_damage"}}, 0.5, adults, low, []string{home, street}, 0.4, damageTexts()},
	}
}

// classKey says which class a line of the offence counts belongs to. "other"
// and "hurt" stand for lines that hold several, told apart by dealers.
func classKey(group, offence string) string {
	has := func(part string) bool { return strings.Contains(offence, part) }
	switch {
	case has("under 13"):
		return "child13"
	case has("under 16"), has("Grooming"), has("Position of Trust"), has("Abuse of Children"), has("Incest"):
		return "child16"
	case group == "Rape":
		return "rape"
	case has("Exposure"), has("Upskirting"), has("breastfeeding"):
		return "exposure"
	case group == "Other Sexual Offences":
		return "sexual"
	case group == "Modern Slavery", group == "Exploitation of prostitution":
		return "trafficking"
	case group == "Homicide":
		return "homicide"
	case has("Forced marriage"):
		return "honour"
	case has("Genital Mutilation"):
		return "fgm"
	}
	return violentClassKey(group, has)
}

func violentClassKey(group string, has func(string) bool) string {
	racist := has("Racially or Religiously")
	switch {
	case racist && group == "Violence with Injury":
		return "hateassault"
	case racist:
		return "hate"
	case group == "Other flagged offences outside of VAWG":
		return "other"
	case has("controlling"):
		return "coercive"
	case has("private sexual photographs"):
		return "image"
	case has("talking"):
		return "stalking"
	case group == "Stalking and Harassment":
		return "harassment"
	case group == "Public fear, alarm, distress":
		return "public"
	case has("strangulation"):
		return "strangulation"
	case has("Attempted Murder"):
		return "murderous"
	case has("Wounding or Carrying"), has("Cause GBH with intent"):
		return "wounding"
	}
	return "hurt"
}

// otherShares is how often a victim of what London records beside the VAWG
// counts comes to a service: a stated guess for each line of recorded crime,
// because most thefts and damage need no support.
func otherShares(recorded map[string]float64) []share[string] {
	wanted := []struct {
		line, class string
		rate        float64
	}{
		{"ROBBERY|ROBBERY OF PERSONAL PROPERTY", "robbery", 0.42},
		{"ROBBERY|ROBBERY OF PERSONAL PROPERTY", "knife", 0.12},
		{"BURGLARY|RES BURGLARY OF A HOME", "burglary", 0.45},
		{"VIOLENCE AGAINST THE PERSON|VIOLENCE WITHOUT INJURY", "assault", 0.07},
		{"VIOLENCE AGAINST THE PERSON|VIOLENCE WITH INJURY", "knife", 0.03},
		{"PUBLIC ORDER OFFENCES|RACE OR RELIGIOUS AGG PUBLIC FEAR", "hate", 0.30},
		{"THEFT|OTHER THEFT", "fraud", 0.035},
		{"THEFT|THEFT FROM THE PERSON", "theft", 0.03},
		{"ARSON AND CRIMINAL DAMAGE|CRIMINAL DAMAGE", "damage", 0.05},
		{"VIOLENCE AGAINST THE PERSON|HOMICIDE", "homicide", 6}, // each death bereaves a family
	}
	var out []share[string]
	for _, w := range wanted {
		out = append(out, share[string]{w.class, recorded[w.line] * w.rate})
	}
	return out
}

// hurtShares splits the counts of violence with injury, which do not say who
// did it: a stated guess.
func hurtShares() []share[string] {
	return []share[string]{{"abuse", 52}, {"assault", 38}, {"knife", 10}}
}

// strandShares is which hate crime it is: a stated guess after the order of
// the yearly figures for England and Wales.
func strandShares() []share[[]string] {
	return []share[[]string]{
		{[]string{"race"}, 58},
		{[]string{"race", "religion"}, 8},
		{[]string{"religion"}, 11},
		{[]string{"sexual_orientation"}, 13},
		{[]string{"disability"}, 6},
		{[]string{"transgender"}, 4},
	}
}
