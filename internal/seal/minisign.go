package seal

import (
	"bytes"
	"fmt"
	"io"

	"aead.dev/minisign"
)

// untrusted is the first line of our signatures. It is not signed, so it is
// fixed: a signature with another is refused.
const untrusted = "signature of a Muster registry"

// ListSigner signs lists and feeds so that the minisign program can check them.
// It comes from Secrets.ListSigner and ends with Wipe.
type ListSigner struct {
	use func(func(minisign.PrivateKey)) error
}

// sign gives the content of the .minisig file of body. trusted is signed with
// it, and tells a list from a feed.
func (s ListSigner) sign(body []byte, trusted string) ([]byte, error) {
	if s.use == nil {
		return nil, ErrWiped
	}
	var sig []byte
	r := minisign.NewReader(bytes.NewReader(body))
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, fmt.Errorf("hash what is to be signed: %w", err)
	}
	err := s.use(func(key minisign.PrivateKey) { sig = r.SignWithComments(key, trusted, untrusted) })
	return sig, err
}

// checkMinisig says whether sig is the one text that signs body.
func checkMinisig(pinned minisign.PublicKey, body, sig []byte, trusted string) bool {
	var s minisign.Signature
	if err := s.UnmarshalText(sig); err != nil {
		return false
	}
	if s.UntrustedComment != untrusted || s.TrustedComment != trusted || s.Algorithm != minisign.HashEdDSA {
		return false
	}
	again, err := s.MarshalText()
	return err == nil && bytes.Equal(again, sig) && minisign.Verify(pinned, body, sig)
}

// parsePinned reads a public key of minisign: the text of its file or the line
// that minisign -P takes. The error wraps ErrPinnedKey.
func parsePinned(text string) (minisign.PublicKey, error) {
	var key minisign.PublicKey
	if err := key.UnmarshalText([]byte(text)); err != nil {
		return key, fmt.Errorf("read the pinned key: %w", ErrPinnedKey)
	}
	return key, nil
}
