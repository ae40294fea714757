// Package clamd asks the scanner of ClamAV whether a file holds something known
// to be harmful, by its INSTREAM command (clamd(8)).
package clamd

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// limit is how long one file may take when the caller's context says nothing.
const limit = time.Minute

// chunk is how much is sent at once; the protocol puts its length before it.
const chunk = 64 << 10

// ErrNotScanned is the answer where the scanner could not say either way: it is
// down, it hangs, or it refused the file. The file stays unscanned.
var ErrNotScanned = errors.New("the scanner did not answer")

// Scanner asks one clamd.
type Scanner struct{ network, address string }

// New takes where clamd listens: "host:port", or "unix:/path" of its socket.
func New(address string) (*Scanner, error) {
	path, socket := strings.CutPrefix(address, "unix:")
	if socket && strings.HasPrefix(path, "/") {
		return &Scanner{"unix", path}, nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" || port == "" || socket {
		return nil, errors.New("must be a host and a port, or unix: and the path of a socket")
	}
	return &Scanner{"tcp", address}, nil
}

// Scan returns the name of what was found in the content, "" for nothing, and
// ErrNotScanned, wrapped, where there is no answer.
func (s *Scanner) Scan(ctx context.Context, content []byte) (found string, err error) {
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	var d net.Dialer
	conn, err := d.DialContext(ctx, s.network, s.address)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotScanned, err)
	}
	defer func() { _ = conn.Close() }()
	undo := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer undo()
	sent := send(conn, content)
	// A scanner that has seen enough answers and closes before all is sent.
	answer, err := bufio.NewReader(conn).ReadString(0)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotScanned, errors.Join(sent, err))
	}
	return verdict(strings.TrimRight(answer, "\x00\n"))
}

func send(conn net.Conn, content []byte) error {
	if _, err := conn.Write([]byte("zINSTREAM\x00")); err != nil {
		return err
	}
	var size [4]byte
	for len(content) > 0 {
		n := min(len(content), chunk)
		binary.BigEndian.PutUint32(size[:], uint32(n)) //nolint:gosec // at most chunk
		if _, err := conn.Write(append(size[:], content[:n]...)); err != nil {
			return err
		}
		content = content[n:]
	}
	_, err := conn.Write(make([]byte, 4))
	return err
}

// verdict reads "stream: OK" and "stream: Name FOUND"; anything else is none.
func verdict(answer string) (string, error) {
	rest, ours := strings.CutPrefix(answer, "stream: ")
	if ours && rest == "OK" {
		return "", nil
	}
	if name, found := strings.CutSuffix(rest, " FOUND"); ours && found && name != "" {
		return name, nil
	}
	return "", fmt.Errorf("%w: it said something else", ErrNotScanned)
}
