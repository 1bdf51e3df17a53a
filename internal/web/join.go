package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"muster/internal/gazetteer"
	"muster/internal/reserve"
	"muster/internal/store"
)

func (w *Web) home(rw http.ResponseWriter, r *http.Request) error {
	drives, err := w.drives(r.Context())
	if err != nil {
		return err
	}
	v := w.voice(r, nil)
	if len(drives) > 0 {
		v = w.voice(r, &drives[0].Drive) // what the first drive's people read; its own name stays out of the page
		v.Drive = nil
	}
	return w.renderSmall(rw, r, http.StatusOK, homePage(v, drives))
}

// drives lists the drives of this registry.
func (w *Web) drives(ctx context.Context) (list []store.KeptDrive, err error) {
	err = w.Store.View(ctx, func(rd *store.Read) error {
		list, err = rd.Drives()
		return err
	})
	return list, err
}

func (w *Web) driveHome(rw http.ResponseWriter, r *http.Request) error {
	d, err := w.Registry.Drive(r.Context(), r.PathValue("drive"))
	if err != nil {
		return err
	}
	return w.renderSmall(rw, r, http.StatusOK, drivePage(w.voice(r, &d.Drive), w.takes(d)))
}

// takes reports whether a drive takes registrations now, for the page; the registry decides.
func (w *Web) takes(d store.KeptDrive) bool {
	return d.State == store.DriveOpen && d.OpenAt(w.Now())
}

// drivePart answers the pages below a drive. There is one; the pattern is this wide because "/me/{token}" must be narrower.
func (w *Web) drivePart(page handler) handler {
	return func(rw http.ResponseWriter, r *http.Request) error {
		if r.PathValue("page") != "join" {
			return notFound()
		}
		return page(rw, r)
	}
}

func (w *Web) joinView(r *http.Request, d *store.KeptDrive) joinView {
	return joinView{view: w.voice(r, &d.Drive), Values: url.Values{}, Ref: store.PublicID()}
}

func (w *Web) joinForm(rw http.ResponseWriter, r *http.Request) error {
	d, err := w.Registry.Drive(r.Context(), r.PathValue("drive"))
	if err != nil {
		return err
	}
	v := w.joinView(r, &d)
	if !w.takes(d) {
		return w.renderSmall(rw, r, http.StatusForbidden, closedPage(v.view))
	}
	v.Values.Set("site", r.URL.Query().Get("site"))
	return w.renderSmall(rw, r, http.StatusOK, joinPage(v))
}

func (w *Web) join(rw http.ResponseWriter, r *http.Request) error {
	if w.Admit != nil {
		if err := w.Admit(r); err != nil {
			return err
		}
	}
	if err := r.ParseForm(); err != nil {
		return formFault(err)
	}
	d, err := w.Registry.Drive(r.Context(), r.PathValue("drive"))
	if err != nil {
		return err
	}
	app := decodeJoin(d.Code, r.PostForm)
	receipt, err := w.Registry.Apply(r.Context(), reserve.Self(), app)
	if err == nil {
		http.Redirect(rw, r, w.voice(r, &d.Drive).in("/me/"+receipt.Token.Reveal()+"?new=1"), http.StatusSeeOther)
		return nil
	}
	v := w.joinView(r, &d)
	if reserve.KindOf(err) == reserve.Closed {
		return w.renderSmall(rw, r, http.StatusForbidden, closedPage(v.view))
	}
	v.Faults = reserve.FaultsOf(err)
	status, known := statusOf(reserve.KindOf(err))
	if len(v.Faults) == 0 || !known || status == http.StatusServiceUnavailable {
		return err
	}
	v.Values = r.PostForm
	if reserve.KindOf(err) != reserve.Conflict {
		// What was sent under the old reference is kept for the desk; the same page sent again with other answers is a new try.
		v.Ref = app.Ref
	}
	w.choosePlace(&v, app.Place)
	return w.renderSmall(rw, r, status, joinPage(v))
}

