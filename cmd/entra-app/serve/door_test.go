package serve

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestHealthAndMetricsHaveAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, apart := range []bool{true, false} {
		w := newWorld(t)
		w.cfg.PublicURL = "https://bot.contoso.com"
		if apart {
			w.cfg.AdminListen = "127.0.0.1:0"
		}
		w.start()
		status := func(addr, path string) int {
			resp, err := http.Get("http://" + addr + path)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			return resp.StatusCode
		}
		for _, path := range []string{"/healthz", "/metrics"} {
			if got := status(w.addr, path); apart == (got == http.StatusOK) {
				t.Errorf("apart %t: on listen %s answers %d", apart, path, got)
			}
			if got := status(w.adminAddr, path); got != http.StatusOK {
				t.Errorf("apart %t: %s answers %d", apart, path, got)
			}
		}
		if got := status(w.addr, "/pfx/EA-1.x"); got != http.StatusNotFound {
			t.Errorf("an unknown page answers %d", got)
		}
		if apart {
			resp, err := http.Get("http://" + w.adminAddr + "/pfx/EA-1.x")
			if err != nil || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
				t.Errorf("the pages of files are on admin_listen: %v", err)
			}
		}
		if warned := strings.Contains(w.log.String(), "set admin_listen"); warned == apart {
			t.Errorf("apart %t: the start warns: %t", apart, warned)
		}
		w.stop()
	}
}

// hasty is patience in milliseconds, so that its ends can be seen.
var hasty = patience{header: 100 * time.Millisecond, read: 200 * time.Millisecond, write: 300 * time.Millisecond, idle: time.Second}

// opensHasty opens a door that has no patience.
func opensHasty(t *testing.T, answer http.HandlerFunc) *door {
	t.Helper()
	d, err := newDoor("listen", "127.0.0.1:0", answer, slog.New(slog.DiscardHandler), hasty)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- d.serve() }()
	t.Cleanup(func() {
		d.shut(t.Context())
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return d
}

// ended waits until the other side has closed a connection, and returns what it said before.
func ended(t *testing.T, c net.Conn) string {
	t.Helper()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	said, err := io.ReadAll(c)
	if err, slow := err.(net.Error); slow && err.Timeout() {
		t.Error("the connection is still open")
	}
	return string(said)
}

func TestASlowClientIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	read := make(chan error, 9)
	d := opensHasty(t, func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
	})
	for name, begins := range map[string]string{
		"nothing at all":   "",
		"half a header":    "POST /slack/commands HTTP/1.1\r\nHost: bot\r\nX-Slow",
		"half a body":      "POST /slack/commands HTTP/1.1\r\nHost: bot\r\nContent-Length: 100\r\n\r\ntext=",
		"a chunk for ever": "POST /slack/commands HTTP/1.1\r\nHost: bot\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nte",
	} {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("tcp", d.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := io.WriteString(c, begins); err != nil {
				t.Fatal(err)
			}
			ended(t, c)
		})
	}
	for range 2 {
		if err := <-read; err == nil {
			t.Error("half a body was taken for a whole one")
		}
	}
}

func TestASlowReaderIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	wrote := make(chan error, 1)
	d := opensHasty(t, func(w http.ResponseWriter, r *http.Request) {
		var err error
		for range 1 << 12 {
			if _, err = w.Write(make([]byte, 1<<16)); err != nil {
				break
			}
		}
		wrote <- err
	})
	c, err := net.Dial("tcp", d.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "GET /pfx/x HTTP/1.1\r\nHost: bot\r\n\r\n") // and then nothing is read
	select {
	case err := <-wrote:
		if err == nil {
			t.Error("all of it was written to nobody")
		}
	case <-time.After(20 * time.Second):
		t.Error("the answer waits for ever")
	}
}

func TestAHugeHeaderIsRefused(t *testing.T) {
	t.Parallel()
	d := opensHasty(t, func(http.ResponseWriter, *http.Request) { t.Error("it was answered") })
	req, _ := http.NewRequest(http.MethodPost, "http://"+d.Addr().String(), bytes.NewReader(nil))
	req.Header.Set("X-Huge", strings.Repeat("x", 2*mostHeader))
	resp, err := http.DefaultClient.Do(req)
	if err == nil && resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("it is answered with %s", resp.Status)
	}
}

func TestThePatienceIsThatOfSeconds(t *testing.T) {
	if patient.header > 10*time.Second || patient.read > 30*time.Second || patient.write > time.Minute || patient.idle > 5*time.Minute ||
		patient.header <= 0 || patient.read <= 0 || patient.write <= 0 || patient.idle <= 0 {
		t.Errorf("it is %+v", patient)
	}
}
