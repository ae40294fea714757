// Package whole lets an answer leave in one piece. net/http writes through a
// buffer of 4 kB and goes past it with what does not fit, so that an answer
// larger than that leaves in two pieces: two calls of the system, two packets,
// and whoever waits is woken twice (docs/adr/0026-what-an-answer-costs.md).
package whole

import (
	"bytes"
	"io"
	"net"
	"strconv"
)

// buffer is how much net/http gathers before it writes.
const buffer = 4096

// Listen wraps a listener whose connections net/http serves.
func Listen(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if t, ok := c.(*net.TCPConn); ok && err == nil {
		return &conn{TCPConn: t}, nil
	}
	return c, err
}

// conn holds the first piece of an answer back until the next one comes. It is
// a TCP connection still, so that files leave as they did.
type conn struct {
	*net.TCPConn
	held  []byte
	parts [2][]byte // room for both pieces
}

// Write sends what was held together with p. Only a full buffer that begins an
// answer, and whose header says that more of it follows, is held: net/http then
// always writes again, or ends the connection.
func (c *conn) Write(p []byte) (int, error) {
	if len(c.held) == 0 {
		if len(p) == buffer && unfinished(p) {
			c.held = append(c.held, p...)
			return len(p), nil
		}
		return c.TCPConn.Write(p)
	}
	c.parts = [2][]byte{c.held, p}
	both := net.Buffers(c.parts[:])
	n, err := both.WriteTo(c.TCPConn)
	sent := max(0, int(n)-len(c.held))
	c.held = c.held[:0]
	return sent, err
}

// ReadFrom sends a file, after what was held.
func (c *conn) ReadFrom(r io.Reader) (int64, error) {
	if len(c.held) > 0 {
		_, err := c.TCPConn.Write(c.held)
		if c.held = c.held[:0]; err != nil {
			return 0, err
		}
	}
	return c.TCPConn.ReadFrom(r)
}

var (
	answer = []byte("HTTP/1.1 ")
	length = []byte("\r\nContent-Length: ")
	end    = []byte("\r\n\r\n")
)

// unfinished tells whether these bytes begin an answer and are not all of it.
func unfinished(p []byte) bool {
	if !bytes.HasPrefix(p, answer) {
		return false
	}
	header, begun, found := bytes.Cut(p, end)
	if !found {
		return false
	}
	_, after, said := bytes.Cut(header, length)
	if !said {
		return false
	}
	digits, _, _ := bytes.Cut(after, end[:2])
	n, err := strconv.Atoi(string(digits))
	return err == nil && n > len(begun)
}
