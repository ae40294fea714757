// Package auth turns a session into what travels: signed access tokens for
// systems and cookies for people. It is the only package that knows JWTs, and
// it decides nothing about who may do what.
package auth
