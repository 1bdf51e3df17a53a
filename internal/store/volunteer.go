package store

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"muster/internal/reserve"
)

const volunteerColumns = `id, drive, site, state, channel, receipt, offers, salt, merged_into, created_at, changed_at, version`

func (tx *Tx) addVolunteer(v reserve.Volunteer) error {
	_, err := tx.exec(`INSERT INTO volunteer (id, drive, site, state, channel, receipt, offers, salt, age_settled, created_at, changed_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, 1)`,
		v.ID, v.Drive, v.Site, string(v.State), string(v.Channel), v.Receipt, packOffers(v.Offers), v.Salt, v.CreatedAt, tx.at)
	if err != nil {
		return fmt.Errorf("add volunteer: %w", err)
	}
	return nil
}

// Volunteer reads one person's clear row.
func (r *Read) Volunteer(id string) (reserve.Volunteer, error) {
	v, err := scanVolunteer(r.row(`SELECT `+volunteerColumns+` FROM volunteer WHERE id = $1`, id))
	if err != nil {
		return v, notFound(err, "volunteer")
	}
	return v, nil
}

// VolunteersAfter gives all people of a drive by id after a given one.
func (r *Read) VolunteersAfter(drive, after string, limit int) ([]reserve.Volunteer, error) {
	return all(r.conn, scanVolunteer, `SELECT `+volunteerColumns+` FROM volunteer WHERE drive = $1 AND id > $2 ORDER BY id LIMIT $3`, drive, after, limit)
}

// VolunteerFilter narrows a list of people; empty fields narrow nothing. The actor's sites and functions are always part of it: rights are in the SQL.
type VolunteerFilter struct {
	Drive    string
	Function string
	Site     string
	State    reserve.VolunteerState
	Actor    reserve.Actor
	After    string // cursor: the last id of the page before
	Limit    int
}

// Volunteers lists the people of a filter by id.
func (r *Read) Volunteers(f VolunteerFilter) ([]reserve.Volunteer, error) {
	where := []string{"drive = $1", "id > $2"}
	args := []any{f.Drive, f.After}
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if f.Function != "" {
		where = append(where, "offers LIKE "+arg("%,"+f.Function+":%"))
	}
	if f.Site != "" {
		where = append(where, "site = "+arg(f.Site))
	}
	if f.State != "" {
		where = append(where, "state = "+arg(string(f.State)))
	} else {
		where = append(where, "state <> 'merged' AND state <> 'erased'")
	}
	where = append(where, scope(f.Actor, arg)...)
	query := `SELECT ` + volunteerColumns + ` FROM volunteer WHERE ` + strings.Join(where, " AND ") + ` ORDER BY id LIMIT ` + arg(f.Limit)
	return all(r.conn, scanVolunteer, query, args...)
}

// scope is an actor's sites and functions as conditions.
func scope(a reserve.Actor, arg func(any) string) []string {
	var where []string
	if a.Kind == reserve.ActorSystem {
		return nil
	}
	if len(a.Sites) > 0 {
		marks := make([]string, len(a.Sites))
		for i, s := range a.Sites {
			marks[i] = arg(s)
		}
		where = append(where, "site IN ("+strings.Join(marks, ", ")+")")
	}
	if len(a.Functions) > 0 {
		marks := make([]string, len(a.Functions))
		for i, f := range a.Functions {
			marks[i] = "offers LIKE " + arg("%,"+f+":%")
		}
		where = append(where, "("+strings.Join(marks, " OR ")+")")
	}
	return where
}

// VolunteerCount is how many people of a drive stand at a site in a state.
type VolunteerCount struct {
	Site  string
	State reserve.VolunteerState
	Count int64
}

// CountVolunteers counts the people of a drive by site and state.
func (r *Read) CountVolunteers(drive string) ([]VolunteerCount, error) {
	return all(r.conn, func(row scanner) (VolunteerCount, error) {
		var c VolunteerCount
		err := row.Scan(&c.Site, &c.State, &c.Count)
		return c, err
	}, `SELECT site, state, COUNT(*) FROM volunteer WHERE drive = $1 GROUP BY site, state ORDER BY site, state`, drive)
}

// ClaimVolunteer asserts in this transaction that a person is as the roll said: the row decides. It returns Conflict with code "changed-meanwhile" where it is not.
func (tx *Tx) ClaimVolunteer(id string, version int64) error {
	n, err := tx.exec(`UPDATE volunteer SET version = version WHERE id = $1 AND version = $2 AND state = 'active'`, id, version)
	if err != nil {
		return fmt.Errorf("claim volunteer: %w", err)
	}
	if n == 0 {
		return conflict("changed-meanwhile")
	}
	return nil
}

