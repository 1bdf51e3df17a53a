package store

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"muster/internal/reserve"
)

// PairState is what the desk made of a pair.
type PairState string

// The states of a pair.
const (
	PairOffered  PairState = "offered"
	PairLater    PairState = "later" // put aside
	PairMerged   PairState = "merged"
	PairDistinct PairState = "distinct"
)

// PairBand says how likely a pair is one person.
type PairBand string

// The bands that are kept.
const (
	AlmostSure PairBand = "almost-sure" // the newer one is held until the desk decides
	Review     PairBand = "review"
)

// Pair is two people who may be one. A is the smaller id; Newer is the one who came later.
type Pair struct {
	ID        string
	Drive     string
	A, B      string
	Newer     string
	Band      PairBand
	Score     int64    // probability, per million
	Reasons   []string // codes
	State     PairState
	DecidedBy string
	DecidedAt int64
	CreatedAt int64
}

// Older is the one of the two who came first.
func (p Pair) Older() string {
	if p.Newer == p.A {
		return p.B
	}
	return p.A
}

const pairColumns = `id, drive, a, b, newer, band, score, reasons, state, decided_by, decided_at, created_at`

// OfferPair keeps a pair for the desk, once: a pair that was offered or decided before stays as it is, and fresh is false.
func (tx *Tx) OfferPair(p Pair) (fresh bool, err error) {
	if p.B < p.A {
		p.A, p.B = p.B, p.A
	}
	n, err := tx.exec(`INSERT INTO pair (id, drive, a, b, newer, band, score, reasons, state, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'offered', $9) ON CONFLICT (a, b) DO NOTHING`,
		p.ID, p.Drive, p.A, p.B, p.Newer, string(p.Band), p.Score, packList(p.Reasons), tx.at)
	if err != nil {
		return false, fmt.Errorf("offer pair: %w", err)
	}
	return n == 1, nil
}

// Pair reads one pair.
func (r *Read) Pair(id string) (Pair, error) {
	p, err := scanPair(r.row(`SELECT `+pairColumns+` FROM pair WHERE id = $1`, id))
	if err != nil {
		return p, notFound(err, "pair")
	}
	return p, nil
}

// PairFilter narrows the list of pairs; the actor's sites and functions are always part of it.
type PairFilter struct {
	Drive string
	State PairState // empty: offered
	Band  PairBand  // empty: both
	Actor reserve.Actor
	After string // cursor: the last pair's id
	Limit int
}

// Pairs lists the pairs that wait, the likeliest first. A pair of which one was merged meanwhile is left out, as its people
// are compared anew under the winner; so is one of which both have left.
func (r *Read) Pairs(f PairFilter) ([]Pair, error) {
	if f.State == "" {
		f.State = PairOffered
	}
	args := []any{f.Drive, string(f.State)}
	arg := func(v any) string {
		args = append(args, v)
		return "$" + fmt.Sprint(len(args))
	}
	where := []string{"p.drive = $1", "p.state = $2", "va.state <> 'merged'", "vb.state <> 'merged'",
		"(va.state NOT IN ('withdrawn', 'erased') OR vb.state NOT IN ('withdrawn', 'erased'))"}
	if f.Band != "" {
		where = append(where, "p.band = "+arg(string(f.Band)))
	}
	for _, side := range []string{"va", "vb"} {
		for _, c := range scope(f.Actor, arg) {
			where = append(where, sided(c, side))
		}
	}
	if f.After != "" {
		last, err := r.Pair(f.After)
		if err != nil {
			return nil, err
		}
		score := arg(last.Score)
		where = append(where, "(p.score < "+score+" OR p.score = "+score+" AND p.id > "+arg(f.After)+")")
	}
	return all(r.conn, scanPair, `SELECT p.id, p.drive, p.a, p.b, p.newer, p.band, p.score, p.reasons, p.state, p.decided_by, p.decided_at, p.created_at
		FROM pair p JOIN volunteer va ON va.id = p.a JOIN volunteer vb ON vb.id = p.b
		WHERE `+strings.Join(where, " AND ")+` ORDER BY p.score DESC, p.id LIMIT `+arg(f.Limit), args...)
}

