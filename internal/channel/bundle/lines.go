package bundle

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

// lines reads whole lines of at most maxLine bytes; a last line without its end is a cut.
type lines struct{ in *bufio.Reader }

func newLines(r io.Reader) *lines { return &lines{bufio.NewReaderSize(r, maxLine)} }

func (l *lines) next() ([]byte, error) {
	raw, err := l.in.ReadSlice('\n')
	if errors.Is(err, io.EOF) && len(raw) > 0 || errors.Is(err, bufio.ErrBufferFull) {
		return nil, seal.ErrBundleBad
	}
	return raw, err
}

// page is how many records are read from the store at a time.
const page = 200

// source writes the records of a node that wait, page by page, each epoch before the first record it opens.
type source struct {
	ctx   context.Context
	store *store.Store
	most  int // records; 0 is all
	node  nodeLine

	buf    bytes.Buffer
	begun  bool
	done   bool
	after  string // last registration
	texts  bool   // registrations are through
	epochs map[string]bool
	items  []string // ids of what was written
}

func (s *source) Read(p []byte) (int, error) {
	for s.buf.Len() == 0 && !s.done {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	return s.buf.Read(p)
}

func (s *source) fill() error {
	if !s.begun {
		s.begun = true
		return s.put(record{Node: &s.node})
	}
	limit := page
	if s.most > 0 {
		limit = min(page, s.most-len(s.items))
	}
	if limit <= 0 {
		s.done = true
		return nil
	}
	return s.store.View(s.ctx, func(r *store.Read) error {
		if s.texts {
			return s.inbound(r, limit)
		}
		return s.registrations(r, limit)
	})
}

func (s *source) registrations(r *store.Read, limit int) error {
	list, err := r.Undelivered(s.after, limit)
	if err != nil {
		return err
	}
	if len(list) < limit {
		s.texts = true
	}
	for _, reg := range list {
		s.after = reg.ID
		if err := s.epoch(r, reg.Epoch); err != nil {
			return err
		}
		if err := s.put(record{Registration: registrationOf(reg)}); err != nil {
			return err
		}
		s.items = append(s.items, reg.ID)
	}
	if s.texts {
		s.after = ""
	}
	return nil
}

func (s *source) inbound(r *store.Read, limit int) error {
	list, err := r.UndeliveredInbound(s.after, limit)
	if err != nil {
		return err
	}
	s.done = len(list) < limit
	for _, in := range list {
		s.after = in.ID
		if err := s.epoch(r, in.Epoch); err != nil {
			return err
		}
		text := &textLine{ID: in.ID, Carrier: in.Carrier, RefHash: in.RefHash, CopyHash: in.CopyHash, Kind: in.Kind, Epoch: in.Epoch, Sealed: in.Sealed, ReceivedAt: in.ReceivedAt}
		if err := s.put(record{Text: text}); err != nil {
			return err
		}
		s.items = append(s.items, in.ID)
	}
	return nil
}

func (s *source) epoch(r *store.Read, id string) error {
	if s.epochs[id] {
		return nil
	}
	e, err := r.Epoch(id)
	if err != nil {
		return err
	}
	s.epochs[id] = true
	return s.put(record{Epoch: &epochLine{ID: e.ID, Node: e.Node, SealedKey: e.SealedKey, CreatedAt: e.CreatedAt}})
}

func (s *source) put(rec record) error {
	b, err := json.Marshal(rec)
	if err != nil {
		return err
	}
	if len(b) >= maxLine {
		return &reserve.Error{Kind: reserve.Invalid, Code: "too-large"}
	}
	s.buf.Write(append(b, '\n'))
	return nil
}
