package hostruntime

// taskState is what the tasks of one component instance keep outside of its
// memory.
type taskState struct {
	// context is what context.get and context.set address: the running
	// task's. A call into the instance puts its own in place of it.
	context [contextSlots]uint32
	// backpressure counts the reasons not to start asynchronous tasks.
	backpressure int
}

// contextSlots is how many values a task keeps.
//
// Spec: CanonicalABI, "canon context.get".
const contextSlots = 2

// maxBackpressure is where the counter overflows.
//
// Spec: CanonicalABI, "canon backpressure.{inc,dec}".
const maxBackpressure = 1 << 16

// addBackpressure counts up or down by one.
func (s *taskState) addBackpressure(n int) error {
	s.backpressure += n
	if s.backpressure < 0 || s.backpressure == maxBackpressure {
		return trapf("backpressure counter overflow")
	}
	return nil
}

func needsAsync(what string) error {
	return trapf("%s needs async, which is not supported yet", what)
}
