package store

import (
	"context"
	"database/sql"
	"fmt"
)

// conn is where statements run: the read pool, or the writer's own connection.
type conn interface {
	query(query string, args ...any) (*sql.Rows, error)
	row(query string, args ...any) *sql.Row
}

// Read reads. Inside View it sees one snapshot for each statement; inside a Change it sees the change's own writes.
type Read struct {
	s *Store
	conn
}

// View runs fn for reading.
func (s *Store) View(ctx context.Context, fn func(r *Read) error) error {
	return fn(&Read{s: s, conn: pool{s, ctx}})
}

// pool runs statements on the read pool, prepared once each.
type pool struct {
	s   *Store
	ctx context.Context
}

func (p pool) stmt(query string) (*sql.Stmt, error) {
	if st, ok := p.s.stmts.Load(query); ok {
		return st.(*sql.Stmt), nil
	}
	st, err := p.s.read.PrepareContext(p.ctx, p.s.text(query))
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if had, loaded := p.s.stmts.LoadOrStore(query, st); loaded {
		return had.(*sql.Stmt), st.Close()
	}
	return st, nil
}

func (p pool) query(query string, args ...any) (*sql.Rows, error) {
	st, err := p.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(p.ctx, args...)
}

func (p pool) row(query string, args ...any) *sql.Row {
	st, err := p.stmt(query)
	if err != nil {
		// The pool's own row carries the error of the same faulty statement to Scan.
		return p.s.read.QueryRowContext(p.ctx, p.s.text(query), args...)
	}
	return st.QueryRowContext(p.ctx, args...)
}

// all runs a query and scans each row by scan.
func all[T any](c conn, scan func(row interface{ Scan(...any) error }) (T, error), query string, args ...any) ([]T, error) {
	rows, err := c.query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		t, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

// scanner is a row, of one or of many.
type scanner = interface{ Scan(...any) error }

// one scans a single value.
func one[T any](row scanner) (T, error) {
	var t T
	err := row.Scan(&t)
	return t, err
}
