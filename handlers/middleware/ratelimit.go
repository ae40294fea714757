package middleware

import (
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"throughline/models"
)

// Rate is how often something may be done: PerSecond in the long run, Burst at
// once. A zero PerSecond sets no limit.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Limits are the rates of one installation. They are there to stop a program
// that runs away, not to pace people: guessing passwords and reading many
// records are limited in the database, where every process counts together.
type Limits struct {
	Network Rate // everything from one network address, before anybody is known
	Session Rate // everything of one signed-in session
	Forms   Rate // forms sent by one page session
	Machine Rate // everything of one system, however many tokens it holds
}

// DefaultLimits leave a large office behind one address, and a system that
// polls, plenty of room.
func DefaultLimits() Limits {
	return Limits{
		Network: Rate{PerSecond: 3000, Burst: 6000},
		Session: Rate{PerSecond: 300, Burst: 3000},
		Forms:   Rate{PerSecond: 3, Burst: 20},
		Machine: Rate{PerSecond: 20, Burst: 200},
	}
}

// RateLimitByNetwork limits what comes from one network, with 429 and the time
// to wait.
func RateLimitByNetwork(r Rate, fail Fail) gin.HandlerFunc {
	l := newLimiter(r)
	return func(c *gin.Context) {
		if wait := l.take(models.NetworkOf(ClientIP(c)).String(), time.Now()); wait > 0 {
			stop(c, fail, tooMany(wait))
			return
		}
		c.Next()
	}
}

// RateLimitBySession limits what one signed-in session does, and how fast it
// sends forms; what a system does is counted by the system, so that more tokens
// are not more room. It stands after Session and Bearer.
func RateLimitBySession(all, forms, machine Rate, fail Fail) gin.HandlerFunc {
	everything, sent, systems := newLimiter(all), newLimiter(forms), newLimiter(machine)
	return func(c *gin.Context) {
		a, err := models.ActorFrom(c.Request.Context())
		if err != nil {
			c.Next()
			return
		}
		now, id := time.Now(), a.SessionID.String()
		wait := everything.take(id, now)
		if wait == 0 && a.Machine {
			wait = systems.take(a.UserID.String(), now)
		}
		if wait == 0 && c.Request.Method == http.MethodPost && !forSystems(c) {
			wait = sent.take(id, now)
		}
		if wait > 0 {
			stop(c, fail, tooMany(wait))
			return
		}
		c.Next()
	}
}

func tooMany(wait time.Duration) error {
	return models.TooMany("Too much was asked at once. Wait a moment, then try again.", wait)
}

// mostBuckets bounds what one limiter remembers; a bucket is about 100 bytes.
const mostBuckets = 20_000

// limiter is a token bucket for each key, for a bounded number of keys.
type limiter struct {
	rate    Rate
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newLimiter(r Rate) *limiter {
	return &limiter{rate: r, buckets: map[string]*rate.Limiter{}}
}

// take uses one token of the key's bucket, or says how long until there is one.
func (l *limiter) take(key string, now time.Time) time.Duration {
	if l.rate.PerSecond <= 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil {
		if len(l.buckets) >= mostBuckets {
			l.forget(now)
		}
		b = rate.NewLimiter(rate.Limit(l.rate.PerSecond), l.rate.Burst)
		l.buckets[key] = b
	}
	if b.AllowN(now, 1) {
		return 0
	}
	missing := 1 - b.TokensAt(now)
	return max(time.Millisecond, time.Duration(missing/l.rate.PerSecond*float64(time.Second)))
}

// forget drops the buckets that are full again, which loses nothing, and where
// that frees too little, others as they come: a flood of invented keys must
// not grow the map.
func (l *limiter) forget(now time.Time) {
	for key, b := range l.buckets {
		if b.TokensAt(now) >= float64(l.rate.Burst) {
			delete(l.buckets, key)
		}
	}
	for key := range l.buckets {
		if len(l.buckets) < mostBuckets*3/4 {
			return
		}
		delete(l.buckets, key)
	}
}
