package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pressly/goose/v3/lock"

	"muster/internal/reserve"
)

// Config says where the data lies and who writes.
type Config struct {
	// Location is a path of an SQLite file or a postgres:// address.
	Location string
	// Node names the writer in acts and epochs.
	Node string
	// Now is the one clock, handed in by the server.
	Now func() time.Time
	// Broken makes wrong builds for the harnesses that must catch them; the zero value is right.
	Broken Broken
}

// Broken switches a promise off, so that a harness can show that it would notice.
type Broken struct {
	AckBeforeCommit bool // says "done" before the commit
	NoLimit         bool // takes a seat without the condition
}

// Store is one registry's data. All methods are safe for concurrent use.
type Store struct {
	engine
	config Config
	write  *sql.DB
	read   *sql.DB
	ids    ids

	urgent, slow chan *change
	stop         chan struct{}
	running      sync.WaitGroup

	stmts sync.Map // query text → *sql.Stmt on the read pool
}

func postgresLocker() (lock.SessionLocker, error) { return lock.NewPostgresSessionLocker() }

// Open opens or makes the database, brings it to the newest schema and starts the writers.
func Open(ctx context.Context, c Config) (*Store, error) {
	e, write, read, err := openEngine(c.Location, "muster")
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{engine: e, config: c, write: write, read: read,
		urgent: make(chan *change, 4096), slow: make(chan *change, 256), stop: make(chan struct{})}
	if err := e.migrate(ctx, write, migrations, "migrations"); err != nil {
		return nil, errors.Join(err, s.closePools())
	}
	for range e.groups {
		w, err := s.newWriter(ctx)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		s.running.Add(1)
		go w.run()
	}
	return s, nil
}

// Close waits for the open commits and closes the database. Changes asked for later get ErrClosed.
func (s *Store) Close() error {
	close(s.stop)
	s.running.Wait()
	return s.closePools()
}

func (s *Store) closePools() error {
	s.stmts.Range(func(_, v any) bool { return v.(*sql.Stmt).Close() == nil })
	return closePools(s.read, s.write)
}

// closePools closes the readers first: the last connection to an SQLite file brings its log back into it, and a reader may not.
func closePools(read, write *sql.DB) error {
	var err error
	if read != write {
		err = read.Close()
	}
	return errors.Join(err, write.Close())
}

// Engine names the database: "sqlite" or "postgres".
func (s *Store) Engine() string { return s.name }

// Node names this writer.
func (s *Store) Node() string { return s.config.Node }

// NewID is a new inner id, in order of time.
func (s *Store) NewID() string { return s.ids.ulid(s.config.Now()) }

// Micros is an instant as the store keeps it, µs UTC.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// Time is a kept instant; the zero Time for 0.
func Time(µs int64) time.Time {
	if µs == 0 {
		return time.Time{}
	}
	return time.UnixMicro(µs).UTC()
}

// ErrNothing, returned by a change, rolls it back and leaves no act: there was nothing to do.
var ErrNothing = errors.New("nothing to do")

// ErrClosed is returned for a change asked of a store that closes.
var ErrClosed = errors.New("store closes")

// notFound turns the database's "no rows" into the product's error, named after the thing.
func notFound(err error, thing string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return &reserve.Error{Kind: reserve.NotFound, Code: "not-found", Args: map[string]string{"thing": thing}}
	}
	return fmt.Errorf("read %s: %w", thing, err)
}
