package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/store"
)

// pairsView is the desk of duplicates.
type pairsView struct {
	desk
	State store.PairState
	Pairs []store.Pair
	First *pairView // the one to decide now
	Undo  string    // the pair decided a moment ago
	Staff map[string]string
	name  func(id string) string
}

// pairView is two people side by side.
type pairView struct {
	desk
	Pair    store.Pair
	Lines   []pairLine
	Decider string
	Faults  reserve.Faults
}

// pairLine is one fact of both. Differs says that both are known and not the same.
type pairLine struct {
	Label, A, B string
	Differs     bool
}

func (v pairView) reason(code string) string {
	if key := "link." + code; v.has(key) {
		return v.Text(key)
	}
	return code
}

// percent writes a probability per million. What rounds to certainty is still none.
func percent(score int64) string {
	return strconv.FormatInt(min(score/10_000, 99), 10) + " %"
}

// pairsShown is how many pairs a page lists below the one to decide.
const pairsShown = 30

func (w *Web) duplicates(rw http.ResponseWriter, r *http.Request, v desk) error {
	v.Section = "duplicates"
	p := pairsView{desk: v, State: store.PairState(r.URL.Query().Get("state")), Undo: r.URL.Query().Get("undo"), name: w.nameOf(v)}
	if !slices.Contains([]store.PairState{store.PairLater, store.PairMerged, store.PairDistinct}, p.State) {
		p.State = store.PairOffered
	}
	var err error
	if p.Pairs, err = w.Registry.Pairs(r.Context(), store.PairFilter{Drive: v.Drive.Code, State: p.State, Actor: v.By.Actor, Limit: pairsShown}); err != nil {
		return err
	}
	if p.Staff, err = w.handles(r.Context(), p.Pairs); err != nil {
		return err
	}
	if p.State == store.PairOffered && len(p.Pairs) > 0 && v.Ready {
		first, err := w.pairView(r.Context(), v, p.Pairs[0])
		if err != nil {
			return err
		}
		p.First = &first
	}
	return render(rw, r, http.StatusOK, pairsPage(p))
}

// nameOf names people in lists where this node can read them.
func (w *Web) nameOf(v desk) func(string) string {
	return func(id string) string {
		if p, ok := w.Roll.Person(id); ok && v.Ready {
			return p.Facts.Name.Reveal()
		}
		return "—"
	}
}

