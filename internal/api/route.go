package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"muster/internal/reserve"
	"muster/internal/staff"
)

// maxBody is the greatest JSON body of a staff route: a call-up of 50 needs has 10 KB.
const maxBody = 256 << 10

// Pages of lists.
const (
	pageDefault = 50
	pageMost    = 200
)

// route is one line of the table of staff routes: what is not listed is not there, and each names the right it needs.
type route struct {
	pattern string // "GET /api/v1/…"
	right   reserve.Right
	says    string // summary, for the OpenAPI document
	query   []string
	in, out reflect.Type // of the bodies; nil is none
	kind    string       // of the answer, where it is no JSON
	upload  bool         // the body is a file
	status  int
	serve   func(a *API, c *call) (any, error)
}

// call is one request of a member of staff.
type call struct {
	*http.Request
	rw    http.ResponseWriter
	in    staff.SignedIn
	actor reserve.Actor
}

// raw is an answer that is no JSON.
type raw struct {
	kind string
	body []byte
	name string // of the file to save it as; empty shows it
}

// none is the body of a request or answer that has none.
type none struct{}

// op makes a route from a handler with typed bodies.
func op[I, O any](pattern string, right reserve.Right, says string, serve func(a *API, c *call, in *I) (O, error)) route {
	rt := route{pattern: pattern, right: right, says: says, status: http.StatusOK}
	if t := reflect.TypeFor[I](); t != reflect.TypeFor[none]() {
		rt.in = t
	}
	if t := reflect.TypeFor[O](); t != reflect.TypeFor[none]() && t != reflect.TypeFor[raw]() {
		rt.out = t
	}
	rt.serve = func(a *API, c *call) (any, error) {
		var in I
		if err := a.bodyInto(c, rt.in, &in); err != nil {
			return nil, err
		}
		return serve(a, c, &in)
	}
	return rt
}

func (rt route) with(query ...string) route {
	rt.query = query
	return rt
}

func (rt route) answers(status int, kind string) route {
	rt.status, rt.kind = status, kind
	return rt
}

// bodyInto reads a JSON body strictly. A route without a body takes none, or an empty object.
func (a *API) bodyInto(c *call, want reflect.Type, in any) error {
	if c.Method == http.MethodGet || want == nil && c.ContentLength == 0 {
		return nil
	}
	text, err := a.body(c.rw, c.Request, maxBody)
	if err != nil {
		return err
	}
	if want == nil && strings.TrimSpace(text) == "" {
		return nil
	}
	v, bad := parse(text)
	if len(bad) > 0 {
		return badBody{bad}
	}
	f := &fields{}
	f.bind("", &v, reflect.ValueOf(in).Elem())
	return f.faults.Err()
}

// table is every staff route.
func table() []route {
	return slices.Concat(people(), duplicates(), imports(), callups(), duty(), handovers(), auditLog())
}

// routes is what of the table this node has the rooms for: a field node takes people in and calls nobody up.
func (a *API) routes() []route {
	all := slices.Concat(people(), duplicates(), auditLog())
	if a.Importer != nil {
		all = append(all, imports()...)
	}
	if a.CallUps != nil {
		all = slices.Concat(all, callups(), duty())
	}
	if a.Lists != nil {
		all = append(all, handovers()...)
	}
	return all
}

// staffed serves a route: who is it, may they, what do they want. The right is asked before the body is read, so that
// nobody learns from a fault what they may not do.
func (a *API) staffed(rt route) http.HandlerFunc {
	answer := func(rw http.ResponseWriter, r *http.Request) error {
		in, err := a.signedIn(r)
		if err != nil {
			return err
		}
		if err := reserve.Demand(in.Actor, rt.right); err != nil {
			return err
		}
		out, err := rt.serve(a, &call{Request: r, rw: rw, in: in, actor: in.Actor})
		if err != nil {
			return err
		}
		return a.reply(rw, rt, out)
	}
	if strings.HasPrefix(rt.pattern, "POST ") && !rt.upload {
		answer = a.once(answer)
	}
	return a.guarded(answer)
}

func (a *API) reply(rw http.ResponseWriter, rt route, out any) error {
	if file, ok := out.(raw); ok {
		if file.name != "" {
			rw.Header().Set("Content-Disposition", `attachment; filename="`+file.name+`"`)
		}
		write(rw, rt.status, file.kind, file.body)
		return nil
	}
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	write(rw, rt.status, "application/json", body)
	return nil
}

// page is a part of a list, in the list's order.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next" doc:"The cursor of the next page; empty on the last."`
}

// limit reads how many items a page may have.
func (c *call) limit() (int, error) {
	text := c.URL.Query().Get("limit")
	if text == "" {
		return pageDefault, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, reserve.Faults{reserve.Fault("limit", CodeWrongType)}
	}
	if n < 1 || n > pageMost {
		return 0, reserve.Faults{reserve.Fault("limit", "out-of-range")}
	}
	return n, nil
}

// number reads a whole number of the query; absent is least.
func (c *call) number(name string, least int64) (int64, error) {
	text := c.URL.Query().Get(name)
	if text == "" {
		return least, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, reserve.Faults{reserve.Fault(name, CodeWrongType)}
	}
	if n < least {
		return 0, reserve.Faults{reserve.Fault(name, "out-of-range")}
	}
	return n, nil
}

// pageOf makes a page from up to limit+1 items.
func pageOf[S, T any](list []S, limit int, show func(S) T, cursor func(S) string) page[T] {
	p := page[T]{Items: make([]T, 0, min(len(list), limit))}
	if len(list) > limit {
		list = list[:limit]
		p.Next = cursor(list[limit-1])
	}
	for _, s := range list {
		p.Items = append(p.Items, show(s))
	}
	return p
}
