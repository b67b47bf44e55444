// Package journal is the form of a journal: what one instance was told by its
// host, record by record.
//
// A journal is a stream of bytes. It begins with the line Magic. Then come
// records, each of them
//
//	kind     1 byte
//	length   of the body, unsigned LEB128
//	body
//	sum      4 bytes, CRC-32C in little-endian order, of the kind, length and
//	         body, continued from the sum of the record before
//
// so that a record that was changed, left out or moved is noticed. A second
// journal may follow the first one's last record; it starts with Magic again,
// and its sums with 0.
//
// In bodies, numbers are unsigned LEB128, signed ones in zigzag form; text and
// bytes have their length before them. Values are in canonical form: as they
// are once lifted, by the type of the function, without names or tags. What
// type that is, a Func record says before a function's first use, so that a
// journal can be read without its component. Handles are numbers: a resource of
// the guest's is its representation there, one of the host's the index in the
// table of the component instance.
//
// Whoever reads a journal may have been given a hostile one: every length is
// held against what is left of the record before anything is allocated, and the
// record's own against what the stream has.
package journal

// Magic is how a journal begins. The number is the version of the form: within
// one version, kinds of record may be added, for features that older readers
// don't have; no other change is made.
const Magic = "capsule journal 1\n"

// A Kind says what a record tells.
type Kind byte

// The kinds of record, in the order in which they appear.
const (
	// KindHeader is the first record of every journal.
	KindHeader Kind = 'H'
	// KindFunc gives a function, value or resource type a name and type.
	KindFunc Kind = 'F'
	// KindCall is the beginning of a call from the host, its arguments lowered.
	KindCall Kind = 'C'
	// KindImport is the call of an imported function, from beginning to end.
	KindImport Kind = 'I'
	// KindDrop is the drop of an own handle of a host's resource.
	KindDrop Kind = 'D'
	// KindValue is an imported value.
	KindValue Kind = 'V'
	// KindRefusal is a growth of linear memory that was refused.
	KindRefusal Kind = 'M'
	// KindReturn is a call's result, before post-return.
	KindReturn Kind = 'R'
	// KindEnd is the end of a call.
	KindEnd Kind = 'E'
	// KindClose is the last record.
	KindClose Kind = 'Z'
)

var kindNames = map[Kind]string{
	KindHeader: "the header", KindFunc: "a definition", KindCall: "a call", KindImport: "the call of an import",
	KindDrop: "the drop of a resource", KindValue: "an imported value", KindRefusal: "a refusal of memory",
	KindReturn: "a result", KindEnd: "the end of the call", KindClose: "the end of the journal",
}

// String says in words what a record of the kind is.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return "a record of unknown kind"
}
