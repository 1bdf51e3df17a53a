package web

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"muster/internal/callup"
	"muster/internal/reserve"
	"muster/internal/store"
)

// listShown is how many people or answers a page of work lists: what one person gets through in an hour.
const listShown = 60

// unclearView is the answers that wait for a person.
type unclearView struct {
	desk
	Now  int64
	List []callup.Unclear
}

// who is the person of an answer, or the masked number where nobody knows.
func (v unclearView) who(u callup.Unclear) string {
	if u.Name != "" {
		return u.Name.Reveal()
	}
	return v.Text("console.unknown-person")
}

func (v unclearView) meaning(m reserve.Meaning) string {
	switch m {
	case reserve.MeansYes:
		return v.Text("console.yes")
	case reserve.MeansNo:
		return v.Text("console.no")
	}
	return v.Text("console.outcome-later")
}

func (w *Web) unclear(rw http.ResponseWriter, r *http.Request, v desk) error {
	v.Section = "callups"
	list, err := w.CallUps.UnclearList(r.Context(), v.By.Actor, listShown)
	if err != nil {
		return err
	}
	return render(rw, r, http.StatusOK, unclearPage(unclearView{desk: v, Now: store.Micros(w.Now()), List: list}))
}

func (w *Web) settleUnclear(rw http.ResponseWriter, r *http.Request, v desk) error {
	err := w.CallUps.Settle(r.Context(), v.By.Actor, r.PathValue("inbox"), "", reserve.Meaning(r.FormValue("meaning")))
	if err != nil {
		return err
	}
	return back(rw, r, v.under("/unclear"), "saved")
}

// callsView is the callers' list of a call-up.
type callsView struct {
	desk
	CallUp string
	Now    int64
	List   []callup.ToCall
	Number reserve.Private // of the first on the list, shown for a reason
	Faults reserve.Faults
}

func (v callsView) here(invitation string) templ.SafeURL {
	return templ.SafeURL("/console/callups/" + v.CallUp + "/calls/" + invitation)
}

func (w *Web) calls(rw http.ResponseWriter, r *http.Request, v desk) error {
	return w.callsWith(rw, r, v, "", "")
}

// callsWith shows the list; who is named comes first, with the number.
func (w *Web) callsWith(rw http.ResponseWriter, r *http.Request, v desk, invitation string, number reserve.Private) error {
	c, err := w.callUpView(r, v)
	if err != nil {
		return err
	}
	list, err := w.CallUps.CallList(r.Context(), v.By.Actor, c.CallUp.ID, listShown)
	if err != nil {
		return err
	}
	if at := slices.IndexFunc(list, func(t callup.ToCall) bool { return t.Invitation == invitation }); at > 0 {
		list[0], list[at] = list[at], list[0]
	}
	return render(rw, r, http.StatusOK, callsPage(callsView{desk: c.desk, CallUp: c.CallUp.ID, Now: store.Micros(w.Now()), List: list, Number: number}))
}

// call shows one number, or keeps what a caller heard.
func (w *Web) call(rw http.ResponseWriter, r *http.Request, v desk) error {
	id := r.PathValue("invitation")
	if r.FormValue("do") == "reveal" {
		number, err := w.CallUps.Reveal(r.Context(), v.By.Actor, id, "call-list")
		if err != nil {
			return err
		}
		return w.callsWith(rw, r, v, id, number)
	}
	if err := w.CallUps.RecordCall(r.Context(), v.By.Actor, id, callup.CallOutcome(r.FormValue("outcome"))); err != nil {
		return err
	}
	return back(rw, r, "/console/callups/"+r.PathValue("id")+"/calls", "")
}
