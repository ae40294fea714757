package clamd_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"throughline/internal/clamd"
)

// eicar is the string by which scanners are tried, put together here so that no
// scanner finds it in a folder of ours (eicar.org).
func eicar() string {
	return `X5O!P%@AP[4\PZX54(P^)7CC)7}$EIC` + `AR-STANDARD-ANTIVIRUS-TEST-` + `FILE!$H+H*`
}

// standIn speaks the protocol of clamd: a command, pieces with their lengths,
// an empty piece, an answer.
func standIn(t *testing.T, l net.Listener, answer func(content string) string) {
	t.Helper()
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn, answer)
		}
	}()
}

func serve(conn net.Conn, answer func(string) string) {
	defer func() { _ = conn.Close() }()
	r := bufio.NewReader(conn)
	if command, err := r.ReadString(0); err != nil || command != "zINSTREAM\x00" {
		_, _ = io.WriteString(conn, "UNKNOWN COMMAND\x00")
		return
	}
	var content strings.Builder
	for {
		var size uint32
		if err := binary.Read(r, binary.BigEndian, &size); err != nil {
			return
		}
		if size == 0 {
			break
		}
		if _, err := io.CopyN(&content, r, int64(size)); err != nil {
			return
		}
	}
	if say := answer(content.String()); say != "" {
		_, _ = io.WriteString(conn, say+"\x00")
	}
}

func looking(content string) string {
	if strings.Contains(content, eicar()) {
		return "stream: Eicar-Signature FOUND"
	}
	return "stream: OK"
}

func TestAScannerIsAskedAsClamdIsAsked(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	standIn(t, l, looking)
	socket, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	standIn(t, socket, looking)
	for _, address := range []string{l.Addr().String(), "unix:" + socket.Addr().String()} {
		s, err := clamd.New(address)
		if err != nil {
			t.Fatal(err)
		}
		for content, want := range map[string]string{
			"": "", "A letter.": "", strings.Repeat("A long letter. ", 100_000): "",
			eicar(): "Eicar-Signature", strings.Repeat("x", 70_000) + eicar(): "Eicar-Signature",
		} {
			if got, err := s.Scan(t.Context(), []byte(content)); err != nil || got != want {
				t.Errorf("%d bytes: got %q, %v, want %q", len(content), got, err, want)
			}
		}
	}
}

func TestWithoutAnAnswerNothingIsSaidToBeClean(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"it hangs up": "", "it has had enough": "INSTREAM size limit exceeded. ERROR", "it fails": "stream: Can't allocate memory ERROR",
		"it says something else": "stream: maybe OK", "it names nothing": "stream:  FOUND", "another's answer": "other: OK", "OK alone": "OK",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		standIn(t, l, func(string) string { return answer })
		s, err := clamd.New(l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if found, err := s.Scan(t.Context(), []byte("x")); !errors.Is(err, clamd.ErrNotScanned) || found != "" {
			t.Errorf("%s: got %q, %v, want no answer", name, found, err)
		}
	}
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	s, err := clamd.New(gone.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Scan(t.Context(), []byte("x")); !errors.Is(err, clamd.ErrNotScanned) {
		t.Errorf("it is down: got %v", err)
	}
	for _, address := range []string{"", "clamd", "unix:", "unix:relative", ":3310", "host:"} {
		if _, err := clamd.New(address); err == nil {
			t.Errorf("%q is taken for an address", address)
		}
	}
}

// A scanner that takes everything and never answers is given up when its caller
// has waited long enough.
func TestAScannerThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, enough := context.WithCancel(t.Context())
	hold := make(chan struct{})
	t.Cleanup(func() { close(hold) })
	standIn(t, l, func(string) string {
		enough() // all of it came, and the caller tires of waiting
		<-hold
		return ""
	})
	s, err := clamd.New(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Scan(ctx, []byte("x")); !errors.Is(err, clamd.ErrNotScanned) {
		t.Errorf("got %v, want it given up", err)
	}
}
