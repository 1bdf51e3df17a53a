package web

import (
	"net/http"
	"strings"
	"time"

	"muster/internal/reserve"
)

// callUpsShown is how many call-ups a page lists.
const callUpsShown = 50

func (w *Web) callUps(rw http.ResponseWriter, r *http.Request, v desk) error {
	v.Section = "callups"
	list, err := w.CallUps.List(r.Context(), v.By.Actor, v.Drive.Code, callUpsShown)
	if err != nil {
		return err
	}
	return render(rw, r, http.StatusOK, callUpsPage(callUpsView{desk: v, List: list}))
}

func (w *Web) callUp(rw http.ResponseWriter, r *http.Request, v desk) error {
	return w.callUpWith(rw, r, v, nil)
}

func (w *Web) callUpWith(rw http.ResponseWriter, r *http.Request, v desk, fault error) error {
	c, err := w.callUpView(r, v)
	if err != nil {
		return err
	}
	c.Faults = reserve.FaultsOf(fault)
	status := http.StatusOK
	if fault != nil {
		status, _ = statusOf(reserve.KindOf(fault))
	}
	return render(rw, r, status, callUpPage(c))
}

func (w *Web) callUpView(r *http.Request, v desk) (callUpView, error) {
	shown, err := w.CallUps.Show(r.Context(), v.By.Actor, r.PathValue("id"))
	if err != nil {
		return callUpView{}, err
	}
	v.Section = "callups"
	c := callUpView{desk: v, CallUp: shown}
	return c, c.enter(shown.Drive)
}

// callUpStep is a form of one call-up: it does one thing and shows the call-up again.
func (w *Web) callUpStep(done string, do func(r *http.Request, v desk, id string) error) deskHandler {
	return func(rw http.ResponseWriter, r *http.Request, v desk) error {
		err := do(r, v, r.PathValue("id"))
		if told(err) && reserve.KindOf(err) != reserve.Forbidden {
			return w.callUpWith(rw, r, v, err)
		}
		if err != nil {
			return err
		}
		return back(rw, r, "/console/callups/"+r.PathValue("id"), done)
	}
}

// moveCallUp changes the assembly points or the hour; who is confirmed is told.
func (w *Web) moveCallUp(r *http.Request, v desk, id string) error {
	if err := r.ParseForm(); err != nil {
		return formFault(err)
	}
	shown, err := w.CallUps.Show(r.Context(), v.By.Actor, id)
	if err != nil {
		return err
	}
	if err := v.enter(shown.Drive); err != nil {
		return err
	}
	places, changed := map[string]string{}, false
	for _, n := range shown.Needs {
		if p := oneLine(r.PostForm.Get("place-" + n.ID)); p != "" && p != n.AssemblyPoint {
			places[n.ID], changed = p, true
		}
	}
	var by time.Time
	if text := r.PostForm.Get("report_by"); text != "" && text != shown.ReportBy.Format(localTime) {
		if by, err = time.ParseInLocation(localTime, text, v.zone()); err != nil {
			return reserve.Fault("report_by", "time-unreadable")
		}
		changed = true
	}
	if !changed {
		return nil // nobody is told that nothing moved
	}
	return w.CallUps.Change(r.Context(), v.By.Actor, id, places, by)
}

func (w *Web) messageCallUp(r *http.Request, v desk, id string) error {
	_, err := w.CallUps.Message(r.Context(), v.By.Actor, id, reserve.Private(strings.TrimSpace(r.FormValue("text"))))
	return err
}

func (w *Web) closeCallUp(r *http.Request, v desk, id string) error {
	return w.CallUps.Close(r.Context(), v.By.Actor, id)
}
