package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"filippo.io/age"

	"muster/examples"
	"muster/internal/people"
	"muster/internal/reserve"
	"muster/internal/server"
	"muster/internal/staff"
)

// known is one registration as the story knows it, from outside: what the person sent and what they were told.
type known struct {
	number    int // of the stub, and of the phone's address
	person    people.Person
	habit     habit
	ref       string // of the form: a browser that got no answer sends the same page again
	refused   bool   // under age
	pending   bool
	receipt   string
	token     string
	volunteer string // found after the rush, by the receipt
	read      int    // texts the person has read while registering
	inside    string // the invitation under which they were checked in
}

// story is the world in which it happens.
type story struct {
	Config
	result Result

	dir    string
	clock  *clock
	rand   *rand.Rand
	node   *server.Node
	server *http.Server
	base   string

	owner, second staff.SignedIn
	identity      *age.X25519Identity
	crowd         []*known
	byReceipt     map[string]*known
	byVolunteer   map[string]*known
	phones        *phones
	calling       string // the call-up that is open
	missedCalls   int
	recalled      bool // those on the road were told that enough are there
}

const passphrase = "une phrase pour la démonstration"

// morning is when the story begins, in Niamey: the call-up of the afternoon is for eight the next morning.
func morning() time.Time {
	return time.Date(2026, 11, 24, 9, 0, 0, 0, time.FixedZone("Africa/Niamey", 3600))
}

// open makes the folder, the registry, two members of staff and a recipient, and serves.
func (s *story) open(ctx context.Context) error {
	var err error
	if s.dir, err = os.MkdirTemp("", "muster-demo-"); err != nil {
		return err
	}
	s.clock, s.rand, s.byReceipt = newClock(morning()), rand.New(rand.NewPCG(s.Seed, 0x64656d6f)), map[string]*known{}
	s.phones = newPhones()
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	data := filepath.Join(s.dir, "niamey")
	if _, err := server.Init(ctx, server.InitConfig{Data: data, Drive: examples.Niger, Passphrase: passphrase, Owner: "owner", Now: s.clock.Now, Log: s.Log}); err != nil {
		return err
	}
	s.node, err = server.Open(ctx, server.Config{Data: data, Passphrase: passphrase, Simulator: true, SimulatorRate: simPerHour, BehindProxy: true,
		Seed: s.Seed, Arrived: s.arrived, Now: s.clock.Now, Log: s.Log})
	if err != nil {
		return err
	}
	if err := s.recipient(ctx); err != nil {
		return err
	}
	if err := s.people(ctx); err != nil {
		return err
	}
	return s.serve(ctx)
}

// recipient gives the civil protection a key of its own; the half that opens lists stays with it.
func (s *story) recipient(ctx context.Context) error {
	d, err := server.ReadDrive(examples.Niger)
	if err != nil {
		return err
	}
	if s.identity, err = age.GenerateX25519Identity(); err != nil {
		return err
	}
	d.Recipients[0].Key = s.identity.Recipient().String()
	return s.node.AddDrive(ctx, s.node.Operator(), d)
}

// people makes two owners with a session each: a list needs two persons on two sessions.
func (s *story) people(ctx context.Context) error {
	for i, handle := range []string{"owner", "second"} {
		by := staff.System(s.node.Folder.Node.ID)
		id, err := s.node.Staff.Find(ctx, by, handle)
		if reserve.KindOf(err) == reserve.NotFound {
			id, err = s.node.Staff.Add(ctx, by, staff.Account{Handle: handle, Role: reserve.RoleOwner})
		}
		if err != nil {
			return err
		}
		signed, err := s.signIn(ctx, by, id)
		if err != nil {
			return err
		}
		if i == 0 {
			s.owner = signed
		} else {
			s.second = signed
		}
	}
	return nil
}

func (s *story) signIn(ctx context.Context, by staff.SignedIn, id string) (staff.SignedIn, error) {
	link, err := s.node.Staff.IssueLink(ctx, by, id)
	if err != nil {
		return staff.SignedIn{}, err
	}
	session, err := s.node.Staff.Redeem(ctx, "127.0.0.1", link.Reveal())
	if err != nil {
		return staff.SignedIn{}, err
	}
	return s.node.Staff.SignedIn(ctx, session.Reveal())
}

// serve listens and tells where the console is.
func (s *story) serve(ctx context.Context) error {
	listen := s.Listen
	if s.Headless {
		listen = "127.0.0.1:0"
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	s.base = "http://" + l.Addr().String()
	s.server = &http.Server{Handler: s.node.Handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.Log.Error("the story's server ended", "error", err)
		}
	}()
	if s.Headless {
		return nil
	}
	return s.invite(ctx)
}

// invite prints a link that signs a visitor in to the live console.
func (s *story) invite(ctx context.Context) error {
	by := staff.System(s.node.Folder.Node.ID)
	id, err := s.node.Staff.Find(ctx, by, "owner")
	if err != nil {
		return err
	}
	link, err := s.node.Staff.IssueLink(ctx, by, id)
	if err != nil {
		return err
	}
	s.say("The console is live while the story is told. Sign in with this link:\n  %s/console/link/%s", s.base, link.Reveal())
	return nil
}

// stayUp lets the clock and the node run on by themselves until the visitor stops the program.
func (s *story) stayUp(ctx context.Context) error {
	s.clock.Run()
	if err := s.invite(ctx); err != nil {
		return err
	}
	s.say("The public form is at %s/%s/join. Stop with Ctrl-C; the folder is removed then.", s.base, examples.NigerCode)
	s.node.Run(ctx)
	return nil
}

// close ends everything and removes the folder.
func (s *story) close() {
	if s.server != nil {
		if err := s.server.Close(); err != nil {
			s.Log.Warn("close the story's server", "error", err)
		}
	}
	if s.node != nil {
		if err := s.node.Close(); err != nil {
			s.Log.Warn("close the story's node", "error", err)
		}
	}
	if s.dir != "" {
		if err := os.RemoveAll(s.dir); err != nil {
			s.Log.Warn("remove the story's folder", "error", err)
		}
	}
}

// peakMB is the most resident memory of this process, in 10^6 bytes.
func peakMB() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Maxrss) * 1024 / 1e6
}

// local is an instant as people in Niamey read it.
func local(t time.Time) string { return t.In(morning().Location()).Format("15:04") }

var errStory = errors.New("the story did not go as told")

// off makes an error of a step.
func off(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errStory, fmt.Sprintf(format, args...))
}
