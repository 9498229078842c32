package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/workflow"
)

// A door is an address that the process listens on, and what it answers there.
type door struct {
	net.Listener
	http *http.Server
}

// patience is how long a client may take: to send the header, to send all, and to read the answer.
// Whoever is slower is not waited for, so that nobody can hold the connections that others need.
type patience struct{ header, read, write, idle time.Duration }

var patient = patience{header: 5 * time.Second, read: 15 * time.Second, write: 30 * time.Second, idle: 2 * time.Minute}

// mostHeader is how long a header may be.
const mostHeader = 64 << 10

// newDoor listens on the address that a key of the configuration names.
func newDoor(key, address string, mux http.Handler, log *slog.Logger, p patience) (*door, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("can't listen on %s: %w\nhint: another process has that address, or it is not this "+
			"machine's; change `%s`", address, err, key)
	}
	return &door{l, &http.Server{
		Handler: mux, ReadHeaderTimeout: p.header, ReadTimeout: p.read, WriteTimeout: p.write, IdleTimeout: p.idle,
		MaxHeaderBytes: mostHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}}, nil
}

// serve answers until the door is shut.
func (d *door) serve() error {
	if err := d.http.Serve(d.Listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("listening: %w", err)
	}
	return nil
}

// shut lets what is under way end, as long as ctx leaves time for it.
func (d *door) shut(ctx context.Context) {
	if err := d.http.Shutdown(ctx); err != nil {
		d.http.Close()
	}
}

// open opens the addresses of the configuration: the one that others may reach, and where it is
// given the one for health and metrics. These are for operators alone, so they are not on both.
func (s *Server) open(c config.Config) error {
	public, admin := http.NewServeMux(), http.NewServeMux()
	if c.AdminListen == "" {
		admin = public
		if c.PublicURL != "" {
			s.log.Warn("whoever reaches public_url reaches /healthz, /readyz and /metrics, unless a proxy keeps them away; " +
				"set admin_listen, such as 127.0.0.1:9090, and they are there alone")
		}
	}
	s.health.routes(admin)
	if !c.Slack.Socket || !c.Slack.SigningSecret.IsZero() {
		public.Handle("/slack/", s.bot.Handler())
	}
	if c.PublicURL != "" {
		public.Handle(workflow.PagePath, s.bot.Pages())
	}
	d, err := newDoor("listen", c.Listen, public, s.log, patient)
	if err != nil {
		return err
	}
	s.doors = append(s.doors, d)
	if c.AdminListen == "" {
		return nil
	}
	if d, err = newDoor("admin_listen", c.AdminListen, admin, s.log, patient); err != nil {
		return errors.Join(err, s.doors[0].Close())
	}
	s.doors = append(s.doors, d)
	return nil
}

// Addr is where the server listens.
func (s *Server) Addr() string { return s.doors[0].Addr().String() }

// AdminAddr is where it answers for its health.
func (s *Server) AdminAddr() string { return s.doors[len(s.doors)-1].Addr().String() }
