package whole

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// serve answers on a wrapped listener and returns one connection to it, which
// fails rather than wait for long.
func serve(t *testing.T, h http.HandlerFunc) (net.Conn, *bufio.Reader) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = s.Serve(Listen(l)) }()
	t.Cleanup(func() { _ = s.Close() })
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewReader(c)
}

func ask(t *testing.T, c net.Conn, in *bufio.Reader, method, path string) (*http.Response, []byte) {
	t.Helper()
	if _, err := io.WriteString(c, method+" "+path+" HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(in, &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer, body
}

func TestAnswersOfEverySizeArriveAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	said := func(n int) string { return strings.Repeat("Throughline ", n/12+1)[:n] }
	c, in := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Path[1:])
		w.Header().Set("Content-Length", strconv.Itoa(n))
		_, _ = io.WriteString(w, said(n))
	})
	// One connection for all: what one answer kept back would spoil the next.
	// The header takes about 100 bytes: the buffer is filled to its brim and one
	// less and one more on the way.
	sizes := []int{0, 1, 1 << 20, 8192}
	for n := buffer - 200; n <= buffer+2; n++ {
		sizes = append(sizes, n)
	}
	for _, n := range sizes {
		if _, body := ask(t, c, in, "GET", "/"+strconv.Itoa(n)); string(body) != said(n) {
			t.Fatalf("of %d bytes %d came, or others", n, len(body))
		}
		if answer, body := ask(t, c, in, "HEAD", "/"+strconv.Itoa(n)); len(body) != 0 || answer.ContentLength != int64(n) {
			t.Fatalf("HEAD of %d bytes: %d bytes, told %d", n, len(body), answer.ContentLength)
		}
	}
}

func TestAnAnswerWithoutALengthIsNotKeptBack(t *testing.T) {
	t.Parallel()
	read := make(chan struct{})
	c, in := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(bytes.Repeat([]byte("x"), 6000))
		_ = http.NewResponseController(w).Flush()
		<-read // the rest waits until the first part was seen
		_, _ = io.WriteString(w, "end")
	})
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(answer.Body, make([]byte, 6000)); err != nil {
		t.Fatal(err)
	}
	close(read)
	if rest, err := io.ReadAll(answer.Body); err != nil || string(rest) != "end" {
		t.Fatalf("after the first part: %q, %v", rest, err)
	}
}

func TestTheFirstPieceWaitsForTheSecondAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	head := "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"
	full := head + strings.Repeat("a", buffer-len(head))
	for name, c := range map[string]struct {
		first string
		held  bool
	}{
		"a full buffer that begins an answer":   {full, true},
		"less than a full buffer":               {full[:buffer-1], false},
		"a full buffer of the middle":           {strings.Repeat("a", buffer), false},
		"an answer that says no length":         {strings.Replace(full, "Content-Length", "Content-Langth", 1), false},
		"an answer that ends with the buffer":   {strings.Replace(full, "9000", strconv.Itoa(buffer-len(head)), 1), false},
		"a header that goes on past the buffer": {strings.ReplaceAll(full, "\r\n\r\n", "\r\nX-Long: "), false},
		"a length that is none":                 {strings.Replace(full, "9000", "much", 1), false},
	} {
		there, here := pair(t)
		one := &conn{TCPConn: there}
		if n, err := io.WriteString(one, c.first); n != len(c.first) || err != nil {
			t.Errorf("%s: wrote %d, %v", name, n, err)
		}
		if got := len(one.held) > 0; got != c.held {
			t.Errorf("%s: held back: %v", name, got)
		}
		if n, err := io.WriteString(one, "the rest"); n != len("the rest") || err != nil {
			t.Errorf("%s: wrote %d of the rest, %v", name, n, err)
		}
		if len(one.held) > 0 {
			t.Errorf("%s: still held back", name)
		}
		_ = one.Close()
		if all, err := io.ReadAll(here); err != nil || string(all) != c.first+"the rest" {
			t.Errorf("%s: %d bytes came, %v", name, len(all), err)
		}
	}
}

func TestAFileLeavesAfterWhatWasHeld(t *testing.T) {
	t.Parallel()
	there, here := pair(t)
	one := &conn{TCPConn: there}
	head := "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"
	first := head + strings.Repeat("a", buffer-len(head))
	if _, err := io.WriteString(one, first); err != nil || len(one.held) == 0 {
		t.Fatal("nothing was held", err)
	}
	if n, err := one.ReadFrom(strings.NewReader("the file")); n != 8 || err != nil {
		t.Fatal(n, err)
	}
	_ = one.Close()
	if all, err := io.ReadAll(here); err != nil || string(all) != first+"the file" {
		t.Errorf("%d bytes came, or in another order, %v", len(all), err)
	}
}

// pair is a connection, seen from both sides.
func pair(t *testing.T) (*net.TCPConn, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // nothing is lost
	here, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	there, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = here.Close() })
	return there.(*net.TCPConn), here
}
