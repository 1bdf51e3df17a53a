package seal

import (
	"bufio"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
)

// A bundle is what a field node carries to the hub on a stick, written as a stream:
//
//	"MUSTERB1", length of the head (4 bytes), head (JSON),
//	chunks: length (4 bytes, 1 to 65536), SHA-256 of the data, data,
//	end: length 0, then the length of all data (8 bytes),
//	Ed25519 signature over bundleContext and SHA-256 of all the above.
//
// Numbers are big-endian. Nothing may follow the signature.
const (
	bundleMagic   = "MUSTERB1"
	bundleContext = "muster bundle v1\n"
	bundleChunk   = 64 << 10
	bundleHeadMax = 4 << 10
)

// BundleHead says who sends what. The hub takes a bundle twice without harm, so
// the sequence number is for people and for gaps.
type BundleHead struct {
	Origin   string    `json:"origin"`
	Node     string    `json:"node"`
	Sequence int64     `json:"sequence"`
	Created  time.Time `json:"created"`
}

// Bundle is a bundle that was verified to its last byte.
type Bundle struct {
	Head   BundleHead
	Digest [sha256.Size]byte // names it in the acknowledgement
	// Payload gives what was verified, read again from the file. It fails with
	// ErrBundleBad if the file has changed since.
	Payload io.Reader
}

// SignBundle writes a bundle and returns its digest.
func SignBundle(w io.Writer, key NodeKey, head BundleHead, payload io.Reader) (digest [sha256.Size]byte, err error) {
	sum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(w, sum), bundleChunk)
	head.Created = head.Created.UTC()
	text, err := json.Marshal(head)
	if err != nil || len(text) > bundleHeadMax {
		return digest, fmt.Errorf("write the head of a bundle of %d bytes: %w", len(text), errors.Join(err, ErrBundleBad))
	}
	frame := append([]byte(bundleMagic), binary.BigEndian.AppendUint32(nil, uint32(len(text)))...)
	out.Write(append(frame, text...)) // a bufio.Writer keeps its first error for Flush
	chunk := make([]byte, bundleChunk)
	total := uint64(0)
	for more := true; more; {
		n, err := io.ReadFull(payload, chunk)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			more = false
		case err != nil:
			return digest, fmt.Errorf("read what goes into a bundle: %w", err)
		}
		if n == 0 {
			continue
		}
		part := sha256.Sum256(chunk[:n])
		out.Write(binary.BigEndian.AppendUint32(nil, uint32(n)))
		out.Write(part[:])
		out.Write(chunk[:n])
		total += uint64(n)
	}
	out.Write(binary.BigEndian.AppendUint64(make([]byte, 4), total))
	if err := out.Flush(); err != nil {
		return digest, fmt.Errorf("write a bundle: %w", err)
	}
	digest = [sha256.Size]byte(sum.Sum(nil))
	if _, err := w.Write(ed25519.Sign(key.key, bundleMessage(digest))); err != nil {
		return digest, fmt.Errorf("write a bundle: %w", err)
	}
	return digest, nil
}

func bundleMessage(digest [sha256.Size]byte) []byte {
	return append([]byte(bundleContext), digest[:]...)
}

// OpenBundle reads file once to its end and releases nothing before the
// signature has held. keyOf gives the key of a node, or an error that is passed
// on. The errors are ErrBundleCut, ErrBundleBad and ErrBundleForged.
func OpenBundle(file io.ReadSeeker, keyOf func(node string) (NodePublic, error)) (*Bundle, error) {
	start, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, fmt.Errorf("open a bundle: %w", err)
	}
	sum := sha256.New()
	raw := bufio.NewReaderSize(file, bundleChunk)
	in := &summed{raw, sum}
	text, err := readBundleHead(in)
	if err != nil {
		return nil, err
	}
	parts, err := readChunks(in)
	if err != nil {
		return nil, err
	}
	b := &Bundle{Digest: [sha256.Size]byte(sum.Sum(nil))}
	sig := make([]byte, ed25519.SignatureSize)
	if _, err := io.ReadFull(raw, sig); err != nil {
		return nil, cut(err)
	}
	if err := strictJSON(text, &b.Head); err != nil {
		return nil, fmt.Errorf("read the head of a bundle: %w", ErrBundleBad)
	}
	key, err := keyOf(b.Head.Node)
	if err != nil {
		return nil, fmt.Errorf("find the key of the sender of a bundle: %w", err)
	}
	if len(key.key) != ed25519.PublicKeySize || !ed25519.Verify(key.key, bundleMessage(b.Digest), sig) {
		return nil, ErrBundleForged
	}
	if _, err := raw.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("bytes after the bundle: %w", ErrBundleBad)
	}
	first := start + int64(len(bundleMagic)+4+len(text))
	if _, err := file.Seek(first, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read a bundle again: %w", err)
	}
	b.Payload = &chunkReader{in: bufio.NewReaderSize(file, bundleChunk), parts: parts}
	return b, nil
}

