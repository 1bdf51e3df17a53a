package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

// record is one line of a bundle's payload, in JSON; exactly one part is set. The first line is the node's.
type record struct {
	Node         *nodeLine         `json:"node,omitempty"`
	Epoch        *epochLine        `json:"epoch,omitempty"`
	Registration *registrationLine `json:"registration,omitempty"`
	Text         *textLine         `json:"text,omitempty"`
}

type nodeLine struct {
	Name        string `json:"name"`
	Site        string `json:"site"`
	Undelivered int64  `json:"undelivered"`
}

type epochLine struct {
	ID        string `json:"id"`
	Node      string `json:"node"`
	SealedKey []byte `json:"key"`
	CreatedAt int64  `json:"at"`
}

type registrationLine struct {
	ID         string                    `json:"id"`
	TokenHash  []byte                    `json:"token"`
	Digest     []byte                    `json:"digest"`
	Drive      string                    `json:"drive"`
	Site       string                    `json:"site,omitempty"`
	Channel    reserve.Channel           `json:"channel"`
	Kind       store.RegistrationKind    `json:"kind"`
	State      reserve.RegistrationState `json:"state"`
	Functions  []string                  `json:"functions,omitempty"`
	Consents   []store.FlaggedConsent    `json:"consents,omitempty"`
	Receipt    string                    `json:"receipt"`
	Node       string                    `json:"node"`
	ReceivedAt int64                     `json:"at"`
	Epoch      string                    `json:"epoch"`
	Sealed     []byte                    `json:"sealed"`
}

type textLine struct {
	ID         string              `json:"id"`
	Carrier    string              `json:"carrier"`
	RefHash    []byte              `json:"ref"`
	CopyHash   []byte              `json:"copy,omitempty"`
	Kind       reserve.InboundKind `json:"kind"`
	Epoch      string              `json:"epoch"`
	Sealed     []byte              `json:"sealed"`
	ReceivedAt int64               `json:"at"`
}

// maxLine bounds one record: a sealed registration is a few kilobytes.
const maxLine = 256 << 10

var (
	idForm      = regexp.MustCompile(`^[0-9A-Z]{26}$`)
	epochForm   = regexp.MustCompile(`^[a-z2-7]{26}$`)
	codeForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	receiptForm = regexp.MustCompile(`^[A-Z0-9-]{1,40}$`)
)

func registrationOf(r store.Registration) *registrationLine {
	return &registrationLine{ID: r.ID, TokenHash: r.TokenHash, Digest: r.Digest, Drive: r.Drive, Site: r.Site, Channel: r.Channel, Kind: r.Kind,
		State: r.State, Functions: r.Functions, Consents: r.Consents, Receipt: r.Receipt, Node: r.Node, ReceivedAt: r.ReceivedAt, Epoch: r.Epoch, Sealed: r.Sealed}
}

func (l *registrationLine) row() store.Registration {
	return store.Registration{ID: l.ID, TokenHash: l.TokenHash, Digest: l.Digest, Drive: l.Drive, Site: l.Site, Channel: l.Channel, Kind: l.Kind,
		State: l.State, Functions: l.Functions, Consents: l.Consents, Receipt: l.Receipt, Node: l.Node, ReceivedAt: l.ReceivedAt, Epoch: l.Epoch, Sealed: l.Sealed}
}

// sound checks the form of a registration: what stands in clear must be codes and nothing else, because it stays in clear.
func (l *registrationLine) sound(epochs map[string]bool) bool {
	bad := func(code string) bool { return !codeForm.MatchString(code) }
	for _, c := range l.Consents {
		if bad(c.Recipient) || bad(c.Purpose) || c.Wording < 0 || c.Language != "" && bad(c.Language) {
			return false
		}
	}
	return idForm.MatchString(l.ID) && len(l.TokenHash) == 16 && (len(l.Digest) == 32 || len(l.Digest) == 16) && !bad(l.Drive) && (l.Site == "" || !bad(l.Site)) &&
		!bad(string(l.Channel)) && slices.Contains([]store.RegistrationKind{store.KindApplication, store.KindCorrection, store.KindConflict}, l.Kind) &&
		(l.State == reserve.Received || l.State == reserve.ReceivedPending) && !slices.ContainsFunc(l.Functions, bad) &&
		len(l.Functions) <= reserve.MaxFunctions && receiptForm.MatchString(l.Receipt) && !bad(l.Node) && l.ReceivedAt > 0 && epochs[l.Epoch] && len(l.Sealed) > 0
}

func (l *textLine) sound(epochs map[string]bool) bool {
	return idForm.MatchString(l.ID) && codeForm.MatchString(l.Carrier) && len(l.RefHash) > 0 && len(l.RefHash) <= 64 && len(l.CopyHash) <= 64 &&
		(l.Kind == reserve.InboundText || l.Kind == reserve.InboundCall) && epochs[l.Epoch] && len(l.Sealed) > 0 && l.ReceivedAt > 0
}

func (l *epochLine) sound() bool {
	return epochForm.MatchString(l.ID) && codeForm.MatchString(l.Node) && len(l.SealedKey) > 0 && len(l.SealedKey) <= 4096
}

// each reads the records of a payload, checks their form and hands them on. A payload that is not wholly sound is refused
// with seal.ErrBundleBad; the registry reads it once to know that before it keeps anything.
func each(payload io.Reader, take func(record) error) (nodeLine, error) {
	var node nodeLine
	epochs := map[string]bool{}
	in := newLines(payload)
	for n := 0; ; n++ {
		raw, err := in.next()
		if errors.Is(err, io.EOF) && n > 0 {
			return node, nil
		}
		if err != nil {
			return node, errors.Join(err, seal.ErrBundleBad)
		}
		var rec record
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&rec); err != nil || d.More() || !rec.sound(n, epochs) {
			return node, seal.ErrBundleBad
		}
		if rec.Node != nil {
			node = *rec.Node
		}
		if rec.Epoch != nil {
			epochs[rec.Epoch.ID] = true
		}
		if err := take(rec); err != nil {
			return node, err
		}
	}
}

// sound checks that one part is set, that it is well formed, and that the node comes first and once.
func (r *record) sound(n int, epochs map[string]bool) bool {
	set := 0
	for _, is := range []bool{r.Node != nil, r.Epoch != nil, r.Registration != nil, r.Text != nil} {
		if is {
			set++
		}
	}
	switch {
	case set != 1 || (r.Node != nil) != (n == 0):
		return false
	case r.Node != nil:
		return codeForm.MatchString(r.Node.Name) && (r.Node.Site == "" || codeForm.MatchString(r.Node.Site)) && r.Node.Undelivered >= 0
	case r.Epoch != nil:
		return r.Epoch.sound()
	case r.Registration != nil:
		return r.Registration.sound(epochs)
	}
	return r.Text.sound(epochs)
}
