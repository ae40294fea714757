// Package v1 is version 1 of the JSON API: one file for each resource, holding
// what it takes, what it answers and the operations on it. It decides nothing;
// each operation calls one service and presents what came back. What is taken
// and answered are types of their own, so that a field of the domain is never
// published, or set from outside, by accident.
package v1
