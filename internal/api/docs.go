package api

import (
	"bytes"
	"html/template"
	"net/http"
	"strings"

	"muster/internal/reserve"
)

// docsPage lists the routes for people, in plain HTML: nothing is fetched from anywhere else.
var docsPage = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Muster API</title>
<h1>Muster API</h1>
<p>Staff routes take <code>Authorization: Bearer …</code>. Every fault of a request is told at once as <code>application/problem+json</code>,
in the language of <code>Accept-Language</code>. The whole description is <code>GET /api/v1/openapi.json</code> (OpenAPI 3.1), with a token of any role.</p>
<table><thead><tr><th scope="col">Route</th><th scope="col">What it does</th><th scope="col">Right</th></tr></thead><tbody>
{{range .}}<tr><td><code>{{.Route}}</code></td><td>{{.Says}}</td><td>{{.Right}}</td></tr>
{{end}}</tbody></table></html>
`))

type docsLine struct{ Route, Says, Right string }

// describe makes the two descriptions once; both are the same for every reader. The whole one is for those who work here.
func (a *API) describe(mux *http.ServeMux, routes []route) {
	doc, err := document(routes)
	if err != nil {
		panic(err) // the table cannot be written down: a fault of the program, found by every test
	}
	lines := []docsLine{{registrationRoute, "Register somebody", ""}}
	for _, rt := range routes {
		lines = append(lines, docsLine{rt.pattern, rt.says, string(rt.right)})
	}
	var page bytes.Buffer
	if err := docsPage.Execute(&page, lines); err != nil {
		panic(err)
	}
	mux.HandleFunc("GET /api/v1/openapi.json", a.guarded(func(rw http.ResponseWriter, r *http.Request) error {
		if _, err := a.signedIn(r); err != nil {
			return err
		}
		write(rw, http.StatusOK, "application/json", doc)
		return nil
	}))
	mux.HandleFunc("GET /api/v1/docs", a.guarded(func(rw http.ResponseWriter, r *http.Request) error {
		rw.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		write(rw, http.StatusOK, "text/html; charset=utf-8", page.Bytes())
		return nil
	}))
}

// elsewhere answers what no route takes: nothing lives there, or it takes another method.
func (a *API) elsewhere(mux *http.ServeMux) func(rw http.ResponseWriter, r *http.Request) error {
	return func(rw http.ResponseWriter, r *http.Request) error {
		var allowed []string
		for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPatch} {
			other := r.Clone(r.Context())
			other.Method = m
			if _, pattern := mux.Handler(other); pattern != "" && pattern != rest {
				allowed = append(allowed, m)
			}
		}
		if len(allowed) == 0 {
			return &reserve.Error{Kind: reserve.NotFound, Code: "not-found"}
		}
		rw.Header().Set("Allow", strings.Join(allowed, ", "))
		return methodNotAllowed{}
	}
}

// methodNotAllowed says that an address takes other methods.
type methodNotAllowed struct{}

func (methodNotAllowed) Error() string { return "method not allowed" }
