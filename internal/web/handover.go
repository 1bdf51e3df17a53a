package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"muster/internal/handover"
	"muster/internal/reserve"
	"muster/internal/store"
)

// handoversView is the page of all lists of a drive.
type handoversView struct {
	desk
	Permissions []handover.Permission
	Lists       []store.Handover
	Feeds       []store.Feed
	Faults      reserve.Faults
}

// handoverView is one list. While it waits for its second person it shows entries by site, to be added up, not their sum.
type handoverView struct {
	desk
	List   store.Handover
	Staff  map[string]string
	Sites  []boardSite
	Ended  int64
	Faults reserve.Faults
}

func (v handoverView) here(path string) templ.SafeURL {
	return templ.SafeURL("/console/handovers/" + v.List.ID + path)
}

func (v handoverView) functionsOrAll() string {
	if len(v.List.Functions) == 0 {
		return v.Text("console.all")
	}
	return v.list(v.List.Functions)
}

func (v handoverView) fields() string { return strings.Join(v.List.Fields, ", ") }

func (w *Web) handovers(rw http.ResponseWriter, r *http.Request, v desk) error {
	return w.handoversWith(rw, r, v, nil)
}

func (w *Web) handoversWith(rw http.ResponseWriter, r *http.Request, v desk, fault error) error {
	v.Section = "handovers"
	p := handoversView{desk: v, Faults: reserve.FaultsOf(fault)}
	var err error
	if p.Permissions, err = w.Lists.Permissions(r.Context(), v.Drive.Code); err != nil {
		return err
	}
	if p.Lists, err = w.Lists.Handovers(r.Context(), v.By.Actor, v.Drive.Code); err != nil {
		return err
	}
	feeds, err := w.Lists.OpenFeeds(r.Context())
	if err != nil {
		return err
	}
	p.Feeds = slices.DeleteFunc(feeds, func(f store.Feed) bool { return f.Drive != v.Drive.Code })
	status := http.StatusOK
	if fault != nil {
		status, _ = statusOf(reserve.KindOf(fault))
	}
	return render(rw, r, status, handoversPage(p))
}

// told reports whether an error is the reader's to mend and belongs on the page where it arose.
func told(err error) bool {
	switch reserve.KindOf(err) {
	case reserve.Invalid, reserve.Conflict, reserve.Forbidden, reserve.Closed:
		return true
	}
	return false
}

func (w *Web) prepareList(rw http.ResponseWriter, r *http.Request, v desk) error {
	q := handover.Request{Session: v.By.Session, Drive: v.Drive.Code, Recipient: r.FormValue("recipient"), Purpose: r.FormValue("purpose")}
	if f := r.FormValue("function"); f != "" {
		q.Functions = []string{f}
	}
	h, err := w.Lists.Prepare(r.Context(), v.By.Actor, q)
	if told(err) {
		return w.handoversWith(rw, r, v, err)
	}
	if err != nil {
		return err
	}
	return back(rw, r, "/console/handovers/"+h.ID, "")
}

// allowLists switches lists to a recipient on, by two people, or off, by one.
func (w *Web) allowLists(rw http.ResponseWriter, r *http.Request, v desk) error {
	var err error
	if r.FormValue("do") == "stop" {
		err = w.Lists.Stop(r.Context(), v.By.Actor, v.By.Session, v.Drive.Code, r.FormValue("recipient"))
	} else {
		_, err = w.Lists.Allow(r.Context(), v.By.Actor, v.By.Session, v.Drive.Code, r.FormValue("recipient"))
	}
	if told(err) {
		return w.handoversWith(rw, r, v, err)
	}
	if err != nil {
		return err
	}
	return back(rw, r, v.under("/handovers"), "saved")
}

func (w *Web) handover(rw http.ResponseWriter, r *http.Request, v desk) error {
	return w.handoverWith(rw, r, v, nil)
}

func (w *Web) handoverWith(rw http.ResponseWriter, r *http.Request, v desk, fault error) error {
	h, err := w.Lists.Handover(r.Context(), v.By.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := v.enter(h.Drive); err != nil {
		return err
	}
	v.Section = "handovers"
	p := handoverView{desk: v, List: h, Faults: reserve.FaultsOf(fault)}
	if err := w.fillHandover(r.Context(), &p); err != nil {
		return err
	}
	status := http.StatusOK
	if fault != nil {
		status, _ = statusOf(reserve.KindOf(fault))
	}
	return render(rw, r, status, handoverPage(p))
}

func (w *Web) fillHandover(ctx context.Context, p *handoverView) error {
	p.Staff = map[string]string{}
	sites := map[string]int64{}
	err := w.Store.View(ctx, func(rd *store.Read) error {
		for _, id := range []string{p.List.PreparedBy, p.List.ApprovedBy, p.List.SealedBy} {
			if id == "" {
				continue
			}
			s, err := rd.Staff(id)
			if err != nil && reserve.KindOf(err) != reserve.NotFound {
				return err
			}
			p.Staff[id] = s.Handle
		}
		standing, err := rd.StandingEntries(p.List.ID)
		if err != nil {
			return err
		}
		p.Ended = max(0, p.List.Count-int64(len(standing)))
		for _, e := range standing {
			if known, ok := w.Roll.Person(e.Volunteer); ok {
				sites[known.Volunteer.Site]++
			} else {
				sites[""]++
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read a list: %w", err)
	}
	for code, n := range sites {
		p.Sites = append(p.Sites, boardSite{Code: code, Name: p.site(code), Total: n})
	}
	slices.SortFunc(p.Sites, func(a, b boardSite) int { return cmp.Compare(a.Name, b.Name) })
	return nil
}

// listStep is a form of one list: it does one thing and shows the list again.
func (w *Web) listStep(do func(r *http.Request, v desk, id string) error) deskHandler {
	return func(rw http.ResponseWriter, r *http.Request, v desk) error {
		err := do(r, v, r.PathValue("id"))
		if told(err) {
			return w.handoverWith(rw, r, v, err)
		}
		if err != nil {
			return err
		}
		return back(rw, r, "/console/handovers/"+r.PathValue("id"), "saved")
	}
}

func (w *Web) approveList(r *http.Request, v desk, id string) error {
	count, err := strconv.ParseInt(strings.TrimSpace(r.FormValue("count")), 10, 64)
	if err != nil {
		return reserve.Fault("count", "not-a-number")
	}
	return w.Lists.Approve(r.Context(), v.By.Actor, v.By.Session, id, count)
}

func (w *Web) sealList(r *http.Request, v desk, id string) error {
	_, err := w.Lists.Seal(r.Context(), v.By.Actor, id)
	return err
}

func (w *Web) cancelList(r *http.Request, v desk, id string) error {
	return w.Lists.Cancel(r.Context(), v.By.Actor, v.By.Session, id)
}

// listFile sends a sealed list. Fetching it is an act.
func (w *Web) listFile(rw http.ResponseWriter, r *http.Request, v desk) error {
	file, err := w.Lists.File(r.Context(), v.By.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	rw.Header().Set("Content-Type", "application/octet-stream")
	rw.Header().Set("Content-Disposition", `attachment; filename="list-`+safeName(r.PathValue("id"))+`.muster"`)
	_, err = rw.Write(file)
	return broken(err)
}

// safeName keeps what may stand in the name of a file.
func safeName(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-' {
			return c
		}
		return -1
	}, s)
}
