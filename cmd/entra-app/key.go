package main

import (
	"context"
	"fmt"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/cmd/entra-app/serve"
)

// keyCommand rotates the key that secrets are sealed with. It needs no more of the configuration
// than where the store and the key are.
func keyCommand(ctx context.Context, p process) int {
	const usage = "usage: entra-app key rotate --config entra-app.yaml"
	if len(p.args) == 0 || p.args[0] != "rotate" {
		fmt.Fprintln(p.stderr, usage)
		return exitUsage
	}
	o := flagsOf("key rotate", p.stderr)
	if code, on := o.parse(p.args[1:]); !on {
		return code
	}
	c, err := config.Load(*o.config, p.env)
	if err != nil {
		fmt.Fprintln(p.stderr, err)
		return exitUsage
	}
	if err := serve.RotateKey(ctx, c); err != nil {
		fmt.Fprintln(p.stderr, "entra-app:", err)
		return exitUsage
	}
	fmt.Fprintf(p.stdout, "%s has a new key, and %s goes with it. The old key opens nothing of it any more: back up the new one, and "+
		"destroy copies of the old.\n", c.KeyFile, c.Store)
	return exitOK
}
