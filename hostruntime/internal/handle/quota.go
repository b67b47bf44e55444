package handle

// A Quota bounds the entries that several tables hold together: one guest can
// have a thousand tables. The zero Quota allows none.
type Quota struct {
	// Limit can be changed at any time; what is beyond it already stays.
	Limit uint32
	// Memory, if not nil, is asked for the memory of an entry, in bytes, and
	// told of what is given back by a negative number.
	Memory func(bytes int64) bool

	used uint32
}

// entryBytes is what an entry takes, in the table and behind it.
const entryBytes = 128

// take counts one more entry; a nil Quota is without bound.
func (q *Quota) take() error {
	if q == nil {
		return nil
	}
	if q.used >= q.Limit {
		return &FullError{Limit: q.Limit}
	}
	if q.Memory != nil && !q.Memory(entryBytes) {
		return &FullError{Limit: q.Limit, Memory: true}
	}
	q.used++
	return nil
}

// Used returns how many entries there are.
func (q *Quota) Used() uint32 { return q.used }

func (q *Quota) giveBack(n int) {
	if q != nil {
		q.used -= uint32(n)
		if q.Memory != nil {
			q.Memory(-entryBytes * int64(n))
		}
	}
}
