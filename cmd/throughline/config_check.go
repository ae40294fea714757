package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"throughline/handlers/auth"
	"throughline/internal/seal"
	"throughline/internal/secret"
)

// toServe finds what stands in the way of serving or working.
func toServe(c Config) (found problems) {
	found = append(append(found, addresses(c)...), files(c)...)
	if c.Env != production {
		return found
	}
	if c.private() {
		found = append(found, "DATABASE_URL must be set in production, which does not run a private PostgreSQL")
	}
	if !c.DemoNow.IsZero() {
		found = append(found, "DEMO_NOW must not be set in production")
	}
	if !c.secure() {
		found = append(found, "BASE_URL must be set in production, and begin with https://")
	}
	if c.RequireSecondFactor == "off" {
		found = append(found, "REQUIRE_SECOND_FACTOR must not be off in production: a password alone is not enough there")
	}
	if c.CodeOfConduct == "off" {
		found = append(found, "CODE_OF_CONDUCT must not be off in production: nobody sees a record there who has not accepted it")
	}
	if !c.AdminAddr.loopback() && c.AdminAddr != "off" {
		found = append(found, "ADMIN_ADDR must be an address of the machine itself in production, such as 127.0.0.1:8081, or off")
	}
	if c.RecordsPerHour.most() > exactCap || c.ListedPerHour.most() > 10*exactCap {
		found = append(found, "RECORDS_PER_HOUR must be at most 1000 in production, and LISTED_PER_HOUR 10000: nobody reads more")
	}
	return append(found, keyFiles(c)...)
}

// toMigrate finds what stands in the way of migrating.
func toMigrate(c Config) (found problems) {
	found = append(found, addresses(c)...)
	if c.Env == production && c.private() {
		found = append(found, "DATABASE_URL must be set: production never makes a private PostgreSQL")
	}
	if (c.Env == production || !c.private()) && !c.DatabaseOwnerURL.Set() {
		found = append(found, "DATABASE_OWNER_URL must be set: migrations run as throughline_owner")
	}
	return found
}

// toDemo finds what stands in the way of a demo.
func toDemo(c Config) (found problems) {
	if c.Env == production {
		return problems{"APP_ENV=production has no demo data: use throughline serve"}
	}
	if !c.private() && !c.DatabaseOwnerURL.Set() {
		found = append(found, "DATABASE_OWNER_URL must be set beside DATABASE_URL: the demo migrates first")
	}
	return append(found, toServe(c)...)
}

// keyFiles checks the three key files and the key-encryption key, which production
// has to name.
func keyFiles(c Config) (found problems) {
	if c.JWTKeysFile == "" {
		found = append(found, "JWT_KEYS_FILE must be set in production")
	}
	if c.AnswerKeyFile == "" {
		found = append(found, "ANSWER_KEY_FILE must be set in production")
	}
	found = append(found, auditKeyMissing(c)...)
	return append(append(found, keyProblems(c.JWTKeysFile, c.AnswerKeyFile)...), kms(c)...)
}

// keyProblems reads the key files of tokens and answers; a path that is not set is passed over.
func keyProblems(jwt, answers string) (found problems) {
	if jwt != "" {
		if _, err := auth.LoadKeys(jwt); err != nil {
			found = append(found, "JWT_KEYS_FILE: "+err.Error())
		}
	}
	if answers != "" {
		if _, err := seal.Load(answers); err != nil {
			found = append(found, "ANSWER_KEY_FILE: "+err.Error())
		}
	}
	return found
}

// addresses checks the addresses with secrets in them.
func addresses(c Config) (found problems) {
	for _, a := range []struct {
		name  string
		value secret.String
	}{{"DATABASE_URL", c.DatabaseURL}, {"DATABASE_OWNER_URL", c.DatabaseOwnerURL}} {
		if a.value.Set() {
			found = append(found, databaseAddress(a.name, a.value.Reveal(), c.Env == production)...)
		}
	}
	found = append(append(found, deliveryProblems(c)...), notifyProblems(c)...)
	if c.SMTPURL.Set() {
		u, err := url.Parse(c.SMTPURL.Reveal())
		if err != nil || u.Host == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
			found = append(found, "SMTP_URL must be smtp:// or smtps:// with a host")
		}
	}
	return found
}

// databaseAddress checks one database address. In production a server elsewhere is
// reached by TLS only, and with a password nobody would guess, if with any.
func databaseAddress(name, address string, strict bool) (found problems) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil { // it would quote parts of the address
		return problems{name + " must be an address such as postgres://user:password@host:5432/throughline?sslmode=verify-full"}
	}
	if !strict || strings.HasPrefix(cfg.Host, "/") {
		return nil
	}
	plain := cfg.TLSConfig == nil
	for _, f := range cfg.Fallbacks {
		plain = plain || f.TLSConfig == nil
	}
	if plain && !local(cfg.Host) {
		found = append(found, name+" must ask for TLS: add sslmode=verify-full")
	}
	if weakPassword(cfg.Password, cfg.User) {
		found = append(found, fmt.Sprintf("%s has a password that is easy to guess: use 16 or more random characters", name))
	}
	return found
}

// weakPassword finds short ones, repetitive ones, and the words people use in
// examples. No password at all is fine: certificates and peers need none.
func weakPassword(password, user string) bool {
	if password == "" {
		return false
	}
	low := strings.ToLower(password)
	different := []rune(low)
	slices.Sort(different)
	different = slices.Compact(different)
	for _, word := range []string{"password", "changeme", "secret", "postgres", "throughline", "letmein", "qwerty", "123456", strings.ToLower(user)} {
		if strings.Contains(low, word) {
			return true
		}
	}
	return len(password) < 16 || len(different) < 8
}
