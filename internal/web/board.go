package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
)

// refreshEvery is how often a board that somebody looks at is worked out anew: figures two seconds old are still now.
const refreshEvery = 2 * time.Second

// heartbeatEvery is how often a quiet stream says that it lives, before the gateways of mobile networks cut it (30 s is the shortest seen).
const heartbeatEvery = 15 * time.Second

// start leads to the board of the first drive.
func (w *Web) start(rw http.ResponseWriter, r *http.Request, v desk) error {
	if len(v.Drives) == 0 {
		return render(rw, r, http.StatusOK, noDrivePage(v))
	}
	path := "/console/audit"
	if v.may(reserve.MaySeeBoard) {
		path = "/console/d/" + v.Drives[0].Code
	}
	return back(rw, r, path, "")
}

func (w *Web) board(rw http.ResponseWriter, r *http.Request, v desk) error {
	b, err := w.boardView(r.Context(), v)
	if err != nil {
		return err
	}
	return render(rw, r, http.StatusOK, boardPage(b))
}

// boardView reads everything a board shows. It needs no secret, so it works on a locked node.
func (w *Web) boardView(ctx context.Context, v desk) (boardView, error) {
	v.Section = "board"
	b := boardView{desk: v, At: store.Micros(w.Now())}
	counts, err := w.Registry.Counts(ctx, v.By.Actor, v.Drive.Code)
	if err != nil {
		return b, err
	}
	b.Waiting, b.Pairs = counts.Waiting, counts.Pairs
	b.counted(counts.People)
	if err := w.openCallUps(ctx, &b); err != nil {
		return b, err
	}
	err = w.Store.View(ctx, func(rd *store.Read) error {
		if err := b.readTexts(rd); err != nil {
			return err
		}
		hours, err := rd.RegistrationsSince(v.Drive.Code, b.midnight())
		b.came(hours)
		return err
	})
	if err != nil {
		return b, fmt.Errorf("read the board: %w", err)
	}
	return b, nil
}

// midnight is the beginning of the day at the drive's place.
func (v boardView) midnight() int64 {
	t := store.Time(v.At).In(v.zone())
	return store.Micros(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, v.zone()))
}

func (v *boardView) readTexts(rd *store.Read) error {
	var err error
	if _, v.Unclear, v.OldestUnclear, err = rd.CountInbound(); err != nil {
		return err
	}
	if v.Gateways, err = rd.Gateways(); err != nil {
		return err
	}
	for _, lane := range []store.Lane{store.LaneReply, store.LaneNotice, store.LaneCallUp} {
		n, err := rd.CountQueued(lane)
		if err != nil {
			return err
		}
		v.Queue += n
		v.Lanes = append(v.Lanes, store.TextCount{Lane: lane, Count: n})
	}
	unknown, err := rd.UnknownTexts(1000)
	if err != nil {
		return err
	}
	v.Unknown = int64(len(unknown))
	nodes, err := rd.Nodes()
	v.contacts(nodes)
	return err
}

// openCallUps reads the open call-ups of a board with what the planner says of each need.
func (w *Web) openCallUps(ctx context.Context, b *boardView) error {
	list, err := w.CallUps.List(ctx, b.By.Actor, b.Drive.Code, callUpsShown)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.State != reserve.CallUpOpen {
			continue
		}
		shown, err := w.CallUps.Show(ctx, b.By.Actor, c.ID)
		if err != nil {
			return err
		}
		line := openCallUp{View: shown}
		for _, n := range shown.Needs {
			line.Lines = append(line.Lines, b.needLine(n))
		}
		b.CallUps = append(b.CallUps, line)
	}
	return nil
}

// pause stops all sending, or resumes it: one button, for whoever sees that something goes wrong.
func (w *Web) pause(rw http.ResponseWriter, r *http.Request, v desk) error {
	do, done := w.CallUps.Resume, "resumed"
	if r.FormValue("do") == "stop" {
		do, done = w.CallUps.Pause, "stopped"
	}
	if err := do(r.Context(), v.By.Actor); err != nil {
		return err
	}
	return back(rw, r, v.under(""), done)
}

// events sends the board of a drive again whenever it changes. Watching is not working: it does not keep a session
// from ending for idleness, but goes on while the session itself stands and the right is there.
func (w *Web) events(rw http.ResponseWriter, r *http.Request, v desk) error {
	if err := v.enter(r.URL.Query().Get("drive")); err != nil {
		return err
	}
	began := store.Micros(w.Now())
	rw.Header().Set("Content-Type", "text/event-stream")
	rw.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(rw)
	tick := time.NewTicker(w.refresh())
	defer tick.Stop()
	sent, quiet := map[string]string{}, time.Duration(0)
	for {
		if !w.Now().Before(v.By.Until) {
			return nil
		}
		parts, err := w.boardNow(r.Context(), v, began)
		if err != nil {
			return nil // the page notices that the stream has ended and asks again, as a page that can show an error
		}
		message := ""
		for _, p := range parts {
			if sent[p.name] != p.body {
				message, sent[p.name] = message+event(p.name, p.body), p.body
			}
		}
		if quiet += w.refresh(); message == "" && quiet >= heartbeatEvery {
			message = ": alive\n\n"
		}
		if message != "" {
			quiet = 0
			if _, err := rw.Write([]byte(message)); err != nil || out.Flush() != nil {
				return errBroken
			}
		}
		select {
		case <-r.Context().Done():
			return errBroken
		case <-tick.C:
		}
	}
}

// livePart is a part of the board that is sent again when it changes.
type livePart struct{ name, body string }

func (w *Web) refresh() time.Duration {
	if w.Refresh > 0 {
		return w.Refresh
	}
	return refreshEvery
}

// boardNow draws the live parts of a board for somebody whose session still stands.
func (w *Web) boardNow(ctx context.Context, v desk, began int64) ([]livePart, error) {
	err := w.Store.View(ctx, func(rd *store.Read) error {
		_, s, err := rd.SignedIn(v.By.Session, began)
		if err != nil {
			return err
		}
		v.By.Actor.Role, v.By.Actor.Sites, v.By.Actor.Functions = s.Role, s.Sites, s.Functions
		paused, err := rd.Setting(store.SettingPaused)
		v.Paused = paused == "yes"
		return err
	})
	if err != nil {
		return nil, err
	}
	v.Ready = w.Node.Ready()
	b, err := w.boardView(ctx, v)
	if err != nil {
		return nil, err
	}
	var sending, body strings.Builder
	err = errors.Join(sendingCard(b).Render(ctx, &sending), boardBody(b).Render(ctx, &body))
	return []livePart{{"sending", sending.String()}, {"board", body.String()}}, err
}

// event writes one server-sent event.
func event(name, data string) string {
	return "event: " + name + "\ndata: " + strings.ReplaceAll(data, "\n", "\ndata: ") + "\n\n"
}
