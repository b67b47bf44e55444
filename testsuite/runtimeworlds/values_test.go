package runtimeworlds

import (
	"testing"

	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/values"
)

// The behaviours of the world values.
var valueBehaviours = []struct {
	name string
	// run is what the guests call it.
	run string
	// mirrors are the folders of the other generator's tests.
	mirrors string
	drive   func(c *check, v values.Imports)
}{
	{"numbers", "plain_numbers", "numbers", driveNumbers},
	{"u32 from 2^31", "high_bit", "numbers", driveHighBit},
	{"64 bits, below 2^53", "below_53", "numbers", driveWide},
	{"64 bits, negative", "negative", "numbers", driveNegative},
	{"64 bits, all", "widest", "numbers", driveWidest},
	{"64 bits, in lists", "wide_lists", "lists", driveWideLists},
	{"strings", "plain_strings", "strings, strings-alias", driveStrings},
	{"lists", "plain_lists", "lists, lists-alias", driveLists},
	{"lists, least and most", "list_limits", "lists", driveListLimits},
	{"records", "plain_records", "records, rust/alternative-bitflags", driveRecords},
	{"the last flag", "last_flags", "", driveLastFlags},
	{"variants", "plain_variants", "variants, cpp/variant-with-data", driveVariants},
	{"variants, joined types", "joined_variants", "variants", driveJoined},
	{"options", "plain_options", "options", driveOptions},
	{"results", "results", "results", driveResults},
	{"flavorful", "flavorful", "flavorful", driveFlavorful},
	{"nested", "plain_nested", "list-in-variant", driveNested},
	{"16 arguments", "sixteen", "many-arguments", driveSixteen},
	{"17 arguments", "seventeen", "", driveSeventeen},
	{"common types", "common_types", "common-types, cpp/cpp-with", driveCommon},
	{"same names", "same_names", "symbol-conflicts", driveSameNames},
	{"shadowed names", "shadowed", "rust/result-no-clobber, unused-types", driveShadows},
	{"gated features", "features", "gated-features", driveGated},
}

// hostValues is what the host provides, which counts its calls.
func hostValues() (values.Imports, *counter) {
	c := &counter{}
	return values.Imports{
		Numbers: &hostNumbers{counter: c}, Wide: &hostWide{c}, Strings: &hostStrings{c}, Lists: &hostLists{c},
		Records: &hostRecords{c}, Variants: &hostVariants{c}, Options: &hostOptions{c}, Results: &hostResults{c},
		Flavorful: &hostFlavorful{counter: c}, Nested: &hostNested{c}, Arguments: &hostArguments{c}, Common: &hostCommon{c},
		First: &hostFirst{c}, Second: &hostSecond{c}, Shadows: &hostShadows{c}, Gated: &hostGated{c},
	}, c
}

// exported is what a guest provides, as what a host may.
func exported(v *values.Values) values.Imports {
	return values.Imports{
		Numbers: &v.Numbers, Wide: &v.Wide, Strings: &v.Strings, Lists: &v.Lists,
		Records: &v.Records, Variants: &v.Variants, Options: &v.Options, Results: &v.Results,
		Flavorful: &v.Flavorful, Nested: &v.Nested, Arguments: &v.Arguments, Common: &v.Common,
		First: &v.First, Second: &v.Second, Shadows: &v.Shadows, Gated: &v.Gated,
	}
}

// What guests are driven with is what the host provides to them.
func TestHostIsAsDriven(t *testing.T) {
	for _, b := range valueBehaviours {
		host, _ := hostValues()
		c := &check{ctx: t.Context()}
		c.run(func() { b.drive(c, host) })
		if err := c.err(); err != nil {
			t.Errorf("%s: %v", b.name, err)
		}
	}
}
