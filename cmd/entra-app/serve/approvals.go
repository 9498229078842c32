package serve

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/policy"
	"github.com/entra-app/entra-app/workflow/text"
)

// checkPolicy says what of the policy can't be, as an error, and logs what is not recommended.
func checkPolicy(c config.Config, products []pack.Product, log *slog.Logger) error {
	names := make([]string, len(products))
	for i, p := range products {
		names[i] = p.Name
	}
	if err := c.CheckPacks(names); err != nil {
		return err
	}
	some, lackPacks := enoughApprovers(products, c.Tenants)
	others, lackTiers := enoughForTiers(c.Policy.Rules, products, c.Tenants)
	if err := errors.Join(lackPacks, lackTiers); err != nil {
		return err
	}
	for _, why := range slices.Concat(some, others, c.Warnings()) {
		log.Warn(why)
	}
	return nil
}

// enoughApprovers names every pack that takes more approvals than a tenant has approvers.
// It is an error where that is so in every tenant; in some of them nobody can ask for it there.
func enoughApprovers(products []pack.Product, tenants []config.Tenant) (some []string, err error) {
	var errs []error
	for _, p := range products {
		lack, no := lacking(tenants, "list more approvers, or lower `approvals` in the pack", func(t config.Tenant) string {
			if p.Approvals <= len(t.Approvers) {
				return ""
			}
			return fmt.Sprintf("the pack %s asks for %s", p.Name, text.Count(p.Approvals, "approval"))
		})
		some, errs = append(some, lack...), append(errs, no)
	}
	return some, errors.Join(errs...)
}

// enoughForTiers does the same for the tiers of risk.
func enoughForTiers(rules *policy.Rules, products []pack.Product, tenants []config.Tenant) (some []string, err error) {
	return lacking(tenants, "list more approvers, or lower `approvals` in the policy", func(t config.Tenant) string {
		return tooMany(rules, products, t)
	})
}

// lacking names the tenants that have too few approvers for what is asked for there, as the beginning of a sentence; as an
// error where that are all of them.
func lacking(tenants []config.Tenant, hint string, asked func(config.Tenant) string) (some []string, err error) {
	for _, t := range tenants {
		if what := asked(t); what != "" {
			some = append(some, fmt.Sprintf("%s, and the tenant %s has %s", what, t.Name, text.Count(len(t.Approvers), "approver")))
		}
	}
	if len(some) < len(tenants) {
		return some, nil
	}
	for _, why := range some {
		err = errors.Join(err, errors.New(why+", so nobody could ever get it\nhint: "+hint))
	}
	return nil, err
}

// tooMany names the lowest tier for which the policy takes more approvals than a tenant has approvers, or nothing.
func tooMany(rules *policy.Rules, products []pack.Product, t config.Tenant) string {
	for _, tier := range []catalog.Risk{catalog.Low, catalog.Medium, catalog.High, catalog.Critical} {
		for _, p := range products {
			if n := rules.Needs(t.Name, p.Name, tier); n > len(t.Approvers) {
				return fmt.Sprintf("the policy asks for %s of an app of %s risk", text.Count(n, "approval"), tier)
			}
		}
	}
	return ""
}
