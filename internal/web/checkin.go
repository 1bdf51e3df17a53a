package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"muster/internal/callup"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// checkInView is the desk at the assembly point.
type checkInView struct {
	desk
	CallUp  string
	Count   callup.HeadCount
	Arrived *callup.CheckedIn
	NotedBy string // the handle of who had checked them in, where somebody had
	Typed   string
	Found   []roll.Person // where what was typed fits several
	Faults  reserve.Faults
}

func (v checkInView) here(path string) templ.SafeURL {
	return templ.SafeURL("/console/callups/" + v.CallUp + path)
}

// arrival says what a check-in came to.
func (v checkInView) arrival() string {
	switch a := v.Arrived; {
	case a.TurnedAway:
		return v.Text("console.turned-away-text")
	case a.Repeat:
		return v.Text("console.already-here", "when", v.at(a.Since), "who", v.NotedBy)
	case a.WalkIn:
		return v.Text("console.walk-in")
	}
	return v.Text("console.checked-in")
}

func doPath(do string) string {
	return map[string]string{"in": "check-in", "out": "check-out", "home": "home-safe"}[do]
}

func (v checkInView) doText(do string) string {
	return v.Text(map[string]string{"in": "console.check-in", "out": "console.check-out", "home": "console.home-safe"}[do])
}

func (w *Web) checkInForm(rw http.ResponseWriter, r *http.Request, v desk) error {
	return w.checkInWith(rw, r, checkInView{desk: v}, nil)
}

func (w *Web) checkInWith(rw http.ResponseWriter, r *http.Request, v checkInView, fault error) error {
	c, err := w.callUpView(r, v.desk)
	if err != nil {
		return err
	}
	v.desk, v.CallUp, v.Faults = c.desk, c.CallUp.ID, reserve.FaultsOf(fault)
	if v.Count, err = w.CallUps.HeadCount(r.Context(), v.By.Actor, v.CallUp); err != nil {
		return err
	}
	status := http.StatusOK
	if fault != nil {
		status, _ = statusOf(reserve.KindOf(fault))
	}
	return render(rw, r, status, checkInPage(v))
}

// checkIn takes whatever the desk has: a receipt, a number, a name, or the person chosen from those who fit.
func (w *Web) checkIn(rw http.ResponseWriter, r *http.Request, v desk) error {
	page := checkInView{desk: v, Typed: strings.TrimSpace(r.FormValue("who"))}
	at := callup.At{CallUp: r.PathValue("id"), Volunteer: r.FormValue("volunteer")}
	if at.Volunteer == "" {
		if _, ok := w.Roll.ByReceipt(page.Typed); ok {
			at.Receipt = page.Typed
		} else {
			found, err := w.findArrival(r, v, page.Typed)
			if err != nil {
				return err
			}
			switch len(found) {
			case 0:
				return w.checkInWith(rw, r, page, notFound())
			case 1:
				at.Volunteer = found[0].Volunteer.ID
			default:
				page.Found = found
				return w.checkInWith(rw, r, page, &reserve.Error{Kind: reserve.Conflict, Code: "several-people"})
			}
		}
	}
	arrived, err := w.CallUps.CheckIn(r.Context(), v.By.Actor, at)
	if told(err) || reserve.KindOf(err) == reserve.NotFound {
		return w.checkInWith(rw, r, page, err)
	}
	if err != nil {
		return err
	}
	page.Arrived, page.Typed = &arrived, ""
	if arrived.Repeat && arrived.By != "" {
		if page.NotedBy, err = w.handle(r.Context(), arrived.By); err != nil {
			return err
		}
	}
	return w.checkInWith(rw, r, page, nil)
}

// handle names a member of staff; one whom nobody knows any more stays an id.
func (w *Web) handle(ctx context.Context, id string) (string, error) {
	var s store.Staff
	err := w.Store.View(ctx, func(rd *store.Read) (err error) {
		s, err = rd.Staff(id)
		return err
	})
	if reserve.KindOf(err) == reserve.NotFound {
		return id, nil
	}
	if err != nil {
		return "", fmt.Errorf("read who checked in: %w", err)
	}
	return s.Handle, nil
}

// arrivalsShown is how many people a name at the desk may fit before a better one is needed.
const arrivalsShown = 8

func (w *Web) findArrival(r *http.Request, v desk, typed string) ([]roll.Person, error) {
	shown, err := w.CallUps.Show(r.Context(), v.By.Actor, r.PathValue("id"))
	if err != nil || typed == "" {
		return nil, err
	}
	return w.Registry.Search(r.Context(), v.By.Actor, shown.Drive, typed, arrivalsShown)
}

func (w *Web) checkOut(rw http.ResponseWriter, r *http.Request, v desk) error {
	_, err := w.CallUps.CheckOut(r.Context(), v.By.Actor, callup.At{CallUp: r.PathValue("id"), Volunteer: r.FormValue("volunteer")})
	if told(err) {
		return w.checkInWith(rw, r, checkInView{desk: v}, err)
	}
	if err != nil {
		return err
	}
	return back(rw, r, "/console/callups/"+r.PathValue("id")+"/check-in", "saved")
}

func (w *Web) homeSafe(rw http.ResponseWriter, r *http.Request, v desk) error {
	if err := w.CallUps.HomeSafe(r.Context(), v.By.Actor, r.FormValue("invitation")); err != nil {
		return err
	}
	return back(rw, r, "/console/callups/"+r.PathValue("id")+"/check-in", "saved")
}
