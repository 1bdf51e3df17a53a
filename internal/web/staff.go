package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"muster/internal/reserve"
	"muster/internal/staff"
	"muster/internal/store"
)

// staffView is the page of accounts.
type staffView struct {
	desk
	Staff  []store.Staff
	Secret string // shown this once
	Values url.Values
	Faults reserve.Faults
}

func (v staffView) ticked(name, value string) bool { return slices.Contains(v.Values[name], value) }

// scope is what an account may see.
func (v staffView) scope(s store.Staff) string {
	if len(s.Sites)+len(s.Functions) == 0 {
		return v.Text("console.all")
	}
	return strings.Join(append(slices.Clone(s.Sites), s.Functions...), ", ")
}

func (w *Web) staffList(rw http.ResponseWriter, r *http.Request, v desk) error {
	return w.staffWith(rw, r, staffView{desk: v}, http.StatusOK)
}

func (w *Web) staffWith(rw http.ResponseWriter, r *http.Request, v staffView, status int) error {
	v.Section = "staff"
	if len(v.Drives) > 0 {
		v.Drive = &v.Drives[0].Drive
	}
	var err error
	if v.Staff, err = w.Staff.List(r.Context(), v.By); err != nil {
		return err
	}
	return render(rw, r, status, staffPage(v))
}

// staffFault shows the page again with what was refused and what was typed.
func (w *Web) staffFault(rw http.ResponseWriter, r *http.Request, v desk, err error) error {
	if !told(err) {
		return err
	}
	status, _ := statusOf(reserve.KindOf(err))
	return w.staffWith(rw, r, staffView{desk: v, Faults: reserve.FaultsOf(err), Values: r.PostForm}, status)
}

func (w *Web) staffAdd(rw http.ResponseWriter, r *http.Request, v desk) error {
	if err := r.ParseForm(); err != nil {
		return formFault(err)
	}
	f := r.PostForm
	_, err := w.Staff.Add(r.Context(), v.By, staff.Account{
		Handle: strings.ToLower(strings.TrimSpace(f.Get("handle"))), Role: reserve.Role(f.Get("role")), Sites: f["sites"], Functions: f["functions"]})
	if err != nil {
		return w.staffFault(rw, r, v, err)
	}
	return back(rw, r, "/console/staff", "saved")
}

func (w *Web) staffChange(rw http.ResponseWriter, r *http.Request, v desk) error {
	id, ctx := r.PathValue("id"), r.Context()
	var secret reserve.Private
	var err error
	shown := ""
	switch r.FormValue("do") {
	case "link":
		secret, err = w.Staff.IssueLink(ctx, v.By, id)
		shown = w.scheme(r) + r.Host + "/console/link/" + secret.Reveal()
	case "token":
		secret, err = w.Staff.IssueToken(ctx, v.By, id, store.TokenBearer)
		shown = secret.Reveal()
	case "device":
		secret, err = w.Staff.IssueToken(ctx, v.By, id, store.TokenDevice)
		shown = secret.Reveal()
	case "confirm":
		err = w.Staff.Confirm(ctx, v.By, id)
	case "revoke":
		err = w.Staff.Revoke(ctx, v.By, id)
	default:
		err = reserve.Fault("", "bad-form")
	}
	if err != nil {
		return w.staffFault(rw, r, v, err)
	}
	if shown != "" {
		return w.staffWith(rw, r, staffView{desk: v, Secret: shown}, http.StatusOK)
	}
	return back(rw, r, "/console/staff", "saved")
}

// passwordView is the page of one's own password. What was typed is never shown again.
type passwordView struct {
	desk
	Faults reserve.Faults
}

func (w *Web) passwordForm(rw http.ResponseWriter, r *http.Request, v desk) error {
	return render(rw, r, http.StatusOK, passwordPage(passwordView{desk: v}))
}

func (w *Web) setPassword(rw http.ResponseWriter, r *http.Request, v desk) error {
	err := w.Staff.SetPassword(r.Context(), v.By, reserve.Private(r.FormValue("password")))
	if told(err) {
		status, _ := statusOf(reserve.KindOf(err))
		return render(rw, r, status, passwordPage(passwordView{desk: v, Faults: reserve.FaultsOf(err)}))
	}
	if err != nil {
		return err
	}
	return back(rw, r, "/console", "")
}
