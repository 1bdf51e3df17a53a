//go:build broken

package server

import (
	"os"

	"muster/internal/store"
)

// broken makes builds that are wrong on purpose, for the harnesses that must catch them: `go build -tags broken`. No
// release is built with the tag.
func broken() store.Broken {
	return store.Broken{
		AckBeforeCommit: os.Getenv("MUSTER_BROKEN") == "ack-before-commit",
		NoLimit:         os.Getenv("MUSTER_BROKEN") == "no-limit",
	}
}
