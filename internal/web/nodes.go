package web

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

// Hub is the end that takes what field nodes bring.
type Hub interface {
	Nodes(ctx context.Context) ([]store.Node, error)
	Trust(ctx context.Context, actor reserve.Actor, id string) error
	Revoke(ctx context.Context, actor reserve.Actor, id string) error
}

// Received is what a bundle brought, with the signed answer that goes back to its node.
type Received struct {
	Node         string
	Total, Fresh int
	Answer       []byte
}

// maxBundle is the greatest bundle a page takes; greater ones go by the command line.
const maxBundle = 64 << 20

// nodesView is the page of field nodes.
type nodesView struct {
	desk
	Now      int64
	Nodes    []store.Node
	Received *Received
	Faults   reserve.Faults
}

// fingerprint is what a person compares with what the node shows.
func (v nodesView) fingerprint(n store.Node) string {
	key, err := seal.ParseNodePublic(n.PublicKey)
	if err != nil {
		return "—"
	}
	return key.Fingerprint()
}

// answerLink carries the signed answer in the page itself: it is small, and holds ids only.
func (v nodesView) answerLink() string {
	return "data:application/octet-stream;base64," + base64.StdEncoding.EncodeToString(v.Received.Answer)
}

func (v nodesView) came() string {
	return v.Text("console.bundle-came", "node", v.Received.Node, "total", strconv.Itoa(v.Received.Total), "fresh", strconv.Itoa(v.Received.Fresh))
}

func (w *Web) nodes(rw http.ResponseWriter, r *http.Request, v desk) error {
	return w.nodesWith(rw, r, nodesView{desk: v}, nil)
}

func (w *Web) nodesWith(rw http.ResponseWriter, r *http.Request, v nodesView, fault error) error {
	v.Section, v.Now, v.Faults = "nodes", store.Micros(w.Now()), reserve.FaultsOf(fault)
	if len(v.Drives) > 0 {
		v.Drive = &v.Drives[0].Drive
	}
	var err error
	if v.Nodes, err = w.Hub.Nodes(r.Context()); err != nil {
		return err
	}
	status := http.StatusOK
	if fault != nil {
		status, _ = statusOf(reserve.KindOf(fault))
	}
	return render(rw, r, status, nodesPage(v))
}

// moveNode trusts or revokes one node.
func (w *Web) moveNode(rw http.ResponseWriter, r *http.Request, v desk) error {
	do := w.Hub.Trust
	if r.FormValue("do") == "revoke" {
		do = w.Hub.Revoke
	}
	err := do(r.Context(), v.By.Actor, r.PathValue("id"))
	if told(err) {
		return w.nodesWith(rw, r, nodesView{desk: v}, err)
	}
	if err != nil {
		return err
	}
	return back(rw, r, "/console/nodes", "saved")
}

// receiveBundle takes a bundle that was carried here.
func (w *Web) receiveBundle(rw http.ResponseWriter, r *http.Request, v desk) error {
	part, err := filePart(r, "bundle", nil)
	if err != nil {
		return w.nodesWith(rw, r, nodesView{desk: v}, err)
	}
	got, err := w.Receive(r.Context(), v.By.Actor, part)
	if told(err) {
		return w.nodesWith(rw, r, nodesView{desk: v}, err)
	}
	if err != nil {
		return fmt.Errorf("receive a bundle: %w", err)
	}
	return w.nodesWith(rw, r, nodesView{desk: v, Received: &got}, nil)
}

// filePart finds the file of an upload. It reads the parts in turn, because the usual way would write large files to a
// temporary folder, in clear. Small fields before the file go to take.
func filePart(r *http.Request, name string, take func(name, value string)) (io.Reader, error) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, reserve.Fault("", "bad-form")
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, reserve.Fault("file", "required")
		}
		if part.FormName() == name {
			return part, nil
		}
		if take != nil {
			if err := takeField(part, take); err != nil {
				return nil, err
			}
		}
	}
}

func takeField(part *multipart.Part, take func(name, value string)) error {
	value, err := io.ReadAll(io.LimitReader(part, 1<<10))
	if err != nil {
		return reserve.Fault("", "bad-form")
	}
	take(part.FormName(), string(value))
	return nil
}
