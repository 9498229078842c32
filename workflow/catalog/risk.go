package catalog

import "strings"

// Risk is how much harm an app could do with a permission if its credential
// were stolen.
type Risk string

const (
	Low      Risk = "low"      // a signed-in person's own basic data
	Medium   Risk = "medium"   // reads across the tenant, or a person's own content
	High     Risk = "high"     // changes data, or reads everybody's content; and whatever is not known
	Critical Risk = "critical" // leads to control of the tenant, or of all its mail and files: see control.json
)

// Weight orders risks: 1 for low to 4 for critical, 0 for none of them.
func (r Risk) Weight() int {
	switch r {
	case Low:
		return 1
	case Medium:
		return 2
	case High:
		return 3
	case Critical:
		return 4
	}
	return 0
}

// A Tier is how dangerous something is, and why.
type Tier struct {
	Risk Risk
	// Why is what one can do with it, without its end: "assigns every directory role". How is
	// how one gets from it to Global Administrator, in one sentence, and Source the page that
	// says so. Only what is critical has them.
	Why, How, Source string
}

// TierOf is the tier of a permission. What is not in the list is high: a name is no proof
// of what another service allows by it.
func TierOf(resourceAppID string, t Type, name string) Tier {
	resourceAppID = strings.ToLower(resourceAppID)
	if tier, ok := controls()[key{resourceAppID, t, strings.ToLower(name)}]; ok {
		return tier
	}
	p, ok := Find(resourceAppID, t, name)
	if !ok {
		return Tier{Risk: High}
	}
	return Tier{Risk: p.ruled()}
}

// Risk is the tier of p, in a word.
func (p Permission) Risk() Risk { return TierOf(p.ResourceAppID, p.Type, p.Name).Risk }

// content names what people wrote, and how they sign in: reading it for everybody is high,
// not medium.
var content = []string{
	"Mail.", "MailboxItem", "MailboxFolder", "Files.", "MyFiles.", "Sites.", "AllSites.", "UserCloudClipboard.", "Chat",
	"ChannelMessage", "Calendars.", "Contacts.", "Notes.", "ShortNotes.", "Tasks.", "OnlineMeetingTranscript",
	"OnlineMeetingRecording", "OnlineMeetingAiInsight", "CallRecord", "CallTranscripts", "CallAiInsights",
	"AiEnterpriseInteraction", "EngagementConversation", "EngagementMeetingConversation", "EngagementExport", "Group-Conversation",
	"ExternalItem", "eDiscovery", "SubjectRightsRequest", "ThreatHunting", "SecurityAnalyzedMessage", "RealTimeActivityFeed",
	"AuditLogsQuery", "BitlockerKey", "DeviceLocalCredential", "UserAuthenticationMethod", "UserAuthMethod-", "IMAP.", "POP.",
	"SMTP.", "InformationProtectionContent",
}

// basic are the sign-in scopes.
var basic = map[string]bool{"openid": true, "profile": true, "email": true, "offline_access": true, "User.Read": true}

// ruled is the tier of a permission of the list that does not lead to control of the tenant.
// It is ours, not Microsoft's: a few rules, the same for all. TestEveryPermissionOfTheListIsTiered
// keeps what they come to.
func (p Permission) ruled() Risk {
	reads, written := p.onlyReads(), beginsWith(p.Name, content)
	if p.Type == Application {
		if reads && !written && !strings.Contains(p.Name, ".Selected") {
			return Medium
		}
		return High
	}
	own := p.forEverybody() == no
	switch {
	case basic[p.Name]:
		return Low
	case reads && own && !written && (strings.Contains(p.Name, "Basic") || !strings.HasSuffix(p.Name, ".All")):
		return Low
	case reads, own: // as the signed-in person, and no more than they have
		return Medium
	}
	return High
}

// onlyReads reports whether p's name says that it reads, and nothing else. Microsoft's names
// are resource.operation.constraint. Source: Graph permissions overview.
func (p Permission) onlyReads() bool {
	_, rest, _ := strings.Cut(p.Name, ".")
	reads := false
	for part := range strings.SplitSeq(rest, ".") {
		reads = reads || strings.HasPrefix(part, "Read")
	}
	return reads && !anyIn(rest, "Write", "Update", "Approve", "Manage", "FullControl", "Create", "Delete", "Import", "Send", "Upload")
}

// answer is one that may not be known.
type answer int

const (
	unknown answer = iota
	no
	yes
)

// forEverybody reports whether a delegated permission takes an admin's consent: Microsoft
// asks for it where it reaches further than what the person alone has. Where a list does not
// say, that of Microsoft Graph says it of the same name.
func (p Permission) forEverybody() answer {
	needs := p.AdminConsentRequired
	if needs == nil {
		if same, ok := Find(MicrosoftGraph, p.Type, p.Name); ok {
			needs = same.AdminConsentRequired
		}
	}
	switch {
	case needs == nil:
		return unknown
	case *needs:
		return yes
	}
	return no
}

func beginsWith(name string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

func anyIn(text string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}
