package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed keyring/*.sql
var keyringMigrations embed.FS

// engine is all that differs between the two databases.
type engine struct {
	name    string
	dialect goose.Dialect
	begin   string // starts a transaction that will write
	groups  int    // how many groups may be open at once
	most    int    // how many changes share one commit
}

var placeholder = regexp.MustCompile(`\$(\d+)`)

// text turns the one text of a statement into the engine's: SQLite numbers its placeholders ?1 where PostgreSQL says $1.
func (e engine) text(query string) string {
	if e.name == "sqlite" {
		return placeholder.ReplaceAllString(query, "?$1")
	}
	return query
}

// unique reports whether err is the database's refusal of a second row under a unique index.
func unique(err error) bool {
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		code := se.Code()
		return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pe.Code == "23505"
	}
	return false
}

// again reports whether the database asks to try the whole transaction again: serialization failure, deadlock, a busy file.
func again(err error) bool {
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pe.Code == "40001" || pe.Code == "40P01"
	}
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		return se.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	return false
}

// refused reports whether err is the database's own word, so that it is certain that the statement did nothing.
func refused(err error) bool {
	if _, ok := errors.AsType[*sqlite.Error](err); ok {
		return true
	}
	_, ok := errors.AsType[*pgconn.PgError](err)
	return ok
}

// full reports whether err says that the disk is full.
func full(err error) bool {
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		return se.Code()&0xff == sqlite3.SQLITE_FULL
	}
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pe.Code == "53100"
	}
	return false
}

// openEngine opens a database by URL: postgres://… or a path. schema names the PostgreSQL schema.
func openEngine(location, schema string) (engine, *sql.DB, *sql.DB, error) {
	if strings.HasPrefix(location, "postgres://") || strings.HasPrefix(location, "postgresql://") {
		return openPostgres(location, schema)
	}
	return openSQLite(location)
}

// openSQLite opens one writing connection and a pool of readers. The settings are DESIGN §2.5's: WAL with FULL is the
// only pair that lost nothing in 1,500 simulated power cuts; savepoint journals in memory save 22 to 31 %.
func openSQLite(path string) (engine, *sql.DB, *sql.DB, error) {
	e := engine{name: "sqlite", dialect: goose.DialectSQLite3, begin: "BEGIN IMMEDIATE", groups: 1, most: 256}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return e, nil, nil, err
	}
	// The file must not be readable by others even before the first page is written.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return e, nil, nil, err
	}
	if err := f.Close(); err != nil {
		return e, nil, nil, err
	}
	pragmas := "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=temp_store(MEMORY)" +
		"&_pragma=secure_delete(ON)&_pragma=trusted_schema(OFF)&_pragma=foreign_keys(ON)&_pragma=cell_size_check(ON)"
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas
	write, err := sql.Open("sqlite", dsn+"&_pragma=cache_size(-16000)")
	if err != nil {
		return e, nil, nil, err
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", dsn+"&_pragma=query_only(ON)&_pragma=cache_size(-4000)")
	if err != nil {
		return e, nil, nil, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(4)
	read.SetMaxIdleConns(4)
	return e, write, read, nil
}

func openPostgres(location, schema string) (engine, *sql.DB, *sql.DB, error) {
	e := engine{name: "postgres", dialect: goose.DialectPostgres, begin: "BEGIN", groups: 3, most: 64}
	u, err := url.Parse(location)
	if err != nil {
		return e, nil, nil, errors.New("database address unreadable") // the address may hold a password
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		return e, nil, nil, errors.New("database address unreadable")
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(8)
	if _, err := db.Exec("CREATE SCHEMA IF NOT EXISTS " + schema); err != nil && !unique(err) {
		return e, nil, nil, errors.Join(fmt.Errorf("make schema: %w", err), db.Close())
	}
	return e, db, db, nil
}

// migrate brings a database to the newest schema; several nodes may start at once, one of them does it.
func (e engine) migrate(ctx context.Context, db *sql.DB, files embed.FS, folder string) error {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		return err
	}
	opts := []goose.ProviderOption{goose.WithVerbose(false), goose.WithDisableGlobalRegistry(true)}
	if e.name == "postgres" {
		locker, err := postgresLocker()
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(e.dialect, db, sub, opts...)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
