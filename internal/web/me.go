package web

import (
	"net/http"

	"muster/internal/gazetteer"
	"muster/internal/reserve"
)

// me shows a person's own page.
func (w *Web) me(rw http.ResponseWriter, r *http.Request) error {
	v, err := w.meView(r)
	if err != nil {
		return err
	}
	v.New, v.Done = r.URL.Query().Has("new"), r.URL.Query().Get("done")
	return render(rw, r, http.StatusOK, mePage(v))
}

func (w *Web) meView(r *http.Request) (meView, error) {
	own, err := w.Registry.Me(r.Context(), r.PathValue("token"))
	if err != nil {
		return meView{}, err
	}
	d, err := w.Registry.Drive(r.Context(), own.Drive)
	if err != nil {
		return meView{}, err
	}
	v := meView{view: w.voice(r, &d.Drive), Own: own, Address: w.scheme(r) + r.Host + r.URL.Path}
	if own.Facts != nil {
		v.Place = w.place(own.Facts)
	}
	return v, nil
}

func (w *Web) scheme(r *http.Request) string {
	if w.HTTPS || r.TLS != nil {
		return "https://"
	}
	return "http://"
}

// place writes where somebody lives as the form would take it again.
func (w *Web) place(f *reserve.Facts) string {
	if p, ok := w.Gazetteer.ByCode(f.Place); ok {
		return gazetteer.Label(p)
	}
	return f.PlaceText.Reveal()
}

// meChange does what a person asks on their own page.
func (w *Web) meChange(rw http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formFault(err)
	}
	do := r.PostForm.Get("do")
	err := w.meDo(r, do)
	if err == nil {
		http.Redirect(rw, r, w.voice(r, nil).in(r.URL.Path+"?done="+do), http.StatusSeeOther)
		return nil
	}
	faults := reserve.FaultsOf(err)
	if reserve.KindOf(err) != reserve.Invalid {
		return err
	}
	v, err := w.meView(r)
	if err != nil {
		return err
	}
	v.Faults = faults
	if do == "correct" {
		v.Values = r.PostForm
	}
	return render(rw, r, http.StatusUnprocessableEntity, mePage(v))
}

func (w *Web) meDo(r *http.Request, do string) error {
	ctx, token, f := r.Context(), r.PathValue("token"), r.PostForm
	switch do {
	case "correct":
		v, err := w.meView(r)
		if err != nil {
			return err
		}
		if v.Own.Facts == nil {
			return &reserve.Error{Kind: reserve.Locked, Code: "locked"}
		}
		c, some := correctionOf(f, v.Own.Facts, v.Place)
		if !some {
			return nil
		}
		return w.Registry.CorrectMine(ctx, token, c)
	case "end-consent":
		return w.Registry.EndConsentMine(ctx, token, reserve.ConsentGiven{Recipient: f.Get("recipient"), Purpose: f.Get("purpose")})
	case "withdraw", "erase":
		if f.Get("sure") == "" {
			return reserve.Fault(do, "tick-first")
		}
		if do == "erase" {
			return w.Registry.EraseMine(ctx, token)
		}
		return w.Registry.WithdrawMine(ctx, token)
	}
	return reserve.Fault("", "bad-form")
}