// SetVolunteerState moves a person from one of the given states to another, and raises the version; ErrNothing where the person is in none of them.
func (tx *Tx) SetVolunteerState(id string, to reserve.VolunteerState, from ...reserve.VolunteerState) error {
	marks := make([]string, len(from))
	args := []any{string(to), tx.at, id}
	for i, f := range from {
		args = append(args, string(f))
		marks[i] = "$" + strconv.Itoa(len(args))
	}
	n, err := tx.exec(`UPDATE volunteer SET state = $1, changed_at = $2, version = version + 1 WHERE id = $3 AND state IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil {
		return fmt.Errorf("set state: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// TouchVolunteer raises a person's version and time of change, so that every roll reads the person anew.
func (tx *Tx) TouchVolunteer(id string) error {
	_, err := tx.exec(`UPDATE volunteer SET changed_at = $1, version = version + 1 WHERE id = $2`, tx.at, id)
	return err
}

// TouchVersion is TouchVolunteer where the version is still the given one (0: any); else Conflict "changed-meanwhile".
func (tx *Tx) TouchVersion(id string, version int64) error {
	n, err := tx.exec(`UPDATE volunteer SET changed_at = $1, version = version + 1 WHERE id = $2 AND state <> 'erased' AND state <> 'merged' AND (version = $3 OR $3 = 0)`, tx.at, id, version)
	if err != nil {
		return fmt.Errorf("touch volunteer: %w", err)
	}
	if n == 0 {
		return conflict("changed-meanwhile")
	}
	return nil
}

// Settle sets state and functions of a person who is still as v says; else Conflict "changed-meanwhile".
func (tx *Tx) Settle(v reserve.Volunteer, state reserve.VolunteerState, offers []reserve.Offer) error {
	n, err := tx.exec(`UPDATE volunteer SET state = $1, offers = $2, changed_at = $3, version = version + 1 WHERE id = $4 AND version = $5`,
		string(state), packOffers(offers), tx.at, v.ID, v.Version)
	if err != nil {
		return fmt.Errorf("settle volunteer: %w", err)
	}
	if n == 0 {
		return conflict("changed-meanwhile")
	}
	return nil
}

// ReopenAge makes a person pending again whatever was settled before, until the desk settles it anew; ErrNothing where that is so already.
func (tx *Tx) ReopenAge(id string) error {
	n, err := tx.exec(`UPDATE volunteer SET state = CASE WHEN state = 'active' THEN 'pending-age' ELSE state END, age_settled = 'doubt', changed_at = $1, version = version + 1
		WHERE id = $2 AND state IN ('active', 'pending-age', 'held') AND age_settled <> 'doubt'`, tx.at, id)
	if err != nil {
		return fmt.Errorf("reopen age: %w", err)
	}
	if n == 0 {
		return ErrNothing
	}
	return nil
}

// SetOffers replaces a person's functions and levels where the version is still the given one; else Conflict "changed-meanwhile".
func (tx *Tx) SetOffers(id string, version int64, offers []reserve.Offer) error {
	n, err := tx.exec(`UPDATE volunteer SET offers = $1, changed_at = $2, version = version + 1 WHERE id = $3 AND version = $4`, packOffers(offers), tx.at, id, version)
	if err != nil {
		return fmt.Errorf("set offers: %w", err)
	}
	if n == 0 {
		return conflict("changed-meanwhile")
	}
	return nil
}

func scanVolunteer(row scanner) (reserve.Volunteer, error) {
	var v reserve.Volunteer
	var offers string
	var merged sql.NullString
	err := row.Scan(&v.ID, &v.Drive, &v.Site, &v.State, &v.Channel, &v.Receipt, &offers, &v.Salt, &merged, &v.CreatedAt, &v.ChangedAt, &v.Version)
	if err != nil {
		return v, err
	}
	v.MergedInto = merged.String
	v.Offers, err = unpackOffers(offers)
	return v, err
}

// packOffers writes ",medical:0,logistics:2,".
func packOffers(list []reserve.Offer) string {
	parts := make([]string, len(list))
	for i, o := range list {
		parts[i] = o.Function + ":" + strconv.Itoa(o.Level)
	}
	return packList(parts)
}

func unpackOffers(s string) ([]reserve.Offer, error) {
	var out []reserve.Offer
	for _, part := range unpackList(s) {
		code, level, ok := strings.Cut(part, ":")
		n, err := strconv.Atoi(level)
		if !ok || err != nil {
			return nil, fmt.Errorf("offer unreadable")
		}
		out = append(out, reserve.Offer{Function: code, Level: n})
	}
	return out, nil
}
