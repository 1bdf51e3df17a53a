package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"muster/internal/lang"
	"muster/internal/reserve"
	"muster/internal/store"
)

// view is what every page needs: in which languages it can speak, and where it is.
type view struct {
	lang.Voice
	Drive  *reserve.Drive // nil where the page belongs to no drive
	Path   string         // of this page without its language
	Spoken []string       // the languages this page can be read in
	Names  func(code string) string
	has    func(key string) bool // whether a sentence exists
}

// voice chooses the language of a page: the address says it, else the browser, else the drive.
func (w *Web) voice(r *http.Request, d *reserve.Drive) view {
	spoken := w.spoken
	if d != nil {
		spoken = d.Languages
	}
	chosen := r.URL.Query().Get("lang")
	if !slices.Contains(spoken, chosen) {
		chosen = w.Lang.Best(r.Header.Get("Accept-Language"), spoken)
	}
	return view{Voice: w.Lang.Voice(append([]string{chosen}, spoken...)...), Drive: d, Path: r.URL.Path, Spoken: spoken, Names: w.Lang.NativeName, has: w.Lang.Has}
}

// in is an address in the language of this page.
func (v view) in(path string) string {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + "lang=" + url.QueryEscape(v.Code())
}

// sentence is the text of a fault in the reader's language.
func (v view) sentence(e *reserve.Error) string {
	return v.Text("error."+e.Code, lang.Pairs(e.Args)...)
}

// of is a drive's own text in the reader's language.
func (v view) of(t reserve.Texts) string { return t.In(v.Code(), v.Spoken...) }

// at writes an instant in the drive's zone, in the one form that no reader takes for another day.
func (v view) at(µs int64) string {
	if µs == 0 {
		return "—"
	}
	return v.ltr(store.Time(µs).In(v.zone()).Format("2006-01-02 15:04"))
}

// ltr keeps a date or number in its order where the text around it runs from right to left.
func (v view) ltr(s string) string {
	if v.Direction() == "rtl" && s != "" {
		return "\u200e" + s + "\u200e"
	}
	return s
}

func (v view) zone() *time.Location {
	if v.Drive == nil {
		return time.UTC
	}
	return v.Drive.Zone()
}

// purpose names a purpose in the reader's language; an organiser's own purpose is its code, which the drive file chose.
func (v view) purpose(code string) string {
	if code == "call-up" {
		return v.Text("join.purpose-call-up")
	}
	return code
}

// recipient is a recipient's name as the drive gives it, or its code where the drive no longer names it.
func (v view) recipient(code string) string {
	if r, ok := v.Drive.Recipient(code); ok {
		return r.Name
	}
	return code
}

// function is a function's name as the drive gives it.
func (v view) function(code string) string {
	if f, ok := v.Drive.Function(code); ok {
		return v.of(f.Name)
	}
	return code
}

// site is a site's name as the drive gives it.
func (v view) site(code string) string {
	if v.Drive != nil {
		if s, ok := v.Drive.Site(code); ok {
			return s.Name
		}
	}
	if code == "" {
		return "—"
	}
	return code
}

// qualification is the catalogue's name of a qualification; one that only the organiser knows is its code.
func (v view) qualification(code string) string {
	if key := "qualification." + code; v.has(key) {
		return v.Text(key)
	}
	return code
}

// moment writes an instant of the drive's file.
func (v view) moment(s string) string {
	t, ok := v.Drive.Moment(s)
	if !ok {
		return s
	}
	return v.ltr(t.Format("2006-01-02 15:04"))
}
