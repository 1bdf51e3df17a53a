package seal

import (
	"crypto/cipher"
	"encoding/json"
	"fmt"
	"sync"

	"aead.dev/minisign"
	"golang.org/x/mod/sumdb/note"
)

// Secrets is what an unlocked node can do. It is safe for concurrent use; after
// Wipe every method returns ErrWiped. The keys do not leave it.
type Secrets struct {
	mu     sync.RWMutex
	wiped  bool
	intake IntakePrivate
	audit  note.Signer
	list   minisign.PrivateKey
	house  cipher.AEAD
	ring   cipher.AEAD
	index  [keySize]byte
	badge  [keySize]byte
}

// vault is the sealed half of a keys file.
type vault struct {
	Intake   []byte `json:"intake"`
	Audit    string `json:"audit"`
	Handover string `json:"handover"`
	Index    []byte `json:"index"`
	House    []byte `json:"house"`
	Ring     []byte `json:"ring"`
	Badge    []byte `json:"badge"`
}

func openVault(plain []byte) (*Secrets, error) {
	var v vault
	if err := json.Unmarshal(plain, &v); err != nil {
		return nil, fmt.Errorf("read the sealed half: %w", ErrKeysFile)
	}
	for _, key := range [][]byte{v.Index, v.House, v.Ring, v.Badge} {
		if len(key) != keySize {
			return nil, fmt.Errorf("a key of %d bytes: %w", len(key), ErrKeysFile)
		}
		defer clear(key)
	}
	defer clear(v.Intake)
	s := &Secrets{
		index: [keySize]byte(v.Index), badge: [keySize]byte(v.Badge),
		house: newAEAD([keySize]byte(v.House)), ring: newAEAD([keySize]byte(v.Ring)),
	}
	var err error
	if s.intake, err = parseIntakePrivate(v.Intake); err != nil {
		return nil, err
	}
	if s.audit, err = note.NewSigner(v.Audit); err != nil {
		return nil, fmt.Errorf("read the key of the log: %w", ErrKeysFile)
	}
	if err = s.list.UnmarshalText([]byte(v.Handover)); err != nil {
		return nil, fmt.Errorf("read the key of lists: %w", ErrKeysFile)
	}
	return s, nil
}

// String masks the keys.
func (*Secrets) String() string { return "[secrets]" }

// Wipe forgets the keys: the panic lock. Work under way ends first, what comes
// later meets ErrWiped. Go may have copied a key while it moved memory, so a
// node that is to be safe against a dump of its memory must also be stopped.
func (s *Secrets) Wipe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wiped = true
	clear(s.index[:])
	clear(s.badge[:])
	s.intake, s.audit, s.list = IntakePrivate{}, nil, minisign.PrivateKey{}
	s.house, s.ring = nil, nil
}

// with runs use while the keys are there.
func (s *Secrets) with(use func() error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.wiped {
		return ErrWiped
	}
	return use()
}

// OpenEpoch opens the key of an intake epoch. The error wraps ErrBox or is ErrWiped.
func (s *Secrets) OpenEpoch(sealedKey []byte) (e *Epoch, err error) {
	err = s.with(func() error {
		e, err = OpenEpoch(s.intake, sealedKey)
		return err
	})
	return e, err
}

// PhoneIndex hides a number (in E.164 form) behind 16 bytes that only an unlocked
// node can compute: the space of numbers is small enough to try out.
func (s *Secrets) PhoneIndex(e164 string) (index []byte, err error) {
	err = s.with(func() error {
		sum := mac(s.index[:], []byte("muster phone v1 "+e164))
		index = sum[:16]
		return nil
	})
	return index, err
}

// SealHouse seals what the house itself must read again when unlocked: texts of
// a call-up, queued messages. Padded to a multiple of RecordSize.
func (s *Secrets) SealHouse(ad AD, plain []byte) (box []byte, err error) {
	err = s.with(func() error {
		box = sealRecord(s.house, forHouse, ad, plain)
		return nil
	})
	return box, err
}

// OpenHouse opens what SealHouse sealed for the same place. The error wraps
// ErrBox or is ErrWiped.
func (s *Secrets) OpenHouse(ad AD, box []byte) (plain []byte, err error) {
	err = s.with(func() error {
		plain, err = openRecord(s.house, forHouse, ad, box)
		return err
	})
	return plain, err
}

// WrapRing wraps a ring key so that it can be kept: 61 bytes.
func (s *Secrets) WrapRing(r *RingKey) (wrapped []byte, err error) {
	err = s.with(func() error {
		wrapped = sealBox(s.ring, forRing, AD{Table: "ring", ID: r.id}, r.key[:])
		return nil
	})
	return wrapped, err
}

// UnwrapRing gives back the ring key of that id. The error wraps ErrBox or is ErrWiped.
func (s *Secrets) UnwrapRing(id string, wrapped []byte) (r *RingKey, err error) {
	err = s.with(func() error {
		plain, err := openBox(s.ring, forRing, AD{Table: "ring", ID: id}, wrapped)
		if err != nil {
			return fmt.Errorf("unwrap the ring key %s: %w", id, err)
		}
		defer clear(plain)
		if len(plain) != keySize {
			return fmt.Errorf("the ring key %s has %d bytes: %w", id, len(plain), ErrBox)
		}
		r = ringKey(id, [keySize]byte(plain))
		return nil
	})
	return r, err
}

// Badge makes the badge of an id.
func (s *Secrets) Badge(id BadgeID) (b Badge, err error) {
	err = s.with(func() error {
		b = Badge{Text: badgeText(s.badge, id), Code: id.Code()}
		return nil
	})
	return b, err
}

// CheckBadge gives the id of a badge that we made. The error is ErrBadge or ErrWiped.
func (s *Secrets) CheckBadge(text string) (id BadgeID, err error) {
	err = s.with(func() error {
		id, err = checkBadge(s.badge, text)
		return err
	})
	return id, err
}

// AuditSigner signs checkpoints of the log, until Wipe.
func (s *Secrets) AuditSigner() (note.Signer, error) {
	var signer *auditSigner
	err := s.with(func() error {
		signer = &auditSigner{secrets: s, name: s.audit.Name(), hash: s.audit.KeyHash()}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return signer, nil
}

type auditSigner struct {
	secrets *Secrets
	name    string
	hash    uint32
}

func (a *auditSigner) Name() string    { return a.name }
func (a *auditSigner) KeyHash() uint32 { return a.hash }

func (a *auditSigner) Sign(msg []byte) (sig []byte, err error) {
	err = a.secrets.with(func() error {
		sig, err = a.secrets.audit.Sign(msg)
		return err
	})
	return sig, err
}

// ListSigner signs lists and feeds for recipients, until Wipe.
func (s *Secrets) ListSigner() ListSigner {
	return ListSigner{use: func(use func(minisign.PrivateKey)) error {
		return s.with(func() error {
			use(s.list)
			return nil
		})
	}}
}
