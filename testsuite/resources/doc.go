// Package resources tests resources in both directions through generated Go:
// those that the guest provides, and those that the host does.
package resources
