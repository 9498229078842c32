package entratest_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

const (
	appA = "aaaaaaaa-0000-4000-8000-000000000001"
	appB = "bbbbbbbb-0000-4000-8000-000000000002"
	appC = "cccccccc-0000-4000-8000-000000000003"
)

// Source: services.md, section 8.
func TestExchangeListsAppsForEWSInOneValueThatActsADayLater(t *testing.T) {
	w := newWorld(t)
	yes := true
	until := func(at time.Time) { w.clock.move(at.Sub(w.clock.Now())) }
	until(time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC))
	if !w.t.MayUseEWS(appA) {
		t.Error("EWS is blocked before its day")
	}
	until(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
	if w.t.MayUseEWS(appA) {
		t.Error("EWS is open to an app that is not listed")
	}
	if w.t.SetEwsAllowedAppIDs("backup") {
		t.Error("a name was taken for an App ID")
	}
	w.t.SetEwsAllowedAppIDs(appA)
	w.t.SetEwsEnabled(&yes)
	if w.t.MayUseEWS(appA) || w.t.OrganizationConfig().EwsAllowedAppIDs != appA {
		t.Error("the list acts at once, or does not read back")
	}
	w.clock.move(24 * time.Hour)
	if !w.t.MayUseEWS(strings.ToUpper(appA)) || w.t.MayUseEWS(appB) {
		t.Error("the list does not act after a day")
	}
	w.t.SetEwsAllowedAppIDs(appB) // overwrites
	w.clock.move(24 * time.Hour)
	if w.t.MayUseEWS(appA) || !w.t.MayUseEWS(appB) {
		t.Error("the list was added to, not overwritten")
	}
	until(time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC))
	if w.t.MayUseEWS(appB) {
		t.Error("EWS is open after its end")
	}
}

// A run is one of the script that package manifest writes, statement by statement: no
// PowerShell is needed to see whether its algorithm holds. Each call of step is one cmdlet
// or one wait; it returns how long the script then waits, or done.
type run struct {
	add, remove []string
	tries       int
	read        []string // what Get-AllowedIds returned, while it is to be written
	written     bool
	quiet       int
}

func allowed(config string) []string {
	var ids []string
	for id := range strings.SplitSeq(config, ",") {
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

func listed(ids []string, id string) bool {
	return slices.ContainsFunc(ids, func(x string) bool { return strings.EqualFold(x, id) }) // -contains
}

func (r *run) step(t *entratest.Tenant, random *rand.Rand) (wait time.Duration, done bool) {
	pause := time.Duration(30+random.IntN(30)) * time.Second
	if r.read == nil { // Get-OrganizationConfig
		r.tries++
		r.read = append([]string{}, allowed(t.OrganizationConfig().EwsAllowedAppIDs)...)
		if want, same := r.want(); same || len(want) == 0 {
			r.read = nil
			r.quiet++
			return pause, r.quiet == 2
		}
		return time.Duration(random.IntN(10)) * time.Second, false // from reading to writing
	}
	want, _ := r.want() // Set-OrganizationConfig
	t.SetEwsAllowedAppIDs(strings.Join(want, ","))
	r.read, r.written, r.quiet = nil, true, 0
	return pause, false
}

func (r *run) want() (want []string, same bool) {
	missing := slices.DeleteFunc(slices.Clone(r.add), func(id string) bool { return listed(r.read, id) })
	kept := slices.DeleteFunc(slices.Clone(r.read), func(id string) bool { return listed(r.remove, id) })
	want = append(kept, missing...)
	return want, len(missing) == 0 && len(want) == len(r.read)
}

func TestRunsOfTheScriptForExchangeAtTheSameTimeLoseNothing(t *testing.T) {
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 8))
		w := newTenantOnly(t)
		old := "0ddba110-0000-4000-8000-000000000009"
		w.SetEwsAllowedAppIDs(strings.ToUpper(appC) + ", " + old)
		runs := []*run{{add: []string{appA}, remove: []string{old}}, {add: []string{appB}}, {add: []string{appC}}}
		at := []time.Duration{time.Duration(random.IntN(20)) * time.Second, time.Duration(random.IntN(20)) * time.Second, 0}
		ended := make([]bool, len(runs))
		for slices.Contains(ended, false) {
			next := -1
			for i := range runs {
				if !ended[i] && (next < 0 || at[i] < at[next]) {
					next = i
				}
			}
			wait, done := runs[next].step(w, random)
			at[next], ended[next] = at[next]+wait, done
			if runs[next].tries > 30 {
				t.Fatalf("seed %d: run %d does not end", seed, next)
			}
		}
		is := allowed(w.OrganizationConfig().EwsAllowedAppIDs)
		if len(is) != 3 || !listed(is, appA) || !listed(is, appB) || !listed(is, appC) {
			t.Fatalf("seed %d: the list is %q", seed, is)
		}
		again := &run{add: []string{appA}, remove: []string{old}}
		if _, done := again.step(w, random); done {
			t.Fatalf("seed %d: a second run looked once", seed)
		}
		if _, done := again.step(w, random); !done || again.written {
			t.Fatalf("seed %d: a second run wrote", seed)
		}
	}
}

// Who has nothing to write looks twice, too: another run has read the list before, and
// writes it back without the App ID.
func TestARunThatFindsItsAppListedSeesThatAnotherOverwritesIt(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 8))
	w := newTenantOnly(t)
	b := &run{add: []string{appB}}
	b.step(w, random) // reads an empty list
	w.SetEwsAllowedAppIDs(appA)
	a := &run{add: []string{appA}}
	if _, done := a.step(w, random); done {
		t.Fatal("it believed the first look")
	}
	b.step(w, random) // writes its own alone
	for done := false; !done; {
		_, done = a.step(w, random)
	}
	if is := allowed(w.OrganizationConfig().EwsAllowedAppIDs); !a.written || !listed(is, appA) || !listed(is, appB) {
		t.Errorf("the list is %q", is)
	}
}

// One that looked only at once would lose another's entry.
func TestReadingBackAtOnceIsNotEnough(t *testing.T) {
	lost := false
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 8))
		w := newTenantOnly(t)
		a, b := &run{add: []string{appA}}, &run{add: []string{appB}}
		a.step(w, random)
		b.step(w, random)
		a.step(w, random) // writes
		if !listed(allowed(w.OrganizationConfig().EwsAllowedAppIDs), appA) {
			t.Fatal("it was not written")
		}
		b.step(w, random) // writes, and removes it
		lost = lost || !listed(allowed(w.OrganizationConfig().EwsAllowedAppIDs), appA)
	}
	if !lost {
		t.Error("the emulator does not overwrite")
	}
}

func newTenantOnly(t *testing.T) *entratest.Tenant {
	t.Helper()
	return entratest.New(entratest.Config{}).AddTenant(entratest.Tenant{Name: "Contoso"})
}
