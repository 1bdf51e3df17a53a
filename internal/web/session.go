package web

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"muster/internal/reserve"
)

// languageCookie remembers the language a member of staff chose.
const languageCookie = "muster_lang"

// signInView is the sign-in page with what was typed, but for the password.
type signInView struct {
	view
	Handle string
	Next   string
	Faults reserve.Faults
	asset  func(name string) string
}

func (w *Web) signInView(r *http.Request) signInView {
	return signInView{view: w.staffVoice(r), Next: inside(r.FormValue("next")), asset: w.assets.address}
}

// inside keeps an address to go to within the console: nobody can be sent elsewhere by a link.
func inside(next string) string {
	if next != "/console" && !strings.HasPrefix(next, "/console/") || strings.ContainsAny(next, "\\\r\n") {
		return "/console"
	}
	return next
}

func (w *Web) signInForm(rw http.ResponseWriter, r *http.Request) error {
	return render(rw, r, http.StatusOK, signInPage(w.signInView(r)))
}

func (w *Web) signIn(rw http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formFault(err)
	}
	token, err := w.Staff.SignIn(r.Context(), w.address(r), r.PostForm.Get("handle"), reserve.Private(r.PostForm.Get("password")))
	if reserve.KindOf(err) == reserve.SignedOut {
		v := w.signInView(r)
		v.Handle, v.Faults = r.PostForm.Get("handle"), reserve.FaultsOf(err)
		return render(rw, r, http.StatusUnauthorized, signInPage(v))
	}
	if err != nil {
		return err
	}
	return w.begin(rw, r, token)
}

// begin gives the browser its session.
func (w *Web) begin(rw http.ResponseWriter, r *http.Request, token reserve.Private) error {
	http.SetCookie(rw, w.cookie(r, token.Reveal(), int(reserve.SessionLife.Seconds())))
	http.Redirect(rw, r, inside(r.FormValue("next")), http.StatusSeeOther)
	return nil
}

func (w *Web) cookie(r *http.Request, value string, seconds int) *http.Cookie {
	return &http.Cookie{Name: cookieName, Value: value, Path: "/console", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: w.HTTPS || r.TLS != nil}
}

// linkForm shows one button: a link that signed in by itself would be spent by whatever looks at it first.
func (w *Web) linkForm(rw http.ResponseWriter, r *http.Request) error {
	return render(rw, r, http.StatusOK, linkPage(w.signInView(r)))
}

func (w *Web) link(rw http.ResponseWriter, r *http.Request) error {
	token, err := w.Staff.Redeem(r.Context(), w.address(r), r.PathValue("token"))
	if err != nil {
		return err
	}
	return w.begin(rw, r, token)
}

func (w *Web) signOut(rw http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(cookieName); err == nil {
		if err := w.Staff.SignOut(r.Context(), c.Value); err != nil {
			return err
		}
	}
	http.SetCookie(rw, w.cookie(r, "", -1))
	http.Redirect(rw, r, "/console/sign-in", http.StatusSeeOther)
	return nil
}

func (w *Web) chooseLanguage(rw http.ResponseWriter, r *http.Request) error {
	chosen := r.FormValue("lang")
	if !slices.Contains(w.Lang.Languages(), chosen) {
		return notFound()
	}
	http.SetCookie(rw, &http.Cookie{Name: languageCookie, Value: chosen, Path: "/console", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: w.HTTPS || r.TLS != nil})
	http.Redirect(rw, r, inside(r.FormValue("next")), http.StatusSeeOther)
	return nil
}

// address is the network address that sign-in counts attempts by.
func (w *Web) address(r *http.Request) string {
	if w.Address != nil {
		return w.Address(r).String()
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
