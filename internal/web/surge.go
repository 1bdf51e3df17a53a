package web

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"
)

// surgeView is the page of a rush in one language.
type surgeView struct {
	view
	number  string
	minutes string
}

func (v surgeView) text() string {
	if v.number == "" {
		return v.Text("join.surge-no-number", "when", v.minutes)
	}
	return v.Text("join.surge-text", "when", v.minutes, "number", v.number)
}

// surgePage speaks every language, the reader's first.
func (w *Web) surgePage(r *http.Request) templ.Component {
	first := w.voice(r, nil)
	list := make([]surgeView, 0, len(first.Spoken))
	list = append(list, w.surgeIn(r, first.Code()))
	for _, code := range first.Spoken {
		if code != first.Code() {
			list = append(list, w.surgeIn(r, code))
		}
	}
	return surge(list)
}

func (w *Web) surgeIn(r *http.Request, code string) surgeView {
	v := w.voice(r, nil)
	v.Voice = w.Lang.Voice(code)
	return surgeView{view: v, number: w.TextNumber, minutes: strconv.Itoa(max(1, retryAfter/60)) + " min"}
}
