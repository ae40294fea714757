package middleware

import (
	"fmt"
	"net/netip"

	"github.com/gin-gonic/gin"
)

// TrustProxies names the networks whose X-Forwarded-For is believed; none
// means that the socket's own address is the client's. It fails on a network
// so wide that anybody could be in it.
func TrustProxies(e *gin.Engine, networks []netip.Prefix) error {
	e.RemoteIPHeaders = []string{"X-Forwarded-For"}
	e.TrustedPlatform = ""
	e.ForwardedByClientIP = len(networks) > 0
	var trusted []string
	for _, n := range networks {
		if !n.IsValid() || n.Bits() == 0 {
			return fmt.Errorf("trusting the network %s would believe anybody", n)
		}
		trusted = append(trusted, n.Masked().String())
	}
	return e.SetTrustedProxies(trusted)
}
