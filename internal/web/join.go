package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"muster/internal/reserve"
	"muster/internal/store"
)

// joinView is the form with what was typed and what is wrong with it.
type joinView struct {
	view
	Values url.Values
	Faults reserve.Faults
	Ref    string
	Names  func(code string) string // of languages
	Choose []choice                 // places, where the one typed is not the only one
}

// choice is one place to choose from.
type choice struct{ Code, Label string }

func (w *Web) home(rw http.ResponseWriter, r *http.Request) error {
	drives, err := w.Registry.Drives(r.Context())
	if err != nil {
		return err
	}
	return render(rw, r, http.StatusOK, homePage(w.voice(r, nil), drives, w.languageName))
}

func (w *Web) driveHome(rw http.ResponseWriter, r *http.Request) error {
	d, err := w.Registry.Drive(r.Context(), r.PathValue("drive"))
	if err != nil {
		return err
	}
	return render(rw, r, http.StatusOK, drivePage(w.voice(r, &d.Drive), w.takes(d), w.languageName))
}

// takes reports whether a drive takes registrations now, for the page; the registry decides.
func (w *Web) takes(d store.KeptDrive) bool {
	return d.State == store.DriveOpen && d.OpenAt(w.Now())
}

func (w *Web) joinForm(rw http.ResponseWriter, r *http.Request) error {
	d, err := w.Registry.Drive(r.Context(), r.PathValue("drive"))
	if err != nil {
		return err
	}
	v := joinView{view: w.voice(r, &d.Drive), Values: url.Values{}, Ref: store.PublicID(), Names: w.languageName}
	if !w.takes(d) {
		return render(rw, r, http.StatusForbidden, closedPage(v.view))
	}
	if site := r.URL.Query().Get("site"); site != "" {
		v.Values.Set("site", site)
	}
	return render(rw, r, http.StatusOK, joinPage(v))
}

func (w *Web) join(rw http.ResponseWriter, r *http.Request) error {
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
		http.Redirect(rw, r, "/me/"+receipt.Token.Reveal()+"?new=1&lang="+w.voice(r, &d.Drive).Code(), http.StatusSeeOther)
		return nil
	}
	v := joinView{view: w.voice(r, &d.Drive), Values: r.PostForm, Ref: app.Ref, Names: w.languageName}
	if reserve.KindOf(err) == reserve.Closed {
		return render(rw, r, http.StatusForbidden, closedPage(v.view))
	}
	v.Faults = reserve.FaultsOf(err)
	if len(v.Faults) == 0 {
		return err
	}
	if reserve.KindOf(err) == reserve.Conflict {
		// What was sent is kept for the desk; the same page sent again with other answers is a new try.
		v.Ref = store.PublicID()
	}
	v.Choose = w.choices(v.Faults, app.Place)
	status := http.StatusUnprocessableEntity
	if s, ok := statuses[reserve.KindOf(err)]; ok {
		status = s
	}
	return render(rw, r, status, joinPage(v))
}

// choices offers the places that a typed one may mean.
func (w *Web) choices(faults reserve.Faults, typed string) []choice {
	for _, e := range faults {
		if e.Field != "place" {
			continue
		}
		var out []choice
		for _, p := range w.Gazetteer.Find(typed, "") {
			if len(out) < 6 {
				out = append(out, choice{p.Code, w.Gazetteer.Label(p)})
			}
		}
		return out
	}
	return nil
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
