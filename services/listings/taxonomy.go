package listings

import (
	"strings"
	"sync"

	"github.com/google/uuid"

	"throughline/models"
)

// Taxonomy is one of the lists that services are sorted by.
type Taxonomy struct {
	ID          uuid.UUID
	Key         string
	Name        string
	Description string
}

// Term is one entry of a taxonomy.
type Term struct {
	ID       uuid.UUID
	Taxonomy Taxonomy
	Code     string // as "vawg", unique in its taxonomy
	Name     string
}

// Key is how a listing names the term.
func (t *Term) Key() string { return t.Taxonomy.Key + ":" + t.Code }

type vocabulary struct {
	taxonomies []Taxonomy
	terms      []Term
	byKey      map[string]*Term
	byName     map[string]*Term // by lower-case name and by code
}

// words are our taxonomies: there is no published one for what happens to
// victims of crime (domain.md 6.1).
var words = sync.OnceValue(func() *vocabulary {
	v := &vocabulary{byKey: map[string]*Term{}, byName: map[string]*Term{}}
	var pathways []models.Choice
	for _, p := range models.Pathways() {
		pathways = append(pathways, models.Choice{Key: p.Key, Words: p.Name})
	}
	add := func(key, name, description string, list []models.Choice) {
		t := Taxonomy{ID: stable("taxonomy", key), Key: key, Name: name, Description: description}
		v.taxonomies = append(v.taxonomies, t)
		for _, c := range list {
			v.terms = append(v.terms, Term{ID: stable("term", key+":"+c.Key), Taxonomy: t, Code: c.Key, Name: c.Words})
		}
	}
	add("pathway", "Kinds of support", "What a service does for victims of crime.", pathways)
	add("offence", "What happened", "What a service helps after. A service with none of them helps after any crime.", models.Offences())
	add("strand", "Strands of hate crime", "Why somebody was attacked. A service with none of them helps whatever the reason.", models.HateStrands())
	add("audience", "Who it is for", "Where a service is for some people only.", []models.Choice{{Key: "women", Words: "Women only"}})
	for i := range v.terms {
		t := &v.terms[i]
		v.byKey[t.Key()] = t
		for _, name := range []string{t.Code, t.Name, strings.ReplaceAll(t.Code, "_", " ")} {
			if _, taken := v.byName[strings.ToLower(name)]; !taken {
				v.byName[strings.ToLower(name)] = t
			}
		}
	}
	return v
})

// Taxonomies are the lists that services are sorted by, in their order.
func Taxonomies() []Taxonomy { return words().taxonomies }

// Terms are the entries of every taxonomy, in order.
func Terms() []Term { return words().terms }

// TermOf finds the term that a listing names; false where there is none.
func TermOf(key string) (Term, bool) {
	t, ok := words().byKey[key]
	if !ok {
		return Term{}, false
	}
	return *t, true
}
