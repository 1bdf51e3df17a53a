package gauge

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	_ "modernc.org/sqlite" // the same engine the product uses

	"muster/internal/seal"
)

// bareBody is the JSON a registration comes in, decoded in full as the product must.
type bareBody struct {
	Ref            string `json:"ref"`
	Name           string `json:"name"`
	KnownAs        string `json:"known_as"`
	FatherName     string `json:"father_name"`
	Birth          string `json:"birth"`
	Phones         []any  `json:"phones"`
	Availability   string `json:"availability"`
	Language       string `json:"language"`
	Place          string `json:"place"`
	Sex            string `json:"sex"`
	Age            *int   `json:"age"`
	Note           string `json:"note"`
	Site           string `json:"site"`
	Functions      []string
	Qualifications []any
	Consents       []any
}

// bare is the least a durable registry could do: the same HTTP and JSON, one sealed row, many rows a commit. It checks
// nothing, links nobody and proves nothing; it is what the product's speed is a share of.
type bare struct {
	epoch *seal.Epoch
	rows  chan bareRow
}

type bareRow struct {
	id   string
	box  []byte
	done chan error
}

// bareMost is the best group here: larger ones gained nothing in the runs that chose it.
const bareMost = 256

// ServeBare serves the bare peer on a listener until ctx ends.
func ServeBare(ctx context.Context, l net.Listener, dir string) error {
	_, pub := seal.NewIntakeKey()
	epoch, _, err := seal.NewEpoch(pub)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=temp_store(MEMORY)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `CREATE TABLE row (id TEXT PRIMARY KEY, box BYTEA NOT NULL)`); err != nil {
		return errors.Join(err, db.Close())
	}
	b := &bare{epoch: epoch, rows: make(chan bareRow, 4096)}
	go b.write(ctx, db)
	srv := &http.Server{Handler: b, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { _ = srv.Close() }) // the listener is all that must end; there is nothing to flush
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return errors.Join(err, db.Close())
	}
	return db.Close()
}

func (b *bare) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.URL.Path == DrainPath {
		rw.WriteHeader(http.StatusNoContent)
		return
	}
	var body bareBody
	if err := json.NewDecoder(http.MaxBytesReader(rw, r.Body, 64<<10)).Decode(&body); err != nil {
		http.Error(rw, "bad", http.StatusBadRequest)
		return
	}
	plain, err := json.Marshal(body)
	if err != nil {
		http.Error(rw, "bad", http.StatusBadRequest)
		return
	}
	row := bareRow{id: body.Ref, box: b.epoch.Seal(seal.AD{Drive: "bare", Table: "row", ID: body.Ref}, plain), done: make(chan error, 1)}
	b.rows <- row
	if err := <-row.done; err != nil {
		http.Error(rw, "failed", http.StatusInternalServerError)
		return
	}
	answer := `{"receipt":"` + body.Ref + `","state":"received"}`
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	rw.WriteHeader(http.StatusCreated)
	_, _ = rw.Write([]byte(answer)) // a client that has gone measures itself
}

func (b *bare) write(ctx context.Context, db *sql.DB) {
	var group []bareRow
	for {
		select {
		case r := <-b.rows:
			group = append(group[:0], r)
		case <-ctx.Done():
			return
		}
	fill:
		for len(group) < bareMost {
			select {
			case r := <-b.rows:
				group = append(group, r)
			default:
				break fill
			}
		}
		err := commitBare(ctx, db, group)
		for _, r := range group {
			r.done <- err
		}
	}
}

func commitBare(ctx context.Context, db *sql.DB, group []bareRow) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	st, err := tx.PrepareContext(ctx, `INSERT INTO row (id, box) VALUES (?1, ?2)`)
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	for _, r := range group {
		if _, err := st.ExecContext(ctx, r.id, r.box); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}
