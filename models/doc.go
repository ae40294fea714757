// Package models holds the words of the domain: entities, their states, the
// people who act on them and the errors they can meet. It knows no framework,
// so that every other package may import it and every rule in it can be tested
// without a database.
package models
