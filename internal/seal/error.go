package seal

import (
	"errors"

	"muster/internal/reserve"
)

// ErrBox is wrapped when a sealed box does not open: other key, other place,
// other version, or changed bytes. It is internal, because no form causes it.
var ErrBox = errors.New("the sealed box does not open")

// Errors a person can meet.
var (
	// ErrWiped: the node was locked while the work was under way.
	ErrWiped = &reserve.Error{Kind: reserve.Locked, Code: "locked"}

	ErrWrongPassphrase = &reserve.Error{Kind: reserve.Forbidden, Code: "wrong-passphrase"}
	ErrShortPassphrase = &reserve.Error{Kind: reserve.Invalid, Code: "passphrase-short", Field: "passphrase"}
	ErrKeysFile        = &reserve.Error{Kind: reserve.Invalid, Code: "keys-file-bad"}     // not a keys file of this version
	ErrKeysTampered    = &reserve.Error{Kind: reserve.Invalid, Code: "keys-file-changed"} // its public half was exchanged
	ErrKeysWeak        = &reserve.Error{Kind: reserve.Invalid, Code: "keys-file-weak"}    // Argon2id outside the bounds
	ErrOrigin          = &reserve.Error{Kind: reserve.Invalid, Code: "origin-bad", Field: "origin"}

	ErrDoorFile = &reserve.Error{Kind: reserve.Invalid, Code: "door-file-bad"}
	ErrNodeKit  = &reserve.Error{Kind: reserve.Invalid, Code: "node-kit-bad"}
	ErrNodeKey  = &reserve.Error{Kind: reserve.Invalid, Code: "node-key-bad"}
	ErrReceipt  = &reserve.Error{Kind: reserve.Invalid, Code: "receipt-mistyped", Field: "receipt"}
	ErrBadge    = &reserve.Error{Kind: reserve.Invalid, Code: "badge-bad", Field: "badge"}      // not a badge of ours
	ErrCode     = &reserve.Error{Kind: reserve.Invalid, Code: "badge-mistyped", Field: "badge"} // the check character differs

	ErrRecipientKey  = &reserve.Error{Kind: reserve.Invalid, Code: "recipient-key-bad", Field: "key"}
	ErrRecipientFile = &reserve.Error{Kind: reserve.Invalid, Code: "identity-bad"} // the recipient's secret key cannot be read
	ErrPinnedKey     = &reserve.Error{Kind: reserve.Invalid, Code: "pinned-key-bad"}
	ErrListCount     = &reserve.Error{Kind: reserve.Conflict, Code: "list-count"}     // rows are not what the manifest says
	ErrListInput     = &reserve.Error{Kind: reserve.Invalid, Code: "list-incomplete"} // the manifest lacks something
	ErrListCut       = &reserve.Error{Kind: reserve.Invalid, Code: "list-cut"}        // the end of the file is missing
	ErrListDamaged   = &reserve.Error{Kind: reserve.Invalid, Code: "list-damaged"}    // bytes were changed
	ErrListForged    = &reserve.Error{Kind: reserve.Forbidden, Code: "list-forged"}   // not signed by the pinned key
	ErrListVersion   = &reserve.Error{Kind: reserve.Invalid, Code: "list-version"}    // a newer tool is needed
	ErrListRecipient = &reserve.Error{Kind: reserve.Forbidden, Code: "list-other-recipient"}
	ErrListReplayed  = &reserve.Error{Kind: reserve.Conflict, Code: "list-replayed"}
	ErrListExpired   = &reserve.Error{Kind: reserve.Closed, Code: "list-expired"}
	ErrListClock     = &reserve.Error{Kind: reserve.Invalid, Code: "list-clock"} // made in the future: this clock is wrong
	ErrOpening       = &reserve.Error{Kind: reserve.Forbidden, Code: "opening-forged"}

	ErrBundleCut    = &reserve.Error{Kind: reserve.Invalid, Code: "bundle-cut"}
	ErrBundleForged = &reserve.Error{Kind: reserve.Forbidden, Code: "bundle-forged"}
	ErrBundleBad    = &reserve.Error{Kind: reserve.Invalid, Code: "bundle-damaged"}
	ErrAck          = &reserve.Error{Kind: reserve.Forbidden, Code: "ack-forged"}
)
