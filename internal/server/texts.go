package server

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"muster/internal/carrier/simulator"
	"muster/internal/channel/sms"
	"muster/internal/store"
)

// carriers is the table of those who post to us: one line each.
func (n *Node) carriers() []sms.Carrier {
	var list []sms.Carrier
	if n.Simulated != nil {
		list = append(list, sms.Carrier{Name: simulatorName, Secret: n.CarrierSecret, Decoder: n.Simulated})
	}
	return list
}

const simulatorName = "simulator"

// openSMS makes the door of texts. People who text JOIN join the drive that was added first.
func (n *Node) openSMS(ctx context.Context) error {
	intake, err := n.Folder.Intake()
	if err != nil {
		return err
	}
	if n.CarrierSecret == "" {
		n.CarrierSecret = n.Vault.Door().Ref("", "carrier secret", n.Folder.Origin()).Token
	}
	drive := ""
	err = n.Store.View(ctx, func(r *store.Read) error {
		list, err := r.Drives()
		if len(list) > 0 {
			drive = list[0].Code
		}
		return err
	})
	if err != nil {
		return err
	}
	n.SMS = sms.New(sms.Config{Store: n.Store, Vault: n.Vault, Intake: n.Store.NewIntake(intake), Roll: n.Roll, Registry: n.Registry, CallUps: n.Calls, Reports: n.Out,
		Gazetteer: n.Gazetteer, Catalog: n.Texts, Now: n.Now, Carriers: n.carriers(), Own: n.Numbers, Drive: drive, Log: n.Log})
	return nil
}

// postSimulated gives the house what the simulated network has for it, through the carrier's own door.
func (n *Node) postSimulated(ctx context.Context, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://node/channel/sms/"+simulatorName+"/"+n.CarrierSecret, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetPathValue("carrier", simulatorName)
	r.SetPathValue("secret", n.CarrierSecret)
	w := &answered{header: http.Header{}}
	n.SMS.ServeHTTP(w, r)
	if w.status >= 300 {
		return fmt.Errorf("the door of texts answered %d", w.status)
	}
	return nil
}

// drain handles every text that came in, so that a withdrawal is known before anything is sent.
func (n *Node) drain(ctx context.Context) error {
	if !n.Vault.Unlocked() {
		return nil
	}
	return n.SMS.Drain(ctx)
}

// stepNetwork lets the simulated network do what is due.
func (n *Node) stepNetwork(ctx context.Context) (did bool, err error) {
	if n.Simulated == nil {
		return false, nil
	}
	return n.Simulated.Step(ctx)
}

// answered keeps the status of an answer nobody reads.
type answered struct {
	header http.Header
	status int
}

// Header is for the handler.
func (a *answered) Header() http.Header { return a.header }

// WriteHeader keeps the status.
func (a *answered) WriteHeader(status int) { a.status = status }

// Write takes the body.
func (a *answered) Write(b []byte) (int, error) { return len(b), nil }

// NextDue gives the next instant of the node's clock at which something is due: a call-up, a queued text, the simulated
// network. The zero Time is nothing. Whoever moves the clock by hand moves it there.
func (n *Node) NextDue(ctx context.Context) (time.Time, error) {
	var next time.Time
	err := n.Store.View(ctx, func(r *store.Read) error {
		at, ok, err := r.NextDue()
		if ok {
			next = store.Time(at)
		}
		return err
	})
	if n.Simulated != nil {
		if at, ok := n.Simulated.Next(); ok && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, err
}

var _ sms.Decoder = (*simulator.Simulator)(nil)