func readBundleHead(in io.Reader) ([]byte, error) {
	frame := make([]byte, len(bundleMagic)+4)
	if _, err := io.ReadFull(in, frame); err != nil {
		return nil, cut(err)
	}
	size := binary.BigEndian.Uint32(frame[len(bundleMagic):])
	if string(frame[:len(bundleMagic)]) != bundleMagic || size > bundleHeadMax {
		return nil, fmt.Errorf("not a bundle of this version: %w", ErrBundleBad)
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(in, text); err != nil {
		return nil, cut(err)
	}
	return text, nil
}

// part is one verified chunk: 36 bytes kept for each 64 KB.
type part struct {
	size uint32
	sum  [sha256.Size]byte
}

func readChunks(in io.Reader) ([]part, error) {
	var parts []part
	var size [4]byte
	buf := make([]byte, bundleChunk)
	total := uint64(0)
	for {
		if _, err := io.ReadFull(in, size[:]); err != nil {
			return nil, cut(err)
		}
		p := part{size: binary.BigEndian.Uint32(size[:])}
		if p.size == 0 {
			break
		}
		if p.size > bundleChunk {
			return nil, fmt.Errorf("a chunk of %d bytes: %w", p.size, ErrBundleBad)
		}
		if _, err := io.ReadFull(in, p.sum[:]); err != nil {
			return nil, cut(err)
		}
		if _, err := io.ReadFull(in, buf[:p.size]); err != nil {
			return nil, cut(err)
		}
		if sha256.Sum256(buf[:p.size]) != p.sum {
			return nil, fmt.Errorf("chunk %d of a bundle: %w", len(parts), ErrBundleBad)
		}
		parts = append(parts, p)
		total += uint64(p.size)
	}
	var said [8]byte
	if _, err := io.ReadFull(in, said[:]); err != nil {
		return nil, cut(err)
	}
	if binary.BigEndian.Uint64(said[:]) != total {
		return nil, fmt.Errorf("%d bytes in a bundle that says otherwise: %w", total, ErrBundleBad)
	}
	return parts, nil
}

func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrBundleCut
	}
	return fmt.Errorf("read a bundle: %w", err)
}

// summed reads and hashes what it read.
type summed struct {
	in  io.Reader
	sum hash.Hash
}

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	s.sum.Write(p[:n])
	return n, err
}

// chunkReader reads the chunks again and compares each with what was verified:
// the stick may have been exchanged in between.
type chunkReader struct {
	in    io.Reader
	parts []part
	left  []byte
}

func (c *chunkReader) Read(p []byte) (int, error) {
	if len(c.left) == 0 {
		if len(c.parts) == 0 {
			return 0, io.EOF
		}
		want := c.parts[0]
		frame := make([]byte, 4+sha256.Size+int(want.size))
		if _, err := io.ReadFull(c.in, frame); err != nil {
			return 0, cut(err)
		}
		data := frame[4+sha256.Size:]
		if binary.BigEndian.Uint32(frame) != want.size || sha256.Sum256(data) != want.sum {
			return 0, fmt.Errorf("a bundle changed while it was read: %w", ErrBundleBad)
		}
		c.parts, c.left = c.parts[1:], data
	}
	n := copy(p, c.left)
	c.left = c.left[n:]
	return n, nil
}
