package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"muster/internal/audit"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/store"
)

// person shows one person. The reading is in the log before the page is.
func (w *Web) person(rw http.ResponseWriter, r *http.Request, v desk) error {
	p, err := w.personView(r, v)
	if err != nil {
		return err
	}
	return render(rw, r, http.StatusOK, personPage(p))
}

func (w *Web) personView(r *http.Request, v desk) (personView, error) {
	kept, err := w.Registry.Show(r.Context(), v.By.Actor, r.PathValue("id"))
	if err != nil {
		return personView{}, err
	}
	v.Section = "people"
	p := personView{desk: v, View: kept, Place: w.place(&kept.Person.Facts)}
	return p, p.enter(kept.Person.Volunteer.Drive)
}

// again shows a person with what is wrong in a form, or passes on what is not the form's fault.
func (w *Web) again(rw http.ResponseWriter, r *http.Request, v desk, form string, err error) error {
	if k := reserve.KindOf(err); k != reserve.Invalid && k != reserve.Conflict {
		return err
	}
	p, showErr := w.personView(r, v)
	if showErr != nil {
		return showErr
	}
	p.Opened, p.Faults = form, reserve.FaultsOf(err)
	if form == "correct" {
		p.Values = r.PostForm
	}
	status, _ := statusOf(reserve.KindOf(err))
	return render(rw, r, status, personPage(p))
}

func personPath(r *http.Request) string { return "/console/people/" + r.PathValue("id") }

// reveal shows the full numbers, once, after the reason is in the log.
func (w *Web) reveal(rw http.ResponseWriter, r *http.Request, v desk) error {
	phones, err := w.Registry.Reveal(r.Context(), v.By.Actor, r.PathValue("id"), r.FormValue("reason"))
	if err != nil {
		return w.again(rw, r, v, "reveal", err)
	}
	p, err := w.personView(r, v)
	if err != nil {
		return err
	}
	p.Revealed = phones
	return render(rw, r, http.StatusOK, personPage(p))
}

func (w *Web) verify(rw http.ResponseWriter, r *http.Request, v desk) error {
	level, _ := strconv.Atoi(r.FormValue("level")) // what is no number is 0, which the registry refuses
	_, err := w.Registry.Verify(r.Context(), v.By.Actor, r.PathValue("id"), registry.Verification{
		Function: r.FormValue("function"), Level: level, Evidence: r.FormValue("evidence")})
	if err != nil {
		return w.again(rw, r, v, "verify", err)
	}
	return back(rw, r, personPath(r), "saved")
}

func (w *Web) settleAge(rw http.ResponseWriter, r *http.Request, v desk) error {
	s := registry.Settlement{How: r.FormValue("how"), Birth: strings.TrimSpace(r.FormValue("birth"))}
	if text := strings.TrimSpace(r.FormValue("age")); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return w.again(rw, r, v, "age", reserve.Fault("age", "not-a-number"))
		}
		s.Age = &n
	}
	state, err := w.Registry.SettleAge(r.Context(), v.By.Actor, r.PathValue("id"), s)
	if err != nil {
		return w.again(rw, r, v, "age", err)
	}
	return back(rw, r, personPath(r), "age-"+string(state))
}

func (w *Web) correct(rw http.ResponseWriter, r *http.Request, v desk) error {
	if err := r.ParseForm(); err != nil {
		return formFault(err)
	}
	p, err := w.personView(r, v)
	if err != nil {
		return err
	}
	c, some := correctionOf(r.PostForm, &p.Person.Facts, p.Place)
	if !some {
		return back(rw, r, personPath(r), "")
	}
	if c.Version, err = strconv.ParseInt(r.PostForm.Get("version"), 10, 64); err != nil {
		return reserve.Fault("", "bad-form")
	}
	if err := w.Registry.Correct(r.Context(), v.By.Actor, r.PathValue("id"), c); err != nil {
		return w.again(rw, r, v, "correct", err)
	}
	return back(rw, r, personPath(r), "saved")
}

func (w *Web) withdraw(rw http.ResponseWriter, r *http.Request, v desk) error {
	if err := w.Registry.Withdraw(r.Context(), v.By.Actor, r.PathValue("id")); err != nil {
		return err
	}
	return back(rw, r, personPath(r), "withdrawn")
}

func (w *Web) erase(rw http.ResponseWriter, r *http.Request, v desk) error {
	if r.FormValue("sure") == "" {
		return w.again(rw, r, v, "erase", reserve.Fault("", "tick-first"))
	}
	if err := w.Registry.Erase(r.Context(), v.By.Actor, r.PathValue("id")); err != nil {
		return err
	}
	return back(rw, r, "/console", "erased")
}

func (w *Web) unmerge(rw http.ResponseWriter, r *http.Request, v desk) error {
	if err := w.Registry.Unmerge(r.Context(), v.By.Actor, r.PathValue("id")); err != nil {
		return w.again(rw, r, v, "unmerge", err)
	}
	return back(rw, r, personPath(r), "unmerged")
}

// history lists what the log says of one person, by the salt that only the person's row has. Who may open the person may
// see it: opening is what it costs.
func (w *Web) history(rw http.ResponseWriter, r *http.Request, v desk) error {
	p, err := w.personView(r, v)
	if err != nil {
		return err
	}
	who := p.Person.Volunteer
	h := historyView{desk: p.desk, ID: who.ID}
	subject := audit.Subject(who.Salt, []byte(who.ID))
	err = w.Store.View(r.Context(), func(rd *store.Read) error {
		index := int64(-1)
		for leaf, err := range rd.Leaves(0) {
			index++
			if err != nil {
				return err
			}
			if e, err := audit.Decode(leaf); err == nil && bytes.Equal(e.Subject, subject) {
				h.Acts = append(h.Acts, actLine{Index: index, At: e.At, Count: e.Count, Actor: e.Actor, Verb: e.Verb, Note: e.Note})
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the history of a person: %w", err)
	}
	return render(rw, r, http.StatusOK, historyPage(h))
}
