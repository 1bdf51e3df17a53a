package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"muster/internal/reserve"
	"muster/internal/seal"
)

// bundleType is the content type of a parcel.
const bundleType = "application/vnd.muster.bundle"

// maxParcel bounds one request: a hundred records and their keys are some 300 KB.
const maxParcel = 8 << 20

// Handler serves POST /sync/{node}: a parcel in, the signed acknowledgement out. The node proves itself by its signature;
// there is no session. A refusal is JSON with the error's code.
func (h *Hub) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /sync/{node}", h.sync)
	return mux
}

func (h *Hub) sync(rw http.ResponseWriter, r *http.Request) {
	id := r.PathValue("node")
	if _, err := keyOf(id); err != nil {
		refuse(rw, r, err)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxParcel))
	if err != nil {
		fault := error(seal.ErrBundleCut)
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			fault = &reserve.Error{Kind: reserve.Invalid, Code: "too-large"}
		}
		refuse(rw, r, fault)
		return
	}
	_, ack, err := h.receive(r.Context(), reserve.Actor{Kind: reserve.ActorDevice, ID: id}, bytes.NewReader(body), id)
	if err != nil {
		refuse(rw, r, err)
		return
	}
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	if _, err := rw.Write(ack); err != nil {
		return // the node sends the parcel again
	}
}

// refusal is the body of a refusal.
type refusal struct {
	Kind reserve.Kind      `json:"kind"`
	Code string            `json:"code"`
	Args map[string]string `json:"args,omitempty"`
}

// refuse maps a kind, and only the kind, to a status; what is internal stays in the log.
func refuse(rw http.ResponseWriter, r *http.Request, err error) {
	status, ok := map[reserve.Kind]int{
		reserve.Invalid: http.StatusUnprocessableEntity, reserve.NotFound: http.StatusNotFound, reserve.Conflict: http.StatusConflict,
		reserve.Forbidden: http.StatusForbidden, reserve.SignedOut: http.StatusUnauthorized, reserve.TooMany: http.StatusTooManyRequests,
		reserve.Locked: http.StatusServiceUnavailable, reserve.Closed: http.StatusForbidden, reserve.Busy: http.StatusServiceUnavailable,
	}[reserve.KindOf(err)]
	out := refusal{Kind: reserve.Busy, Code: "internal"}
	if faults := reserve.FaultsOf(err); ok && len(faults) > 0 {
		out = refusal{Kind: faults[0].Kind, Code: faults[0].Code, Args: faults[0].Args}
	} else {
		status = http.StatusInternalServerError
		slog.ErrorContext(r.Context(), "take a parcel", "error", err)
	}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		rw.Header().Set("Retry-After", "30")
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	if err := json.NewEncoder(rw).Encode(out); err != nil {
		return // the line was cut
	}
}

// refusalOf reads a refusal back on the node. What is not one of ours (a captive portal, a proxy) is Busy: try again later.
func refusalOf(status int, body []byte) error {
	var in refusal
	if err := json.Unmarshal(body, &in); err != nil || in.Code == "" || in.Kind == "" || status < http.StatusBadRequest {
		return &reserve.Error{Kind: reserve.Busy, Code: "busy"}
	}
	return &reserve.Error{Kind: in.Kind, Code: in.Code, Args: in.Args}
}
