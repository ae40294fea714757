package auth

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// cacheSize bounds the tokens remembered; one is about 300 bytes.
const cacheSize = 8192

// Verified is a token that was checked before: who holds it, and until when
// that may be believed. The database is asked again in every transaction, so
// what is remembered here never outlives a session by more than one request.
type Verified struct {
	Actor   models.Actor
	Expires time.Time

	checked atomic.Int64 // when the session was last looked up, in Unix nanoseconds
}

// DueForCheck reports, to one caller at a time, that the session has not been
// looked up for the given time. The caller that hears true does it.
func (v *Verified) DueForCheck(now time.Time, every time.Duration) bool {
	last := v.checked.Load()
	return now.UnixNano()-last >= int64(every) && v.checked.CompareAndSwap(last, now.UnixNano())
}

// Cache remembers verified tokens by their SHA-256, so that a busy caller does
// not pay for the signature each time (performance.md section 2). It never
// holds a token, is bounded, and forgets a token at its expiry.
type Cache struct {
	mu     sync.RWMutex
	tokens map[[sha256.Size]byte]*Verified
	size   int
}

// NewCache returns an empty cache.
func NewCache() *Cache {
	return &Cache{tokens: map[[sha256.Size]byte]*Verified{}, size: cacheSize}
}

// Get returns what is known of the token, nil when nothing is or its time has
// passed.
func (c *Cache) Get(token string, now time.Time) *Verified {
	sum := sha256.Sum256([]byte(token))
	c.mu.RLock()
	v := c.tokens[sum]
	c.mu.RUnlock()
	if v == nil || !now.Before(v.Expires) {
		return nil
	}
	return v
}

// Put remembers that the token stands for a until expires.
func (c *Cache) Put(token string, a models.Actor, expires, now time.Time) *Verified {
	v := &Verified{Actor: a, Expires: expires}
	v.checked.Store(now.UnixNano())
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.tokens) >= c.size {
		c.shrink(now)
	}
	c.tokens[sha256.Sum256([]byte(token))] = v
	return v
}

// shrink drops what has expired and, when that frees too little, whatever else
// comes to hand: a token dropped early is only verified once more.
func (c *Cache) shrink(now time.Time) {
	for sum, v := range c.tokens {
		if !now.Before(v.Expires) {
			delete(c.tokens, sum)
		}
	}
	for sum := range c.tokens {
		if len(c.tokens) < c.size*3/4 {
			return
		}
		delete(c.tokens, sum)
	}
}

// Forget drops every token of a session that has ended.
func (c *Cache) Forget(session uuid.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for sum, v := range c.tokens {
		if v.Actor.SessionID == session {
			delete(c.tokens, sum)
		}
	}
}

// Len returns how many tokens are remembered.
func (c *Cache) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.tokens)
}
