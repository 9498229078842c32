package workflow

import (
	"context"
	"errors"
	"testing"
)

// What a manifest holds and the plan can't is told before anything is sent; once it was,
// what the requester typed comes in addition.
func TestNothingIsSentOfAManifestBeforeItsLossesWereRead(t *testing.T) {
	read, _ := Known("00000003-0000-0000-c000-000000000000", "Delegated", "User.Read")
	for name, c := range map[string]struct {
		m     Imported
		typed func(*Draft)
		asks  bool
		wrong Field // of the second try
		has   func(Plan) bool
	}{
		"nothing is lost":     {m: Imported{Permissions: []Permission{read}}, has: func(p Plan) bool { return len(p.Permissions) == 1 }},
		"only put right":      {m: Imported{Permissions: []Permission{read}, Fixed: []string{"comments were left out"}}, has: func(p Plan) bool { return len(p.Permissions) == 1 }},
		"a loss":              {m: Imported{Permissions: []Permission{read}, Ignored: []string{"tags: x"}, Lost: 1}, asks: true, has: func(p Plan) bool { return len(p.Permissions) == 1 }},
		"retired, unanswered": {m: Imported{Retired: []Permission{read}, Lost: 1}, asks: true, wrong: FieldPermissions},
		"retired, answered": {m: Imported{Retired: []Permission{read}, Lost: 1}, asks: true, typed: func(d *Draft) { d.Permissions = []string{"graph:Delegated:User.Read"} },
			has: func(p Plan) bool { return len(p.Permissions) == 1 && p.Permissions[0].Name == "User.Read" }},
		"no text for admins": {m: Imported{Permissions: []Permission{read}, Scopes: []Scope{{Name: "s", UserTitle: "yours"}}}, asks: true, wrong: FieldScopes},
		"a text for admins": {m: Imported{Permissions: []Permission{read}, Scopes: []Scope{{Name: "s", UserTitle: "yours"}}}, asks: true,
			typed: func(d *Draft) { d.Scopes = []string{"s, users: all"} },
			has: func(p Plan) bool {
				return p.Scopes[0].Title == "all" && p.Scopes[0].Words == "all" && p.Scopes[0].UserTitle == "yours"
			}},
	} {
		desk := newWorld(t).offersCustom()
		d := Draft{Origin: "V", Product: "custom", AppName: "api", Reason: "an API", Team: "CTEAM", Credential: NoCredential}
		first := c.m
		d.Imported = &first
		r, err := desk.Submit(context.Background(), bea, d)
		if errors.Is(err, ErrNotReviewed) != c.asks || c.asks && r != nil {
			t.Errorf("%s: the first try got %v, %v", name, r, err)
			continue
		}
		if c.asks {
			second := c.m
			second.Reviewed = true
			d.Imported = &second
			if c.typed != nil {
				c.typed(&d)
			}
			r, err = desk.Submit(context.Background(), bea, d)
		}
		wrong, _ := errors.AsType[FieldErrors](err)
		if c.wrong != "" && wrong[c.wrong] == "" || c.wrong == "" && err != nil {
			t.Errorf("%s: the second try got %v, want an error under %q", name, err, c.wrong)
		}
		if c.has != nil && (r == nil || !c.has(r.Plan)) {
			t.Errorf("%s: the plan is %+v", name, r)
		}
	}
}
