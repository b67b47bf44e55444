package handle

import "fmt"

// A Task is the callee's side of a call into an instance: the scope of the
// borrows it was given. The zero Task has none.
//
// Spec: CanonicalABI, "Tasks", Task.
type Task struct {
	borrows int
}

// Return checks that the task may return: it has dropped every borrow.
//
// Errors: *Error.
//
// Spec: CanonicalABI, "Tasks", return_.
func (s *Task) Return() error {
	if s.borrows > 0 {
		return &Error{Reason: fmt.Sprintf("borrow handles still remain at the end of the call: %d", s.borrows)}
	}
	return nil
}

// A Subtask is the caller's side of a call out of an instance: the scope of
// the handles it lends. The zero Subtask lends none.
//
// Spec: CanonicalABI, "Subtask State", Subtask.
type Subtask struct {
	lenders []*ResourceHandle
}

func (s *Subtask) addLender(h *ResourceHandle) {
	h.lends++
	s.lenders = append(s.lenders, h)
}

// DeliverResolve ends the lends. The runtime calls it however the call ends,
// by a trap too, since the lender's table can outlive the callee. Further calls
// do nothing.
//
// Spec: CanonicalABI, "Subtask State", deliver_resolve.
func (s *Subtask) DeliverResolve() {
	for _, h := range s.lenders {
		h.lends--
	}
	s.lenders = nil
}
