package plan

// Who can sign in to an app. Source: Graph, application resource type, signInAudience.
const (
	ThisTenant = "AzureADMyOrg"
	AnyTenant  = "AzureADMultipleOrgs"
)

// Audiences are all that Entra knows. Those with personal accounts are not for apps of this
// bot.
var Audiences = []string{ThisTenant, AnyTenant, "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"}
