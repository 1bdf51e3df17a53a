package store

import (
	"encoding/binary"
	"time"
)

// HourCount is how many registrations came to a site in one hour.
type HourCount struct {
	Site  string
	Hour  int // since the instant asked for
	Count int64
}

// RegistrationsSince counts a drive's registrations by site and hour since an instant. It reads from the end of the table
// of registrations, whose ids are in order of time, so that it costs what the day brought and not what the years did.
func (r *Read) RegistrationsSince(drive string, since int64) ([]HourCount, error) {
	const hour = int64(time.Hour / time.Microsecond)
	return all(r.conn, func(row scanner) (HourCount, error) {
		var c HourCount
		err := row.Scan(&c.Site, &c.Hour, &c.Count)
		return c, err
	}, `SELECT site, (received_at - $1) / $2, COUNT(*) FROM registration
		WHERE id >= $3 AND drive = $4 AND received_at >= $1 AND kind = 'application'
		GROUP BY site, (received_at - $1) / $2 ORDER BY 1, 2`, since, hour, firstID(since), drive)
}

// firstID is the smallest inner id of an instant, less an hour for nodes whose clocks differ.
func firstID(µs int64) string {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(max(0, Time(µs).Add(-time.Hour).UnixMilli()))<<16)
	return base32(id)
}
