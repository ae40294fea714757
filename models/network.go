package models

import "net/netip"

// NetworkOf is the part of an address that one subscriber, one household, holds;
// the zero Prefix for no address.
func NetworkOf(ip netip.Addr) netip.Prefix {
	ip = ip.Unmap().WithZone("")
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.Prefix(bits) // an address that is none has no prefix
	return p
}
