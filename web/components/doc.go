// Package components holds the pieces pages are made of, as typed functions: the
// GOV.UK and MoJ components the product uses, and its own (clocks, safe contact,
// worklists). A page gives each one a struct of plain values; no component reads
// a model, a request or the time. README.md lists them all.
package components
