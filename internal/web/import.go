package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"muster/internal/reserve"
	"muster/internal/store"
)

// Limits of files at hand. They lie in memory only: a file of people is never written to the disk in clear.
const (
	maxSheet    = 32 << 20 // some 300,000 rows
	maxStaged   = 4
	stagedFor   = 30 * time.Minute
	importWait  = 2 * time.Second // an answer waits so long for the work before it shows that work goes on
	batchesList = 20
)

// stagedFile is a file somebody is looking at, theirs alone.
type stagedFile struct {
	session string
	drive   string
	bytes   []byte
	until   time.Time

	mu     sync.Mutex
	busy   bool
	answer sheetAnswer
	faults reserve.Faults
}

// stage holds the files at hand.
type stage struct {
	mu    sync.Mutex
	files map[string]*stagedFile
}

// put keeps a file; the oldest go when there are too many.
func (s *stage) put(f *stagedFile, now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.files) > 0 {
		oldest := ""
		for id, had := range s.files {
			if oldest == "" || had.until.Before(s.files[oldest].until) {
				oldest = id
			}
		}
		if len(s.files) < maxStaged && now.Before(s.files[oldest].until) {
			break
		}
		delete(s.files, oldest)
	}
	id := store.PublicID()
	s.files[id] = f
	return id
}

// find gives a file to who put it there.
func (s *stage) find(id string, v desk, now time.Time) (*stagedFile, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id]
	if f == nil || f.session != string(v.By.Session) || f.drive != v.Drive.Code || !now.Before(f.until) {
		return nil, notFound()
	}
	return f, nil
}

func (w *Web) importForm(rw http.ResponseWriter, r *http.Request, v desk) error {
	return w.importWith(rw, r, importView{desk: v}, nil)
}

func (w *Web) importWith(rw http.ResponseWriter, r *http.Request, v importView, fault error) error {
	v.Section = "import"
	if fault != nil {
		v.Faults = reserve.FaultsOf(fault)
	}
	err := w.Store.View(r.Context(), func(rd *store.Read) (err error) {
		v.Batches, err = rd.Batches(v.Drive.Code, batchesList)
		return err
	})
	if err != nil {
		return fmt.Errorf("list imports: %w", err)
	}
	status := http.StatusOK
	if len(v.Faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return render(rw, r, status, importPage(v))
}

// upload takes a file into memory and looks at it.
func (w *Web) upload(rw http.ResponseWriter, r *http.Request, v desk) error {
	part, err := filePart(r, "file", nil)
	if err != nil {
		return w.importWith(rw, r, importView{desk: v}, err)
	}
	var b bytes.Buffer
	if _, err := io.Copy(&b, io.LimitReader(part, maxSheet+1)); err != nil {
		return err
	}
	if b.Len() > maxSheet {
		return w.importWith(rw, r, importView{desk: v}, reserve.Fault("file", "too-large"))
	}
	f := &stagedFile{session: string(v.By.Session), drive: v.Drive.Code, bytes: b.Bytes(), until: w.Now().Add(stagedFor)}
	id := w.stage.put(f, w.Now())
	w.take(r.Context(), v, f, url.Values{"dry_run": {"1"}})
	return back(rw, r, v.under("/import/"+id), "")
}

// take works on a file and comes back when it is done, or when it takes long; the work goes on then.
func (w *Web) take(ctx context.Context, v desk, f *stagedFile, how url.Values) {
	f.mu.Lock()
	if f.busy {
		f.mu.Unlock()
		return
	}
	f.busy = true
	f.mu.Unlock()
	how.Set("drive", f.drive)
	how.Set("lang", v.Code())
	done := make(chan struct{})
	ctx = context.WithoutCancel(ctx)
	go func() {
		defer close(done)
		answer, err := w.read(ctx, v.By.Actor, f.bytes, how)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.busy, f.faults = false, reserve.FaultsOf(err)
		if err == nil {
			f.answer = answer
		} else if len(f.faults) == 0 {
			w.Log.LogAttrs(ctx, slog.LevelError, "import failed", slog.String("error", err.Error()))
			f.faults = reserve.Faults{{Kind: reserve.Busy, Code: "busy"}}
		}
	}()
	patience := time.NewTimer(importWait)
	defer patience.Stop()
	select {
	case <-done:
	case <-patience.C:
	}
}

// read asks the door of sheets, and reads its answer as a program of another room would.
func (w *Web) read(ctx context.Context, actor reserve.Actor, file []byte, how url.Values) (out sheetAnswer, err error) {
	answer, err := w.Sheets.Take(ctx, actor, bytes.NewReader(file), how)
	if err != nil {
		return out, err
	}
	text, err := json.Marshal(answer)
	return out, errors.Join(err, json.Unmarshal(text, &out))
}

// look shows what was found in a file.
func (w *Web) look(rw http.ResponseWriter, r *http.Request, v desk) error {
	f, err := w.stage.find(r.PathValue("file"), v, w.Now())
	if err != nil {
		return err
	}
	f.mu.Lock()
	p := importView{desk: v, Staged: r.PathValue("file"), Busy: f.busy, Answer: f.answer, Faults: f.faults}
	f.mu.Unlock()
	if len(p.Faults) > 0 && len(p.Answer.Preview.Columns) == 0 {
		p.Staged = ""
	}
	return w.importWith(rw, r, p, nil)
}

// keep looks again with other columns, or imports.
func (w *Web) keep(rw http.ResponseWriter, r *http.Request, v desk) error {
	f, err := w.stage.find(r.PathValue("file"), v, w.Now())
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return formFault(err)
	}
	f.mu.Lock()
	columns := len(f.answer.Preview.Columns)
	f.mu.Unlock()
	how := url.Values{"dates": {r.PostForm.Get("dates")}}
	for i := range columns {
		heading, field := r.PostForm.Get("heading-"+strconv.Itoa(i)), r.PostForm.Get("field-"+strconv.Itoa(i))
		if heading != "" {
			how.Add("map", heading+"="+field)
		}
	}
	if r.PostForm.Get("do") != "keep" {
		how.Set("dry_run", "1")
	}
	w.take(r.Context(), v, f, how)
	return back(rw, r, v.under("/import/"+r.PathValue("file")), "")
}

// refusedRows sends the rows that were refused, to be mended and sent again.
func (w *Web) refusedRows(rw http.ResponseWriter, r *http.Request, v desk) error {
	f, err := w.stage.find(r.PathValue("file"), v, w.Now())
	if err != nil {
		return err
	}
	f.mu.Lock()
	text := f.answer.Refused
	f.mu.Unlock()
	rw.Header().Set("Content-Type", "text/csv; charset=utf-8")
	rw.Header().Set("Content-Disposition", `attachment; filename="refused.csv"`)
	_, err = io.WriteString(rw, text)
	return broken(err)
}

func (w *Web) undoImport(rw http.ResponseWriter, r *http.Request, v desk) error {
	err := w.Sheets.Undo(r.Context(), v.By.Actor, r.PathValue("batch"))
	if told(err) {
		return w.importWith(rw, r, importView{desk: v}, err)
	}
	if err != nil {
		return err
	}
	return back(rw, r, v.under("/import"), "saved")
}
