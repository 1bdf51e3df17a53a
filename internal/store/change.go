package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"muster/internal/audit"
	"muster/internal/reserve"
)

// Tx is one change: it reads and writes within its savepoint of the group's transaction. fn must not keep it.
type Tx struct {
	Read
	w   *writer
	act reserve.Act
	at  int64
}

// Now is the one time of all writes of this change, µs UTC.
func (tx *Tx) Now() int64 { return tx.at }

// Act lets a change complete its own act with what only the transaction knows: the subject's salt, a count, a digest.
func (tx *Tx) Act() *reserve.Act { return &tx.act }

// exec runs a statement and says how many rows it changed.
func (tx *Tx) exec(query string, args ...any) (int64, error) {
	st, err := tx.w.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// change is one request to write, waiting for its group.
type change struct {
	ctx  context.Context
	act  reserve.Act
	book bool // Bookkeep: leaves no act
	fn   func(tx *Tx) error
	done chan error
	err  error
	leaf []byte
}

// Change writes about people. act says who does what to which record and is kept as a leaf of the audit log in the same
// transaction; a change that fails or returns ErrNothing leaves neither rows nor act. Change returns after the
// commit is on disk. fn may run twice, must end within 5 ms and 200 rows, sees no request context, does no I/O and
// changes nothing outside its transaction. A cancelled ctx stops a change that has not begun; one that has begun is
// waited for, so that nobody is told "failed" about something that was kept.
func (s *Store) Change(ctx context.Context, act reserve.Act, fn func(tx *Tx) error) error {
	return s.submit(s.urgent, &change{ctx: ctx, act: act, fn: fn, done: make(chan error, 1)})
}

// ChangeLater is Change in the lane of imports and sweeps, behind everything interactive.
func (s *Store) ChangeLater(ctx context.Context, act reserve.Act, fn func(tx *Tx) error) error {
	return s.submit(s.slow, &change{ctx: ctx, act: act, fn: fn, done: make(chan error, 1)})
}

// Bookkeep writes rows that say nothing about a person: leases, delivery marks, sessions. Only outbox and staff may call
// it from outside this package (the floors test looks).
func (s *Store) Bookkeep(ctx context.Context, fn func(tx *Tx) error) error {
	return s.submit(s.urgent, &change{ctx: ctx, book: true, fn: fn, done: make(chan error, 1)})
}

func (s *Store) submit(lane chan *change, c *change) error {
	select {
	case <-s.stop:
		return ErrClosed
	default:
	}
	select {
	case lane <- c:
	case <-c.ctx.Done():
		return c.ctx.Err()
	case <-s.stop:
		return ErrClosed
	}
	return <-c.done
}

// commit runs a group in one transaction. Where the transaction itself is lost (a savepoint gone after a full disk, a
// deadlock), the changes are tried again one by one, so that one of them cannot take the others down.
func (w *writer) commit(group []*change) {
	lost, unknown := w.attempt(group)
	if lost == nil {
		answer(group)
		return
	}
	if unknown {
		// The connection went with the commit: nobody knows whether it was kept, so nobody is told either "done" or "try
		// the same again here". The sender's repeat finds out, because every change is once-only by its own reference.
		for _, c := range group {
			c.err = lost
		}
		answer(group)
		return
	}
	if len(group) == 1 {
		for try := 0; lost != nil && try < 5 && again(lost); try++ {
			lost, _ = w.attempt(group)
		}
		if lost != nil {
			group[0].err = lost
		}
		answer(group)
		return
	}
	for _, c := range group {
		w.commit([]*change{c})
	}
}

func answer(group []*change) {
	for _, c := range group {
		c.done <- c.err
	}
}

// attempt returns an error where nothing of the group was kept, or where that is unknown. The errors of single changes are theirs.
func (w *writer) attempt(group []*change) (lost error, unknown bool) {
	if err := w.open(); err != nil {
		return fmt.Errorf("begin: %w", err), false
	}
	at := Micros(w.s.config.Now())
	leaves := make([][]byte, 0, len(group))
	for _, c := range group {
		c.err, c.leaf = nil, nil
		if err := c.ctx.Err(); err != nil {
			c.err = err
			continue
		}
		if err := w.one(c, at, len(group) > 1); err != nil {
			return errors.Join(err, w.rollback()), false
		}
		if c.leaf != nil {
			leaves = append(leaves, c.leaf)
		}
	}
	if err := w.keepActs(leaves, at); err != nil {
		return errors.Join(err, w.rollback()), false
	}
	if w.s.config.Broken.AckBeforeCommit {
		time.Sleep(50 * time.Millisecond) // a window wide enough that a harness that kills sees it within a few kills
	}
	if err := w.raw("COMMIT"); err != nil {
		return errors.Join(fmt.Errorf("commit: %w", err), w.rollback()), !refused(err)
	}
	return nil, false
}

// open begins the group's transaction, on a new connection where the old one is gone.
func (w *writer) open() error {
	err := w.raw(w.s.begin)
	if err == nil || refused(err) {
		return err
	}
	fresh, reopen := w.s.write.Conn(context.Background())
	if reopen != nil {
		return errors.Join(err, reopen)
	}
	if closing := w.conn.Close(); closing != nil && !errors.Is(closing, sql.ErrConnDone) {
		err = errors.Join(err, closing)
	}
	w.conn, w.stmts = fresh, map[string]*sql.Stmt{}
	if again := w.raw(w.s.begin); again != nil {
		return errors.Join(err, again)
	}
	return nil
}

// rollback ends whatever is open. After a full disk SQLite may have rolled back by itself; its complaint that nothing is open is no news.
func (w *writer) rollback() error {
	err := w.raw("ROLLBACK")
	if se, ok := errors.AsType[interface {
		error
		Code() int
	}](err); ok && se.Code()&0xff == 1 {
		return nil
	}
	return err
}

// one runs a change in its savepoint; alone in its group it needs none. It returns an error only where the whole
// transaction is lost.
func (w *writer) one(c *change, at int64, shared bool) error {
	if shared {
		if err := w.raw("SAVEPOINT one"); err != nil {
			return fmt.Errorf("savepoint: %w", err)
		}
	}
	tx := &Tx{Read: Read{s: w.s, conn: w}, w: w, act: c.act, at: at}
	c.err = guarded(c.fn, tx)
	if w.s.config.Broken.AckBeforeCommit && c.err == nil {
		c.done <- nil
		c.done = make(chan error, 1)
	}
	if c.err != nil {
		if again(c.err) || full(c.err) || !shared {
			return c.err
		}
		if err := w.raw("ROLLBACK TO SAVEPOINT one"); err != nil {
			return fmt.Errorf("undo: %w", err)
		}
	}
	if shared {
		if err := w.raw("RELEASE SAVEPOINT one"); err != nil {
			return fmt.Errorf("release: %w", err)
		}
	}
	if c.err != nil || c.book {
		return nil
	}
	leaf, err := tx.leaf()
	if err != nil {
		// An act that cannot be written is a fault of the program: nothing of the group may be kept without it.
		c.err = fmt.Errorf("act %s: %w", c.act.Verb, err)
		return c.err
	}
	c.leaf = leaf
	return nil
}

// guarded runs fn and turns a panic into an error, so that one faulty change cannot end the writer for all.
func guarded(fn func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("change panicked: %T\n%s", p, debug.Stack())
		}
	}()
	return fn(tx)
}

// leaf is the change's line of the audit log: the subject salted, so that a line says nothing once the salt is gone.
func (tx *Tx) leaf() ([]byte, error) {
	a := tx.act
	e := audit.Entry{At: tx.at, Actor: a.Actor.String(), Verb: string(a.Verb), Count: a.Count, Digest: a.Digest, Node: tx.s.config.Node, Note: a.Note}
	if a.Subject != "" {
		e.Subject = audit.Subject(a.Salt, []byte(a.Subject))
	}
	return e.Encode()
}

// keepActs writes the leaves of a commit as one row.
func (w *writer) keepActs(leaves [][]byte, at int64) error {
	if len(leaves) == 0 {
		return nil
	}
	st, err := w.stmt(`INSERT INTO act_block (id, node, at, leaves, count) VALUES ($1, $2, $3, $4, $5)`)
	if err != nil {
		return err
	}
	if _, err := st.ExecContext(context.Background(), w.s.NewID(), w.s.config.Node, at, audit.EncodeBlock(leaves), len(leaves)); err != nil {
		return fmt.Errorf("keep acts: %w", err)
	}
	return nil
}
