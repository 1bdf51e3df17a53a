package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"muster/internal/reserve"
)

// lockView is the lock of this node and how far an unlock has come.
type lockView struct {
	desk
	Unlocking   bool
	Done, Total int
	Faults      reserve.Faults
}

// polls makes the page ask again while an unlock runs.
func (v lockView) polls() templ.Attributes {
	if !v.Unlocking || v.Ready {
		return nil
	}
	return templ.Attributes{"hx-get": "/console/lock", "hx-trigger": "every 1s", "hx-select": "#lock", "hx-swap": "outerHTML"}
}

func (w *Web) lockPage(rw http.ResponseWriter, r *http.Request, v desk) error {
	return render(rw, r, http.StatusOK, lockPage(w.lockView(v)))
}

func (w *Web) lockView(v desk) lockView {
	v.Section = "lock"
	if len(v.Drives) > 0 {
		v.Drive = &v.Drives[0].Drive
	}
	l := lockView{desk: v, Unlocking: w.unlocking.Load() > 0}
	l.Done, l.Total = w.Node.Progress()
	return l
}

// unlockWait is how long the answer to a passphrase waits for the unlock itself: a wrong one is known within a second,
// and a registry of some thousands is read by then.
const unlockWait = 3 * time.Second

// unlock goes on by itself when the browser goes away.
func (w *Web) unlock(rw http.ResponseWriter, r *http.Request, v desk) error {
	done := make(chan error, 1)
	passphrase, ctx, log := r.FormValue("passphrase"), context.WithoutCancel(r.Context()), w.Log
	w.unlocking.Add(1)
	go func() {
		defer w.unlocking.Add(-1)
		err := w.Node.Unlock(ctx, passphrase)
		if err != nil {
			log.LogAttrs(ctx, slog.LevelWarn, "unlock refused", slog.String("code", reserve.CodeOf(err)))
		}
		done <- err
	}()
	patience := time.NewTimer(unlockWait)
	defer patience.Stop()
	select {
	case <-patience.C:
	case err := <-done:
		if reserve.KindOf(err) == "" && err != nil {
			return err
		}
		if err != nil {
			l := w.lockView(v)
			l.Unlocking, l.Faults = false, reserve.FaultsOf(err)
			status, _ := statusOf(reserve.KindOf(err))
			return render(rw, r, status, lockPage(l))
		}
	}
	return back(rw, r, "/console/lock", "")
}

func (w *Web) lock(rw http.ResponseWriter, r *http.Request, _ desk) error {
	w.Node.Lock()
	return back(rw, r, "/console/lock", "")
}
