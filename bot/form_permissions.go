package bot

import (
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
)

// suggestions answers what is typed into Permissions.
func suggestions(query string) Reply {
	options := []*slack.OptionBlockObject{}
	size := 0
	for _, p := range catalog.Search(query, 100) {
		o := permissionOption(p)
		written, _ := json.Marshal(o) // strings always marshal
		if size += len(written) + 1; size > mostReply {
			break // a longer word finds the rest
		}
		options = append(options, o)
	}
	return slack.OptionsResponse{Options: options}
}

// permissionOption names the service where it is not Microsoft Graph, which has
// permissions of the same names: once it is chosen, its description is not shown.
func permissionOption(p catalog.Permission) *slack.OptionBlockObject {
	text, words := p.Name+" · "+strings.ToLower(string(p.Type)), firstOf(p.DisplayName, p.Description)
	if p.ResourceAppID != catalog.MicrosoftGraph {
		return choice(p.Key(), text+" · "+p.Resource, words)
	}
	return choice(p.Key(), text, p.Resource+": "+words)
}

func permissionsInput() *slack.MultiSelectBlockElement {
	search := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeExternal, plain("Type part of a name, as in Mail.Read"),
		string(form.FieldPermissions))
	one := 1
	search.MinQueryLength = &one
	return search
}
