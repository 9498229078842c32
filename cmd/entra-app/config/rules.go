package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/policy"
)

// What an operator says about who may do what: the keys of package policy.

// rules are the operator's, made where the first thing is said.
func (c *Config) rules() *policy.Rules {
	if c.Policy.Rules == nil {
		c.Policy.Rules = &policy.Rules{}
	}
	return c.Policy.Rules
}

// set puts what is said of a tier into a table, which is made where it is missing.
func set[T int | time.Duration](in *policy.ByTier[T], tier catalog.Risk, v T) {
	if *in == nil {
		*in = policy.ByTier[T]{}
	}
	(*in)[tier] = v
}

var ruleKeys = []Key{
	{Name: "policy.approvals", Kind: approvalCount, Shape: ByTier,
		Doc: "How many approvers have to agree, by the tier of risk of the app's permissions and roles as a whole, such as `{critical: " +
			"2}`. What is said of a tier holds for those above it. The last of them signs in. One where nothing is said; a pack or a " +
			"rule may ask for more. Two are recommended for `critical`.",
		Hint: "write a number for each tier, such as {critical: 2}",
		set:  func(c *Config, v value) { set(&c.rules().Approvals, v.tier, v.n) }},
}

// approvalsMost is more than any channel of approvers has.
const approvalsMost = 20

func parseCount(most int) func(string) (value, *fault) {
	return func(s string) (value, *fault) {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > most {
			return value{}, bad("is %s, and has to be a number from 1 to %d", quote(s), most)
		}
		return value{n: n}, nil
	}
}

var approvalCount = &Kind{Name: "number", parse: parseCount(approvalsMost)}

// tiers are the names of the tiers of risk, the lowest first.
var tiers = []string{string(catalog.Low), string(catalog.Medium), string(catalog.High), string(catalog.Critical)}

// Warnings are what is allowed and not recommended, each a sentence for the log of a start.
func (c *Config) Warnings() []string {
	var all []string
	if c.Policy.Rules.Needs("", "", catalog.Critical) < workflow.CriticalApprovals {
		all = append(all, "one approval is enough for an app that can take control of a tenant; two are recommended: set "+
			"policy.approvals to {critical: 2}")
	}
	return all
}

// names lists some for a hint.
func names(all []string) string { return strings.Join(all, ", ") }
