package manifest

import (
	"strings"
	"testing"
)

// Source: services.md, section 8: the list is one value, setting it overwrites, it comes
// before EwsEnabled, and it can take 24 hours to take effect.
func TestTheScriptForExchangeReadsMergesWritesAndLooksAgain(t *testing.T) {
	l := Listing{TenantID: tenant, AppName: "Müller's backup", Add: []string{"8C2F1D3E-0A5B-4C8E-9D1F-2B7E6A4C9F10"},
		Remove: []string{"3f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"}}
	s, err := EWSScript(l)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []byte(s) {
		if c != '\n' && (c < ' ' || c > '~') {
			t.Fatalf("byte %d of the script is %#x", i, c)
		}
	}
	golden(t, "ews.ps1", s)
	read, write, on := strings.Index(s, "@(Get-AllowedIds)"), strings.Index(s, "Set-OrganizationConfig -EwsAllowedAppIDs"),
		strings.Index(s, "Set-OrganizationConfig -EwsEnabled $true")
	if read < 0 || write < read || on < write {
		t.Errorf("the order is read %d, write %d, turn on %d", read, write, on)
	}
	if strings.Contains(s, "Set-OrganizationConfig -EwsEnabled $false") ||
		strings.Count(s, "Set-OrganizationConfig -EwsAllowedAppIDs") != 1 {
		t.Error("it does more than it says")
	}
}

// A configuration without the property is not an empty list: to take it for one would write
// over everybody's. And each run looks twice, with a wait, whether it wrote or not.
func TestTheScriptForExchangeTakesNothingForGranted(t *testing.T) {
	s, err := EWSScript(Listing{TenantID: tenant, AppName: "x", Add: []string{tenant}})
	if err != nil {
		t.Fatal(err)
	}
	missing, values := strings.Index(s, "if ($null -eq $config.PSObject.Properties['EwsAllowedAppIDs']) {\n    throw '"),
		strings.Index(s, "@($config.EwsAllowedAppIDs)")
	if missing < 0 || values < missing {
		t.Errorf("the property is looked for at %d, and read at %d", missing, values)
	}
	if strings.Count(s, "$config.EwsAllowedAppIDs") != 1 || strings.Contains(s, "break") || !strings.Contains(s, "$quiet -lt 2; $try++") {
		t.Error("there is a way around the second look")
	}
}

func TestTheScriptForExchangeTakesAppIDsOnly(t *testing.T) {
	for _, l := range []Listing{
		{TenantID: tenant}, {TenantID: "x", Add: []string{tenant}}, {TenantID: tenant, Add: []string{"'); pwned; ('"}},
		{TenantID: tenant, Remove: []string{"backup"}},
	} {
		if s, err := EWSScript(l); err == nil {
			t.Errorf("%+v became a script: %s", l, s)
		}
	}
	for _, s := range hostile {
		script, err := EWSScript(Listing{TenantID: tenant, AppName: s, Add: []string{tenant}})
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(script) {
			if strings.Contains(line, "pwned") && !strings.HasPrefix(line, "# Changes which apps") {
				t.Errorf("%q left its comment: %s", s, line)
			}
		}
	}
}
