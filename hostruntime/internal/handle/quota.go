package handle

// A Quota bounds the entries that several tables hold together: one guest can
// have a thousand tables. The zero Quota allows none.
type Quota struct {
	// Limit can be changed at any time; what is beyond it already stays.
	Limit uint32

	used uint32
}

// take counts one more entry; a nil Quota is without bound.
func (q *Quota) take() error {
	if q == nil {
		return nil
	}
	if q.used >= q.Limit {
		return &FullError{Limit: q.Limit}
	}
	q.used++
	return nil
}

func (q *Quota) giveBack(n int) {
	if q != nil {
		q.used -= uint32(n)
	}
}