// sided puts the conditions of scope on one of two joined people.
func sided(condition, side string) string {
	return strings.NewReplacer("site IN", side+".site IN", "offers LIKE", side+".offers LIKE").Replace(condition)
}

// PairsOf gives every pair of a person.
func (r *Read) PairsOf(volunteer string) ([]Pair, error) {
	return all(r.conn, scanPair, `SELECT `+pairColumns+` FROM pair WHERE a = $1 OR b = $1 ORDER BY score DESC, id`, volunteer)
}

// PairOf finds the pair of two people; ok is false where none was offered.
func (r *Read) PairOf(x, y string) (p Pair, ok bool, err error) {
	if y < x {
		x, y = y, x
	}
	p, err = scanPair(r.row(`SELECT `+pairColumns+` FROM pair WHERE a = $1 AND b = $2`, x, y))
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, err
}

// CountPairs counts the pairs of a drive that wait.
func (r *Read) CountPairs(drive string) (int64, error) {
	return one[int64](r.row(`SELECT COUNT(*) FROM pair WHERE drive = $1 AND state = 'offered'`, drive))
}

// DecidePair writes the desk's word over one of the given states; ErrNothing where the pair is in none of them.
func (tx *Tx) DecidePair(id string, to PairState, staff string, from ...PairState) error {
	for _, f := range from {
		n, err := tx.exec(`UPDATE pair SET state = $1, decided_by = $2, decided_at = $3 WHERE id = $4 AND state = $5`, string(to), staff, tx.at, id, string(f))
		if err != nil {
			return fmt.Errorf("decide pair: %w", err)
		}
		if n == 1 {
			return nil
		}
	}
	return ErrNothing
}

// HeldBack reports whether an undecided pair that is almost sure still holds a person back: as the newer one, or as the older one
// whose double has left.
func (r *Read) HeldBack(volunteer string) (bool, error) {
	n, err := one[int64](r.row(`SELECT COUNT(*) FROM pair p JOIN volunteer o ON o.id = CASE WHEN p.a = $1 THEN p.b ELSE p.a END
		WHERE (p.a = $1 OR p.b = $1) AND (p.newer = $1 OR o.state = 'withdrawn') AND p.band = 'almost-sure' AND p.state IN ('offered', 'later') AND o.state <> 'merged'`, volunteer))
	if err != nil {
		return false, fmt.Errorf("look for pairs: %w", err)
	}
	return n > 0, nil
}

// HoldTwins holds back those whose double a person almost surely is who leaves: an opt-out binds both until the desk has decided
// whether they are one. It returns whom it held.
func (tx *Tx) HoldTwins(id string) ([]string, error) {
	pairs, err := tx.PairsOf(id)
	if err != nil {
		return nil, fmt.Errorf("read pairs: %w", err)
	}
	var held []string
	for _, p := range pairs {
		if p.Newer != id || p.Band != AlmostSure || p.State != PairOffered && p.State != PairLater {
			continue
		}
		err := tx.SetVolunteerState(p.Older(), reserve.Held, reserve.Active, reserve.PendingAge)
		if err == nil {
			held = append(held, p.Older())
		} else if !errors.Is(err, ErrNothing) {
			return nil, err
		}
	}
	return held, nil
}

func scanPair(row scanner) (Pair, error) {
	var p Pair
	var reasons string
	var by sql.NullString
	var at sql.NullInt64
	err := row.Scan(&p.ID, &p.Drive, &p.A, &p.B, &p.Newer, &p.Band, &p.Score, &reasons, &p.State, &by, &at, &p.CreatedAt)
	p.Reasons, p.DecidedBy, p.DecidedAt = unpackList(reasons), by.String, at.Int64
	return p, err
}
