package serve

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/seal"
)

// openStore opens the store, and says what was found wrong with it.
func openStore(path string, key *seal.Key, log *slog.Logger) (*store.Bolt, error) {
	kept, err := store.Open(path, key)
	if err != nil {
		return nil, err
	}
	if fault := kept.Repaired(); fault != nil {
		log.Error("the store was damaged, and was repaired from what could still be read; check the disk", "store", path, "what", fault)
	}
	if fault := kept.LogFault(); fault != nil {
		log.Error("the log is not as it was written; entra-app audit verify says what is wrong", "store", path, "what", fault)
	}
	return kept, nil
}

// configurationName is what the hashes of the configuration are kept and sealed under.
const configurationName = "the configuration"

// tellStart writes into the log that the bot was started, which version, and which keys of the
// configuration differ from those of the start before. No value is in it. The hashes of values are
// sealed, because a value that can be guessed is known by its hash.
func tellStart(ctx context.Context, s *store.Bolt, key *seal.Key, c config.Config, o Options) error {
	now := time.Now()
	if o.Now != nil {
		now = o.Now()
	}
	before, err := s.Kept(ctx, configurationName)
	if err != nil {
		return err
	}
	is, err := json.Marshal(c.Said)
	if err != nil {
		return err
	}
	told := []audit.Entry{{At: now, What: audit.WhatStart, From: "operator serve",
		Detail: fmt.Sprintf("%s was started. Its configuration is %x.", cmp.Or(o.Version, "entra-app"), sha256.Sum256(is))}}
	if before != nil {
		if what := sinceBefore(key, before, c.Said); what != "" {
			told = append(told, audit.Entry{At: now, What: audit.WhatConfiguration, From: "operator serve", Detail: what})
		}
	}
	return s.Keep(ctx, configurationName, key.SealHere(configurationName, seal.New(string(is))), told...)
}

// sinceBefore says how a configuration differs from what was sealed at the start before, or nothing.
func sinceBefore(key *seal.Key, before []byte, is map[string]string) string {
	was := map[string]string{}
	opened, err := key.Open(configurationName, before)
	if err == nil {
		err = json.Unmarshal([]byte(opened.Reveal()), &was)
	}
	changes := changed(was, is)
	switch {
	case err != nil:
		return "It can't be read what the configuration was at the start before, so it is not known what has changed. It was " +
			"sealed with another key, if that was replaced."
	case changes != "":
		return "The configuration is not that of the start before: " + changes + "."
	}
	return ""
}

// changed names the keys that differ.
func changed(was, is map[string]string) string {
	var parts []string
	for _, p := range []struct {
		how  string
		keys []string
	}{
		{"changed", slices.DeleteFunc(slices.Sorted(maps.Keys(is)), func(k string) bool { return was[k] == "" || was[k] == is[k] })},
		{"added", slices.DeleteFunc(slices.Sorted(maps.Keys(is)), func(k string) bool { return was[k] != "" })},
		{"removed", slices.DeleteFunc(slices.Sorted(maps.Keys(was)), func(k string) bool { return is[k] != "" })},
	} {
		if len(p.keys) > 0 {
			parts = append(parts, p.how+" "+strings.Join(p.keys, ", "))
		}
	}
	return strings.Join(parts, "; ")
}
