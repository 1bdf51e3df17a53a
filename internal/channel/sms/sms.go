package sms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"muster/internal/callup"
	"muster/internal/gazetteer"
	"muster/internal/lang"
	"muster/internal/phone"
	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
)

// Decoder reads what one carrier posts. An Invalid error means that it is nothing of this carrier's form.
type Decoder interface {
	Decode(r *http.Request) ([]reserve.Inbound, []reserve.DeliveryReport, error)
}

// Reporter notes delivery reports; unknown is how many are about no text of ours.
type Reporter interface {
	Report(ctx context.Context, list []reserve.DeliveryReport) (unknown int, err error)
}

// Carrier is one carrier that posts to us.
type Carrier struct {
	Name    string
	Secret  string // the last part of its address
	Decoder Decoder
	// OK is what it wants to hear when all is taken; empty is "ok".
	OK string
}

// Config is what the door works with.
type Config struct {
	Store     *store.Store
	Vault     *seal.Vault
	Intake    *store.Intake
	Roll      *roll.Roll
	Registry  *registry.Registry
	CallUps   *callup.CallUps
	Reports   Reporter
	Gazetteer *gazetteer.Gazetteer
	Catalog   *lang.Catalog
	Now       func() time.Time
	Carriers  []Carrier
	Own       []string // our own numbers and short codes: what comes from them is ours
	Drive     string   // the drive people join by text
	Log       *slog.Logger
}

// SMS is the door. It is safe for concurrent use.
type SMS struct {
	Config
	opener *store.Opener
	wake   chan struct{}

	handling sync.Mutex // one Drain at a time: two would only race for the same rows
	talks    talks
	copies   copies
	guard    guard
}

// New makes the door.
func New(c Config) *SMS {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &SMS{Config: c, opener: c.Store.NewOpener(c.Vault), wake: make(chan struct{}, 1), talks: newTalks(), copies: newCopies(), guard: guard{seen: map[string][]time.Time{}}}
}

// Waiting gets a value when something came in; the loop around Step listens to it.
func (s *SMS) Waiting() <-chan struct{} { return s.wake }

// Forget drops what was learned from the secrets: the node was locked. Dialogues go on.
func (s *SMS) Forget() { s.opener.Forget() }

// mostPosted bounds what a carrier may post at once.
const mostPosted = 64 << 10

// ServeHTTP takes GET and POST /channel/sms/{carrier}/{secret}. A wrong secret is answered like an unknown carrier. What is
// taken is on disk when the answer goes out; the same again is answered the same.
func (s *SMS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	carrier, ok := s.carrier(r.PathValue("carrier"), r.PathValue("secret"))
	if !ok {
		problem(w, http.StatusNotFound, "not-found")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostPosted)
	texts, reports, err := carrier.Decoder.Decode(r)
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		problem(w, http.StatusRequestEntityTooLarge, "too-large")
		return
	}
	if reserve.KindOf(err) == reserve.Invalid {
		problem(w, http.StatusBadRequest, reserve.CodeOf(err))
		return
	}
	if err == nil {
		err = s.take(context.WithoutCancel(r.Context()), carrier.Name, texts, reports)
	}
	if err != nil {
		s.Log.Error("a carrier's post was not taken", "carrier", carrier.Name, "error", err)
		w.Header().Set("Retry-After", "5")
		problem(w, http.StatusServiceUnavailable, "busy")
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	answer := carrier.OK
	if answer == "" {
		answer = "ok"
	}
	_, _ = w.Write([]byte(answer)) // the carrier has gone: it will post again, and that changes nothing
}

// carrier finds a carrier by name and secret. Digests are compared, so that the time taken tells nothing about the secret.
func (s *SMS) carrier(name, secret string) (Carrier, bool) {
	i := slices.IndexFunc(s.Carriers, func(c Carrier) bool { return c.Name == name })
	if i < 0 || s.Carriers[i].Secret == "" {
		return Carrier{}, false
	}
	return s.Carriers[i], seal.TokenHash(secret) == seal.TokenHash(s.Carriers[i].Secret)
}

func problem(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"title":%q,"status":%d,"code":%q}`, http.StatusText(status), status, code)
}

// arrival is one text or call as it came, with its row.
type arrival struct {
	row    store.Inbound
	from   string // E.164, or as posted where that is no number
	sentAt int64  // µs UTC, by the carrier's clock; 0 where it tells none
	body   []byte
}

// take keeps what a carrier posted and notes its reports.
func (s *SMS) take(ctx context.Context, carrier string, texts []reserve.Inbound, reports []reserve.DeliveryReport) error {
	if len(reports) > 0 {
		if _, err := s.Reports.Report(ctx, reports); err != nil {
			return err
		}
	}
	if len(texts) == 0 {
		return nil
	}
	country := s.country(ctx)
	var list []arrival
	var rows []store.Inbound
	var noted []*[16]byte
	fresh, err := []bool(nil), error(nil)
	for _, t := range texts {
		t.Carrier = carrier
		var a arrival
		if a, err = s.seal(t, country); err != nil {
			break
		}
		isCopy, note := s.known(&a.row, copyText(t.Kind, a.from, a.sentAt, a.body), s.Now())
		if !isCopy {
			list, rows, noted = append(list, a), append(rows, a.row), append(noted, note)
		}
	}
	if err == nil && len(rows) > 0 {
		fresh, err = s.Store.KeepInbound(ctx, rows)
	}
	if err != nil {
		for _, index := range noted {
			if index != nil {
				s.copies.forget(*index)
			}
		}
		return err
	}
	for i := range list {
		if fresh[i] {
			if err := s.talkNow(ctx, list[i]); err != nil {
				// It is kept and will be handled by Step; the carrier must not send it again.
				s.Log.Error("a dialogue could not go on at once", "carrier", carrier, "error", err)
			}
		}
	}
	select {
	case s.wake <- struct{}{}:
	default: // it has been told already
	}
	return nil
}

// seal makes the row of what came in, named by the carrier's id: random there, and so nothing that could be found by trying.
func (s *SMS) seal(t reserve.Inbound, country string) (arrival, error) {
	from := t.From.Reveal()
	if n, err := phone.Parse(from, country); err == nil {
		from = n.E164
	}
	now := s.Now()
	row := store.Inbound{ID: s.Store.NewID(), Carrier: t.Carrier, Kind: t.Kind, ReceivedAt: store.Micros(now)}
	sentAt := int64(0)
	if !t.SentAt.IsZero() {
		sentAt = store.Micros(t.SentAt)
	}
	ref := t.ID
	if ref == "" {
		ref = store.PublicID()
	}
	named := s.Vault.Door().Ref("", "inbox "+t.Carrier, ref).TokenHash
	row.RefHash = named[:]
	var err error
	row.Epoch, row.Sealed, err = s.Intake.Seal(now, store.InboxPlace(row.ID), store.PackInbound(from, sentAt, t.Body))
	if err != nil {
		return arrival{}, fmt.Errorf("seal what came in: %w", err)
	}
	return arrival{row, from, sentAt, t.Body}, nil
}

// country is where a number without a calling code is from: the drive's country, Niger where it cannot be read now.
func (s *SMS) country(ctx context.Context) string {
	d, err := s.Registry.Drive(ctx, s.Drive)
	if err != nil {
		return "NE"
	}
	return d.Country
}