// handles names the members of staff who decided pairs.
func (w *Web) handles(ctx context.Context, pairs []store.Pair) (map[string]string, error) {
	out := map[string]string{}
	err := w.Store.View(ctx, func(rd *store.Read) error {
		for _, p := range pairs {
			if _, known := out[p.DecidedBy]; known || p.DecidedBy == "" {
				continue
			}
			s, err := rd.Staff(p.DecidedBy)
			if err != nil && reserve.KindOf(err) != reserve.NotFound {
				return err
			}
			out[p.DecidedBy] = s.Handle
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read who decided: %w", err)
	}
	return out, nil
}

func (w *Web) pair(rw http.ResponseWriter, r *http.Request, v desk) error {
	p, err := w.Registry.Pair(r.Context(), v.By.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := v.enter(p.Drive); err != nil {
		return err
	}
	v.Section = "duplicates"
	shown, err := w.pairView(r.Context(), v, p)
	if err != nil {
		return err
	}
	return render(rw, r, http.StatusOK, pairPage(shown))
}

// pairView reads both people; each reading is in the log.
func (w *Web) pairView(ctx context.Context, v desk, p store.Pair) (pairView, error) {
	out := pairView{desk: v, Pair: p}
	if names, err := w.handles(ctx, []store.Pair{p}); err != nil {
		return out, err
	} else {
		out.Decider = names[p.DecidedBy]
	}
	a, err := w.Registry.Show(ctx, v.By.Actor, p.Older())
	if err != nil {
		return out, err
	}
	b, err := w.Registry.Show(ctx, v.By.Actor, p.Newer)
	if err != nil {
		return out, err
	}
	out.Lines = w.compare(v, &a, &b)
	return out, nil
}

func (w *Web) compare(v desk, a, b *registry.View) []pairLine {
	fa, fb := &a.Person.Facts, &b.Person.Facts
	line := func(label, x, y string) pairLine {
		return pairLine{label, x, y, x != "" && y != "" && x != y}
	}
	phones := line("join.phone", masked(fa.Phones), masked(fb.Phones))
	phones.Differs = len(fa.Phones) > 0 && len(fb.Phones) > 0 && !shareNumber(fa.Phones, fb.Phones)
	lines := []pairLine{
		line("join.name", fa.Name.Reveal(), fb.Name.Reveal()),
		line("join.known-as", fa.KnownAs.Reveal(), fb.KnownAs.Reveal()),
		line("join.family", fa.FatherName.Reveal(), fb.FatherName.Reveal()),
		line("join.birth", v.birth(fa.Birth), v.birth(fb.Birth)),
		phones,
		line("console.place", w.place(fa), w.place(fb)),
		line("join.sex", v.sex(fa.Sex), v.sex(fb.Sex)),
		line("console.offers", v.list(fa.Functions), v.list(fb.Functions)),
		line("console.receipt", a.Person.Volunteer.Receipt, b.Person.Volunteer.Receipt).same(),
		line("console.site", v.site(a.Person.Volunteer.Site), v.site(b.Person.Volunteer.Site)),
		line("console.registered", v.at(a.Person.Volunteer.CreatedAt), v.at(b.Person.Volunteer.CreatedAt)).same(),
		line("console.state", v.Text("state."+string(a.Person.Volunteer.State)), v.Text("state."+string(b.Person.Volunteer.State))).same(),
	}
	return slices.DeleteFunc(lines, func(l pairLine) bool { return l.A == "" && l.B == "" })
}

// same is a line that always differs and says nothing by it.
func (l pairLine) same() pairLine {
	l.Differs = false
	return l
}

func (v view) sex(code string) string {
	if code == "" {
		return ""
	}
	return v.Text("join.sex-" + code)
}

// list names functions.
func (v view) list(codes []string) string {
	names := make([]string, len(codes))
	for i, c := range codes {
		names[i] = v.function(c)
	}
	return strings.Join(names, ", ")
}

func shareNumber(a, b []reserve.Phone) bool {
	return slices.ContainsFunc(a, func(p reserve.Phone) bool {
		return slices.ContainsFunc(b, func(q reserve.Phone) bool { return p.E164 == q.E164 })
	})
}

// decidePair takes a decision and goes on to the next pair.
func (w *Web) decidePair(rw http.ResponseWriter, r *http.Request, v desk) error {
	id := r.PathValue("id")
	p, err := w.Registry.Pair(r.Context(), v.By.Actor, id)
	if err != nil {
		return err
	}
	if err := v.enter(p.Drive); err != nil {
		return err
	}
	undo := ""
	switch r.FormValue("decision") {
	case "same":
		err, undo = w.Registry.MergePair(r.Context(), v.By.Actor, id), "?undo="+id
	case "different":
		err = w.Registry.Distinct(r.Context(), v.By.Actor, id)
	case "later":
		err = w.Registry.Later(r.Context(), v.By.Actor, id)
	default:
		err = reserve.Fault("", "bad-form")
	}
	if err != nil {
		return err
	}
	http.Redirect(rw, r, v.under("/duplicates"+undo), http.StatusSeeOther)
	return nil
}

// undoPair takes two people apart again.
func (w *Web) undoPair(rw http.ResponseWriter, r *http.Request, v desk) error {
	p, err := w.Registry.Pair(r.Context(), v.By.Actor, r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := w.Registry.Unmerge(r.Context(), v.By.Actor, p.Newer); err != nil {
		return err
	}
	return back(rw, r, "/console/duplicates/"+p.ID, "unmerged")
}
