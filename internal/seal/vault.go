package seal

import (
	"sync"

	"muster/internal/reserve"
)

// Vault is what a running node holds in memory. Locked, it has the door key and a memory key of this process; unlocked,
// it also has the secrets. It is safe for concurrent use.
type Vault struct {
	door   *Door
	memory *MemoryKey

	mu      sync.RWMutex
	secrets *Secrets
}

// NewVault starts locked.
func NewVault(door *Door) *Vault { return &Vault{door: door, memory: NewMemoryKey()} }

// Door is the key by which references and tokens are named; it opens nothing.
func (v *Vault) Door() *Door { return v.door }

// Memory is the key of what may be known only as long as this process lives.
func (v *Vault) Memory() *MemoryKey { return v.memory }

// Unlocked reports whether people can be read now.
func (v *Vault) Unlocked() bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.secrets != nil
}

// Secrets gives the secrets of an unlocked node; on a locked one it is a Locked error with code "locked".
func (v *Vault) Secrets() (*Secrets, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.secrets == nil {
		return nil, &reserve.Error{Kind: reserve.Locked, Code: "locked"}
	}
	return v.secrets, nil
}

// Unlock takes the secrets in.
func (v *Vault) Unlock(s *Secrets) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.secrets = s
}

// Lock wipes the secrets. Whoever took them a moment ago may end what it is doing.
func (v *Vault) Lock() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.secrets != nil {
		v.secrets.Wipe()
	}
	v.secrets = nil
}
