package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/manifest"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// Before a request is sent, its requester is told in the form what the manifest holds and
// the plan can't, and is asked what only they can say. The same form comes back, with
// that on top of it; sent again, it counts as read for the manifest that it was about.

// imported reads a manifest into a draft. reviewed names the one that the requester was
// told about already.
func imported(d *form.Draft, content []byte, in form.Field, reviewed string) error {
	m, ignored, err := manifest.Import(content)
	if err != nil {
		return form.Errors{in: err.Error()}
	}
	i := &form.Imported{In: in, Audience: m.Audience, Permissions: m.Permissions, RedirectURIs: m.RedirectURIs,
		SPARedirectURIs: m.SPARedirectURIs, PublicRedirectURIs: m.PublicRedirectURIs, PublicClientFlows: m.PublicClientFlows,
		Scopes:   m.Scopes,
		AppRoles: m.AppRoles, OptionalClaims: m.OptionalClaims, IdentifierURIs: m.IdentifierURIs,
		Fixed: m.Fixed, Unread: m.Unread, Name: nameOf(content), Reviewed: reviewed == nameOf(content)}
	// What may be a secret that others have seen comes first: the list may be cut.
	slices.SortStableFunc(ignored, func(x, y manifest.Ignored) int { return rank(x) - rank(y) })
	var minor []string
	for _, g := range ignored {
		if said := g.Path + ": " + g.Why; g.Minor() {
			minor = append(minor, said)
		} else {
			i.Ignored = append(i.Ignored, said)
		}
	}
	for _, p := range m.Retired {
		i.Ignored = append(i.Ignored, fmt.Sprintf("%s: it is %s of Azure AD Graph, which is retired; Microsoft Graph's %s replaces it",
			p.Path, p.Name, p.With.Name))
		i.Retired = append(i.Retired, p.With)
	}
	for _, guess := range m.Guessed {
		i.Ignored = append(i.Ignored, "the text, "+guess)
	}
	for _, c := range m.Certificates {
		i.Ignored = append(i.Ignored, "keyCredentials: the certificate "+c.Thumbprint+
			" is another app's; choose Certificate and give one of its own")
	}
	i.Lost, i.Ignored = len(i.Ignored), append(i.Ignored, minor...)
	d.Imported = i
	return nil
}

// rank is where in the list something stands.
func rank(i manifest.Ignored) int {
	if strings.HasPrefix(i.Path, "keyCredentials") || strings.HasPrefix(i.Path, "passwordCredentials") {
		return 0
	}
	return 1
}

// nameOf tells manifests apart.
func nameOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8])
}

// review is the form with what the requester has to see first.
func (s say) review(p pack.Product, chosen pack.Choice, m meta, d form.Draft) slack.ModalViewRequest {
	v := s.form(p, chosen, m)
	top := []slack.Block{block(line(bold("Not sent yet."),
		" Look at what is in the manifest but can't be part of this request. Then send it again, or change what is wrong."))}
	lines := func(title string, of []string) {
		if len(of) == 0 {
			return
		}
		g := &growing{title: title}
		for _, l := range of[:min(len(of), reviewLines)] {
			g.lines = append(g.lines, line(clip(l, 300)))
		}
		if more := len(of) - reviewLines; more > 0 {
			g.lines = append(g.lines, line(fmt.Sprintf("… and %d more, which don't fit here", more)))
		}
		top = append(top, g)
	}
	i := d.Imported
	lines("Left out of this request", i.Ignored)
	if len(i.Fixed) > 0 {
		top = append(top, note("To read it, this was corrected: ", strings.Join(i.Fixed, "; "), "."))
	}
	if len(i.Retired) > 0 {
		top = append(top, retiredInput(i.Retired))
	}
	if i.AsksNothing() {
		top = append(top, note("It asks for no permission that can be requested here. Choose what the app needs below, under Permissions."))
	}
	lacks := i.Wordless()
	if len(lacks) > 0 {
		top = append(top, note("Entra requires a text that admins read before they consent to a scope. Write it after the colon, under "+
			"Exposed scopes."))
	}
	for at, in := range v.Blocks.BlockSet {
		input, _ := in.(*slack.InputBlock)
		switch {
		case input == nil:
		case input.BlockID == string(form.FieldScopes) && len(lacks) > 0:
			again, ok := scopesInput(lacks).(*slack.InputBlock)
			if ok { // another block: Slack would keep what was typed into this one
				again.BlockID += " of the manifest"
				v.Blocks.BlockSet[at] = again
			}
		case input.BlockID == string(form.FieldManifestFile) && m.File != "":
			input.BlockID += " of another app"
			input.Hint = plain("The file that you added is kept. Add one here to have it used instead.")
		}
	}
	top, _ = inView.fit(top, 0)
	v.Blocks.BlockSet = append(top, v.Blocks.BlockSet...)
	return v
}

// reviewLines is how many lines a form has room for.
const reviewLines = 40

// retiredInput lets the requester decide which permissions of Microsoft Graph the app gets
// for those of Azure AD Graph. None is chosen beforehand.
func retiredInput(all []plan.Permission) *slack.InputBlock {
	e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plain("Choose those that the app needs"),
		string(form.FieldRetired))
	for _, q := range all[:min(len(all), 100)] {
		if c, ok := catalog.Find(q.ResourceAppID, q.Type, q.Name); ok {
			e.Options = append(e.Options, permissionOption(c))
		}
	}
	in := field(form.FieldRetired, "Azure AD Graph is retired. These permissions of Microsoft Graph replace those that the "+
		"manifest asks for.", e)
	in.Optional = true
	return in
}
