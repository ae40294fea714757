package linkage

import "math"

// Field is what two records are compared by.
type Field string

// The fields, in the order they are told in.
const (
	FieldGiven    Field = "given_name"
	FieldFamily   Field = "family_name"
	FieldBirth    Field = "date_of_birth"
	FieldPostcode Field = "postcode"
	FieldEmail    Field = "email"
	FieldPlace    Field = "place"
	FieldContact  Field = "contact"
	FieldCrime    Field = "crime_reference"
)

// Level is how far two values of a field agree.
type Level string

// The levels. Not every field has each.
const (
	Same    Level = "same"
	Short   Level = "short"   // a short form or another spelling of the name
	Crossed Level = "crossed" // the names the other way round, or day and month
	Near    Level = "near"    // as a slip of the pen or the ear makes it
	Partly  Level = "partly"  // an initial; a year, or a day and month
	Differs Level = "differs"
)

// weights holds log2(m/u) of every level: m how often it comes up in two records
// of one person, u how often in two records of two people who came up as
// candidates. m follows from the kinds of slips in the two labelled sets
// (internal/linkage/sets), looked at in the half that is tuned on; u from how
// many values a field has. Rounded to halves: no more is known than that.
var weights = map[Field]map[Level]float64{
	// One given name in some 100 people is the same (2^6.5); slips spread it.
	FieldGiven: {Same: 6.5, Short: 5, Near: 5.5, Crossed: 6, Partly: 1.5, Differs: -4},
	// One family name in some 200; marriage changes it, so a difference says less.
	FieldFamily: {Same: 7.5, Near: 6, Crossed: 6.5, Partly: 1.5, Differs: -3.5},
	// One birthday in some 25,000, but some are guessed: 1 January. Two of day,
	// month and year the same is what a slip leaves.
	FieldBirth: {Same: 12, Crossed: 9.5, Near: 7.5, Partly: 3.5, Differs: -4},
	// A postcode holds some fifteen households, and families share one.
	FieldPostcode: {Same: 8.5, Near: 6, Differs: -2},
	FieldEmail:    {Same: 13.5, Near: 9, Differs: -2},
	FieldPlace:    {Same: 2.5, Near: 2, Differs: -1.5},
	// A number is shared by a family, and people have more than one: that none is
	// the same says nearly nothing.
	FieldContact: {Same: 11, Differs: -0.5},
	// One crime can have many victims.
	FieldCrime: {Same: 7, Differs: 0},
}

// Likely is from which score two records are likely to be of one person, where
// records come from so many people. Before anything is compared the odds that
// two records are of one person are one in that many: log2(people) is where they
// are even.
func Likely(people int) float64 { return math.Log2(float64(max(people, 2))) }

// London is how many people the product's records come from, when it decides
// what somebody should look at: a million, whatever it holds today, so that the
// same two records always come out the same.
const London = 1_000_000

// household is the most that a pair scores with plainly different given names
// and dates of birth: brothers, sisters, parents and children share a family
// name, a postcode, a number and a crime, and are never put forward as one
// person. Twins cannot be told from a wrong given name: they are put forward,
// and the reasons say so.
const household = 6
