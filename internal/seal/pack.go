package seal

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// packed is one file of a ZIP.
type packed struct {
	name string
	data []byte
}

const (
	zipLocal   = 0x04034b50
	zipCentral = 0x02014b50
	zipEnd     = 0x06054b50
	// zipDay is 1 January 1980, the zero of ZIP: when a list was made is signed
	// in the manifest, and two packings of the same parts must be the same bytes.
	zipDay = 1<<5 | 1
)

// pack writes a ZIP by hand, stored and without extras (APPNOTE 6.3, sections
// 4.3.7, 4.3.12, 4.3.16). A library may write other bytes in its next version;
// here every byte must stay, because unpack refuses any other.
func pack(parts []packed) []byte {
	var out, directory []byte
	u16, u32 := binary.LittleEndian.AppendUint16, binary.LittleEndian.AppendUint32
	for _, p := range parts {
		// Version needed, flags, method, time, date, CRC, sizes, lengths of name and extra.
		fields := u16(nil, 10)
		fields = u16(u16(fields, 0), 0)
		fields = u16(u16(fields, 0), zipDay)
		fields = u32(fields, crc32.ChecksumIEEE(p.data))
		fields = u32(u32(fields, uint32(len(p.data))), uint32(len(p.data)))
		fields = u16(u16(fields, uint16(len(p.name))), 0)

		directory = append(u16(u32(directory, zipCentral), 10), fields...)
		// Comment, disk, internal and external attributes: none. Then the place.
		directory = append(directory, make([]byte, 2+2+2+4)...)
		directory = append(u32(directory, uint32(len(out))), p.name...)

		out = append(u32(out, zipLocal), fields...)
		out = append(append(out, p.name...), p.data...)
	}
	start := len(out)
	out = append(out, directory...)
	out = u16(u16(u32(out, zipEnd), 0), 0)
	out = u16(u16(out, uint16(len(parts))), uint16(len(parts)))
	out = u32(u32(out, uint32(len(directory))), uint32(start))
	return u16(out, 0)
}

// unpack reads a ZIP that pack wrote with these names in this order. It takes no
// other ZIP: what is not checked by a signature is checked byte by byte. The
// errors are ErrListCut and ErrListDamaged.
func unpack(file []byte, names ...string) ([][]byte, error) {
	const header = 30
	parts := make([]packed, 0, len(names))
	rest := file
	for _, name := range names {
		if len(rest) < header+len(name) {
			return nil, ErrListCut
		}
		size := binary.LittleEndian.Uint32(rest[18:])
		if binary.LittleEndian.Uint32(rest) != zipLocal || string(rest[header:header+len(name)]) != name {
			return nil, ErrListDamaged
		}
		rest = rest[header+len(name):]
		if uint64(size) > uint64(len(rest)) {
			return nil, ErrListCut
		}
		parts = append(parts, packed{name, rest[:size]})
		rest = rest[size:]
	}
	whole := pack(parts)
	switch {
	case bytes.Equal(whole, file):
	case bytes.HasPrefix(whole, file):
		return nil, ErrListCut
	default:
		return nil, ErrListDamaged
	}
	data := make([][]byte, len(parts))
	for i, p := range parts {
		data[i] = p.data
	}
	return data, nil
}
