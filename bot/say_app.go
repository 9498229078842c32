package bot

import (
	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// appBlocks are one app in a list.
func (s say) appBlocks(r *workflow.Request) []slack.Block {
	about := block(
		line(bold(r.AppName()), " · ", s.productTitle(r), " · ", r.Tenant, " · ", r.ID),
		line("App ID ", code(r.Made.AppID), ", ", s.expires(r)),
		line(s.peopleLine(r)...))
	blocks := []slack.Block{about}
	blocks = append(blocks, s.missingBlocks(r)...)
	var buttons []slack.BlockElement
	if s.noForm(workflow.KindRenew, r) == nil {
		buttons = append(buttons, button(listed(actRenew, r), "Renew", r.ID, "Renew the credential of "+r.AppName()))
	}
	buttons = append(buttons,
		button(listed(actUpdate, r), "Update", r.ID, "Update "+r.AppName()),
		button(listed(actRetire, r), "Retire", r.ID, "Retire "+r.AppName()),
		button(listed(actExport+asJSON, r), "Export manifest", r.ID, "Export the manifest of "+r.AppName()))
	if s.Checks(r) {
		buttons = append(buttons, checkButton(listed(actCheck, r), r.ID, r))
	}
	return append(blocks, slack.NewActionBlock("", buttons...))
}

// aboutApp says which app a message or a form is about.
func (s say) aboutApp(r *workflow.Request, more ...any) slack.Block {
	app := []any{bold(r.AppName()), " · ", s.productTitle(r), " · ", r.Tenant, "\nApp ID ", code(r.Made.AppID)}
	return block(line(append(app, more...)...))
}

// missingBlocks say what the product now requires and the app lacks.
func (s say) missingBlocks(r *workflow.Request) []slack.Block {
	if !r.IsApp() || r.Successor != "" {
		return nil
	}
	missing := s.Missing(r)
	if len(missing) == 0 {
		return nil
	}
	return []slack.Block{block(line(bold("This product now requires more: "), someOf(missing, 600), ". Update asks for it: ",
		code(Command+" update "+r.ID)))}
}

// peopleLine names the people of the app that r stands for, with who has left.
func (s say) peopleLine(r *workflow.Request) []any {
	keepers := r.Owners()
	if len(keepers) == 0 {
		return nil
	}
	parts := []any{"Owners: "}
	for i, p := range keepers {
		if i > 0 {
			parts = append(parts, ", ")
		}
		parts = append(parts, user(p.ID))
		if s.left(p.ID) {
			parts = append(parts, " (has left)")
		}
	}
	return parts
}

// listed makes an action ID that no other app in a list has.
func listed(action string, r *workflow.Request) string { return action + ":" + r.ID }

func (s say) productTitle(r *workflow.Request) string {
	if p, ok := s.Product(r.Product); ok {
		return p.Title
	}
	return r.Product
}
