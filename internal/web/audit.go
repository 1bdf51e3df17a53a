package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"muster/internal/audit"
	"muster/internal/reserve"
	"muster/internal/store"
)

// auditView is the log as its readers see it: ids, counts and codes.
type auditView struct {
	desk
	Now         int64
	Origin      string
	Size        int64
	Waiting     int64
	Oldest      int64
	Checkpoints []string
	Acts        []actLine
	Report      *audit.Report
}

// oldest says how old the oldest act is that has no place in the tree yet.
func (v auditView) oldest() string {
	if v.Waiting == 0 {
		return v.Text("console.none")
	}
	return v.since(v.Oldest, v.Now)
}

// actsShown is how many acts the page lists.
const actsShown = 50

func (w *Web) audit(rw http.ResponseWriter, r *http.Request, v desk) error {
	a, err := w.auditView(r.Context(), v)
	if err != nil {
		return err
	}
	return render(rw, r, http.StatusOK, auditPage(a))
}

func (w *Web) auditView(ctx context.Context, v desk) (auditView, error) {
	v.Section = "audit"
	if len(v.Drives) > 0 {
		v.Drive = &v.Drives[0].Drive // for its zone and its menu: the log is of the whole registry
	}
	a := auditView{desk: v, Now: store.Micros(w.Now())}
	err := w.Store.View(ctx, func(rd *store.Read) error {
		head, err := rd.Head()
		if err != nil {
			return err
		}
		a.Origin, a.Size = head.Origin, head.Size
		if a.Waiting, a.Oldest, err = rd.Unsequenced(); err != nil {
			return err
		}
		if a.Checkpoints, err = rd.Checkpoints(3); err != nil {
			return err
		}
		from := max(0, a.Size-actsShown)
		index := from
		for leaf, err := range rd.Leaves(from) {
			if err != nil {
				return err
			}
			if e, err := audit.Decode(leaf); err == nil {
				a.Acts = append(a.Acts, actLine{Index: index, At: e.At, Count: e.Count, Actor: e.Actor, Verb: e.Verb, Note: e.Note})
			}
			index++
		}
		return nil
	})
	slices.Reverse(a.Acts)
	if err != nil {
		return a, fmt.Errorf("read the log: %w", err)
	}
	return a, nil
}

// verifyLog walks the whole log. That somebody did is itself an act.
func (w *Web) verifyLog(rw http.ResponseWriter, r *http.Request, v desk) error {
	report, err := w.report(r.Context())
	if err != nil {
		return fmt.Errorf("verify the log: %w", err)
	}
	act := reserve.Act{Actor: v.By.Actor, Verb: reserve.ActAuditRead, Count: report.Leaves}
	if err := w.Store.Change(r.Context(), act, func(*store.Tx) error { return nil }); err != nil {
		return fmt.Errorf("log a verification: %w", err)
	}
	a, err := w.auditView(r.Context(), v)
	if err != nil {
		return err
	}
	a.Report = &report
	return render(rw, r, http.StatusOK, auditPage(a))
}

func (w *Web) report(ctx context.Context) (report audit.Report, err error) {
	if w.VerifyLog != nil {
		return w.VerifyLog(ctx)
	}
	err = w.Store.View(ctx, func(rd *store.Read) error {
		report, err = audit.Verify(rd.Log())
		return err
	})
	return report, err
}
