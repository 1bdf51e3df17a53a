package gauge

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// FsyncRate is how many 4 KiB appends with fsync a second the disk under dir takes, one after another: the physical limit of single commits.
func FsyncRate(dir string, span time.Duration) (perSecond float64, err error) {
	path := filepath.Join(dir, "fsync-probe")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(path)) }()
	page := make([]byte, 4096)
	start, n := time.Now(), 0
	for time.Since(start) < span {
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		n++
	}
	return float64(n) / time.Since(start).Seconds(), nil
}
