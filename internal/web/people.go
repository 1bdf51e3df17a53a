package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// perPage is how many people a page lists: two screens of a laptop.
const perPage = 50

// people lists a drive's people by what stands in clear. Names are shown where this node can read them.
func (w *Web) people(rw http.ResponseWriter, r *http.Request, v desk) error {
	q := r.URL.Query()
	v.Section = "people"
	p := peopleView{desk: v, Level: q.Get("level"), places: w.place, Filter: store.VolunteerFilter{
		Drive: v.Drive.Code, Function: q.Get("function"), Site: q.Get("site"), State: reserve.VolunteerState(q.Get("state")),
		Actor: v.By.Actor, After: q.Get("after"), Limit: perPage + 1,
	}}
	var rows []reserve.Volunteer
	act := reserve.Act{Actor: v.By.Actor, Verb: reserve.ActSearch, Note: "list"}
	err := w.Store.Change(r.Context(), act, func(tx *store.Tx) (err error) {
		rows, err = tx.Volunteers(p.Filter)
		tx.Act().Count = int64(len(rows))
		return err
	})
	if err != nil {
		return fmt.Errorf("list people: %w", err)
	}
	if len(rows) > perPage {
		rows = rows[:perPage]
		p.Next = rows[perPage-1].ID
	}
	for _, row := range rows {
		if p.Level != "" && !meets(row, p.Filter.Function, p.Level) {
			continue
		}
		known, ok := w.Roll.Person(row.ID)
		if !ok || !v.Ready {
			known = roll.Person{}
		}
		known.Volunteer = row
		p.People = append(p.People, known)
	}
	return render(rw, r, http.StatusOK, peoplePage(p))
}

// meets reports whether a person has a level verified for a function, or for any where none is named.
func meets(row reserve.Volunteer, function, level string) bool {
	n, err := strconv.Atoi(level)
	if err != nil {
		return false
	}
	for _, o := range row.Offers {
		if (function == "" || o.Function == function) && n > 0 && o.Meets(n) {
			return true
		}
	}
	return false
}

// search finds people by name, receipt or the end of a number. It is a form that is posted: an address is kept by
// browsers, proxies and logs.
func (w *Web) search(rw http.ResponseWriter, r *http.Request, v desk) error {
	if err := r.ParseForm(); err != nil {
		return formFault(err)
	}
	v.Section = "people"
	p := peopleView{desk: v, Query: r.PostForm.Get("q"), Searched: true, places: w.place}
	if strings.TrimSpace(p.Query) == "" {
		return back(rw, r, v.under("/people"), "")
	}
	found, err := w.Registry.Search(r.Context(), v.By.Actor, v.Drive.Code, p.Query, perPage)
	if err != nil {
		return err
	}
	p.People = found
	return render(rw, r, http.StatusOK, peoplePage(p))
}
