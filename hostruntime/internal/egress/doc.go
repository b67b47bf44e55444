// Package egress decides what one instance may reach over the network, and
// counts what it does there.
//
// A Gate holds an instance's grants and limits. Everything that sends or
// receives for a guest asks it first: HTTP through Request and Dial, sockets
// through Lookup, Permit, Connect, Bind and Accept. Two kinds of refusal
// differ by type. A *DeniedError is the guest's own, ordinary failure: the
// policy doesn't allow it, and the gate's records say so. A *LimitError ends
// the instance: it sticks, Failed returns it from then on, and whoever waits
// is woken.
//
// Names are checked before they are looked up, and addresses after, against
// the address that is dialled: a name that is granted leads nowhere that
// isn't public unless its grant says Private.
package egress
