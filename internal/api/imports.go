package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"muster/internal/reserve"
)

// Importer reads a file of people. The door of sheets is one; it stands on this package's own floor, so that it is handed in.
// how is the query of the request (drive, dry_run, update, separator, encoding, dates, site, functions, language, map as
// "heading=field", and lang for the sentences of refused rows); the report is written out as JSON.
type Importer interface {
	Take(ctx context.Context, actor reserve.Actor, file io.Reader, how url.Values) (report any, err error)
	Undo(ctx context.Context, actor reserve.Actor, batch string) error
}

// maxFile is the greatest file of an import.
const maxFile = 41 << 20

// imports are the routes about lists of people.
func imports() []route {
	take := op("POST /api/v1/drives/{drive}/imports", reserve.MayImport, "Import a CSV file, as the body or as the part “file” of a form", (*API).takeFile).
		with("dry_run", "update", "separator", "encoding", "dates", "site", "functions", "language", "map")
	take.upload = true
	take.serve = func(a *API, c *call) (any, error) { return a.takeFile(c, nil) }
	return []route{
		take,
		op("POST /api/v1/imports/{batch}/undo", reserve.MayImport, "Take an import back", (*API).undoImport),
	}
}

func (a *API) takeFile(c *call, _ *none) (any, error) {
	file, err := c.file()
	if err != nil {
		return nil, err
	}
	how := c.URL.Query()
	how.Set("drive", c.PathValue("drive"))
	how.Set("lang", a.Lang.Best(c.Header.Get("Accept-Language"), a.languages))
	report, err := a.Importer.Take(c.Context(), c.actor, file, how)
	if reserve.CodeOf(err) == "too-large" {
		return nil, &http.MaxBytesError{Limit: maxFile}
	}
	if err != nil && len(reserve.FaultsOf(err)) == 0 && c.Context().Err() != nil {
		return nil, errGone
	}
	return report, err
}

// file finds the file of an upload: the whole body, or the part of a form that is called "file". The form is read as it
// comes in: nothing of it is written to disk.
func (c *call) file() (io.Reader, error) {
	if c.Header.Get("Content-Encoding") != "" {
		return nil, unsupported("content-encoding")
	}
	body := http.MaxBytesReader(c.rw, c.Body, maxFile)
	kind, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil {
		return nil, unsupported("content-type")
	}
	switch kind {
	case "text/csv", "text/plain", "text/tab-separated-values", "application/octet-stream", "application/vnd.ms-excel",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		return body, nil
	case "multipart/form-data":
	default:
		return nil, unsupported("content-type")
	}
	c.Body = body
	form, err := c.MultipartReader()
	if err != nil || params["boundary"] == "" {
		return nil, reserve.Faults{reserve.Fault("file", "bad-form")}
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, reserve.Faults{reserve.Fault("file", "required")}
		}
		if err != nil {
			return nil, reserve.Faults{reserve.Fault("file", "bad-form")}
		}
		if strings.EqualFold(part.FormName(), "file") {
			return part, nil
		}
	}
}

func (a *API) undoImport(c *call, _ *none) (stateOut, error) {
	batch := c.PathValue("batch")
	return stateOut{batch, "undone"}, a.Importer.Undo(c.Context(), c.actor, batch)
}
