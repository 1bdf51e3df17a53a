package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// writer owns one connection and commits groups on it.
type writer struct {
	s     *Store
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	group []*change
}

func (s *Store) newWriter(ctx context.Context) (*writer, error) {
	c, err := s.write.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open writer: %w", err)
	}
	return &writer{s: s, conn: c, stmts: map[string]*sql.Stmt{}}, nil
}

// stmt prepares each statement once a connection.
func (w *writer) stmt(query string) (*sql.Stmt, error) {
	if st, ok := w.stmts[query]; ok {
		return st, nil
	}
	st, err := w.conn.PrepareContext(context.Background(), w.s.text(query))
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	w.stmts[query] = st
	return st, nil
}

func (w *writer) query(query string, args ...any) (*sql.Rows, error) {
	st, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(context.Background(), args...)
}

func (w *writer) row(query string, args ...any) *sql.Row {
	st, err := w.stmt(query)
	if err != nil {
		return w.conn.QueryRowContext(context.Background(), w.s.text(query), args...)
	}
	return st.QueryRowContext(context.Background(), args...)
}

func (w *writer) raw(statement string) error {
	st, err := w.stmt(statement)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(context.Background())
	return err
}

// run takes what waits, as one group, until the store closes; then it takes what still waits and ends.
func (w *writer) run() {
	defer w.s.running.Done()
	defer w.end()
	for {
		var first *change
		select {
		case first = <-w.s.urgent:
		default:
			select {
			case first = <-w.s.urgent:
			case first = <-w.s.slow:
			case <-w.s.stop:
				if first = w.waiting(); first == nil {
					return
				}
			}
		}
		w.collect(first)
		w.commit(w.group)
	}
}

// end gives the connection back with nothing prepared on it: SQLite brings its log back into the file only when no
// statement is left.
func (w *writer) end() {
	for _, st := range w.stmts {
		_ = st.Close() // the connection ends with it
	}
	_ = w.conn.Close() // as above
}

func (w *writer) waiting() *change {
	select {
	case c := <-w.s.urgent:
		return c
	case c := <-w.s.slow:
		return c
	default:
		return nil
	}
}

// gatherFor is how long a group waits for those who were answered by the last one: a crowd that posts again and again comes
// back within it, and a commit shared by all of them writes each page of the file once instead of several times.
const gatherFor = 250 * time.Microsecond

// collect adds to first what waits already, interactive changes first. Where the last group was shared by several, it waits
// a moment for as many again; a lone writer never waits, and while one group is being synced the next one gathers by itself.
func (w *writer) collect(first *change) {
	like := len(w.group)
	w.group = append(w.group[:0], first)
	w.take()
	if like < fewest || len(w.group) >= like {
		return
	}
	enough := time.NewTimer(gatherFor)
	defer enough.Stop()
	for len(w.group) < like {
		select {
		case c := <-w.s.urgent:
			w.group = append(w.group, c)
		case <-enough.C:
			w.take()
			return
		}
	}
	w.take()
}

// fewest is the smallest group that is worth waiting for its like.
const fewest = 8

// take adds what waits now.
func (w *writer) take() {
	for len(w.group) < w.s.most {
		select {
		case c := <-w.s.urgent:
			w.group = append(w.group, c)
			continue
		default:
		}
		select {
		case c := <-w.s.slow:
			w.group = append(w.group, c)
		default:
		}
		return
	}
}
