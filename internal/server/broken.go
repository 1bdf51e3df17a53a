//go:build !broken

package server

import "muster/internal/store"

// broken is what a right build breaks: nothing.
func broken() store.Broken { return store.Broken{} }