// choosePlace offers the places that a typed one may mean. A place already chosen is written out, so that it stays
// chosen while something else is corrected.
func (w *Web) choosePlace(v *joinView, typed string) {
	for _, e := range v.Faults {
		if e.Field != "place" {
			continue
		}
		for _, p := range w.Gazetteer.Find(typed, "") {
			if len(v.Choose) < 6 {
				v.Choose = append(v.Choose, choice{p.Code, gazetteer.Label(p)})
			}
		}
		return
	}
	if p, ok := w.Gazetteer.ByCode(v.Values.Get("place_choice")); ok {
		v.Values.Set("place", gazetteer.Label(p))
	}
}

// formFault tells a form that cannot be read from a connection that broke.
func formFault(err error) error {
	if strings.Contains(err.Error(), "invalid URL escape") || strings.Contains(err.Error(), "semicolon") {
		return reserve.Fault("", "bad-form")
	}
	return err
}

// decodeJoin reads the form into an application; what cannot even be read as a number is a fault here, everything else is the registry's.
func decodeJoin(drive string, f url.Values) reserve.Application {
	app := reserve.Application{
		Drive: drive, Channel: reserve.ChannelWeb, Ref: f.Get("ref"), Site: f.Get("site"),
		Name: reserve.Private(f.Get("name")), KnownAs: reserve.Private(f.Get("known_as")), FatherName: reserve.Private(f.Get("father_name")),
		Availability: f.Get("availability"), Language: f.Get("language"), Place: f.Get("place"), Sex: f.Get("sex"), Note: reserve.Private(f.Get("note")),
		Functions: f["functions"],
	}
	if chosen := f.Get("place_choice"); chosen != "" {
		app.Place = chosen
	}
	var fault *reserve.Error
	if app.Birth, fault = birthOf(f); fault != nil {
		app.Faults = append(app.Faults, fault)
	}
	if age := strings.TrimSpace(f.Get("age")); age != "" {
		n, err := strconv.Atoi(age)
		if err != nil {
			app.Faults = append(app.Faults, reserve.Fault("age", "not-a-number"))
		} else {
			app.Age = &n
		}
	}
	if number := strings.TrimSpace(f.Get("phone")); number != "" {
		app.Phones = append(app.Phones, reserve.PhoneGiven{Number: reserve.Private(number), Owner: reserve.PhoneOwner(f.Get("phone_owner")), RelayName: reserve.Private(oneLine(f.Get("phone_relay_name")))})
	}
	if number := strings.TrimSpace(f.Get("phone2")); number != "" {
		app.Phones = append(app.Phones, reserve.PhoneGiven{Number: reserve.Private(number)})
	}
	for _, q := range f["qualifications"] {
		app.Qualifications = append(app.Qualifications, reserve.Claim{Code: q})
	}
	for _, c := range f["consents"] {
		part := strings.Split(c, "/")
		wording, err := strconv.Atoi(f.Get("wording"))
		if len(part) != 2 || err != nil {
			app.Faults = append(app.Faults, reserve.Fault("consents", "unknown-recipient"))
			continue
		}
		app.Consents = append(app.Consents, reserve.ConsentGiven{Recipient: part[0], Purpose: part[1], Wording: wording})
	}
	return app
}

// birthOf writes day, month and year as EDTF: the year alone, or with its month, or all three; "about" only with a year alone.
func birthOf(f url.Values) (string, *reserve.Error) {
	year, month, day := strings.TrimSpace(f.Get("birth_year")), strings.TrimSpace(f.Get("birth_month")), strings.TrimSpace(f.Get("birth_day"))
	if year == "" && month == "" && day == "" {
		return "", nil
	}
	if len(year) != 4 || month == "" && day != "" {
		return "", reserve.Fault("birth", "birth-unreadable")
	}
	out := year
	for _, part := range []string{month, day} {
		if part == "" {
			break
		}
		if len(part) == 1 {
			part = "0" + part
		}
		out += "-" + part
	}
	if month == "" && f.Get("birth_about") != "" {
		out += "~"
	}
	return out, nil
}
