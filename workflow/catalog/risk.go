package catalog

import "strings"

// Risk is how much harm an app could do with a permission if its credential
// were stolen.
type Risk string

const (
	Low      Risk = "low"      // a signed-in person's own basic data
	Medium   Risk = "medium"   // reads across the tenant, or a person's own content
	High     Risk = "high"     // changes data, or reads everybody's content
	Critical Risk = "critical" // can give itself more, or take over the tenant or all of its mail and files
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

// critical lists the application permissions, by the beginning of their name,
// with which an app can widen its own rights, take over accounts or devices,
// or read and change everything in a service. The first group follows
// Microsoft's "control plane" and "Tier 0" descriptions of Graph permissions.
var critical = []string{
	"AppRoleAssignment.ReadWrite", "Application.ReadWrite", "Application.ReadUpdate",
	"RoleManagement.ReadWrite", "RoleManagementPolicy.ReadWrite", "RoleAssignmentSchedule.ReadWrite", "RoleEligibilitySchedule.ReadWrite",
	"PrivilegedAccess.ReadWrite", "PrivilegedAssignmentSchedule.ReadWrite", "PrivilegedEligibilitySchedule.ReadWrite",
	"Directory.ReadWrite", "DelegatedPermissionGrant.ReadWrite", "EntitlementManagement.ReadWrite", "Policy.ReadWrite",
	"User.ReadWrite.All", "User-PasswordProfile.ReadWrite", "UserAuthenticationMethod.ReadWrite", "UserAuthMethod-",
	"Group.ReadWrite", "GroupMember.ReadWrite", "Organization.ReadWrite", "Domain.ReadWrite", "OnPremDirectorySynchronization.ReadWrite",
	"Synchronization.ReadWrite",
	"DeviceManagementConfiguration.ReadWrite", "DeviceManagementScripts.ReadWrite", "DeviceManagementApps.ReadWrite",
	"DeviceManagementManagedDevices.PrivilegedOperations",
	"full_access_as_app", "Exchange.ManageAsApp", "Sites.FullControl.All", "Mailbox.Migration", "MailboxItem.ImportExport.All",
}

// content names what people wrote: reading it for everybody is high, not medium.
var content = []string{
	"Mail.", "MailboxItem", "MailboxFolder", "Files.", "Sites.", "Chat", "ChannelMessage", "Calendars.", "Contacts.",
	"Notes.", "Tasks.", "OnlineMeetingTranscript", "OnlineMeetingRecording", "CallRecord", "AuditLogsQuery", "BitlockerKey",
	"DeviceLocalCredential",
	"IMAP.", "POP.", "SMTP.", "InformationProtectionContent",
}

// Risk returns the tier of p. It is ours, not Microsoft's: a few rules, the
// same for every permission, so that a newly added one is never below its kin.
func (p Permission) Risk() Risk {
	verbs := "." + p.Name + "."
	writes := anyIn(verbs, ".ReadWrite", ".Write", ".Manage", ".Send", ".FullControl", ".Create", ".Delete", ".ImportExport", ".Update",
		".Edit", ".Remove", ".PrivilegedOperations", ".ReadUpdate", ".AccessAsApp", ".SendAsApp", ".Initiate", ".Join")
	selected := strings.Contains(p.Name, ".Selected") || strings.HasSuffix(p.Name, "OwnedBy")
	if p.Type == Application {
		switch {
		case p.Name == "Application.ReadWrite.OwnedBy" || selected:
			return High
		case beginsWith(p.Name, critical):
			return Critical
		case writes || beginsWith(p.Name, content) || beginsWith(p.Name, []string{"full_access"}):
			return High
		}
		return Medium
	}
	needsAdmin := p.AdminConsentRequired != nil && *p.AdminConsentRequired
	unknown := p.AdminConsentRequired == nil
	switch {
	case basic[p.Name]:
		return Low
	case beginsWith(p.Name, critical) || p.Name == "Directory.AccessAsUser.All" || p.Name == "AllSites.FullControl":
		return High // no more than the signed-in person can do, but that may be an administrator
	case writes || needsAdmin || unknown || beginsWith(p.Name, content) || beginsWith(p.Name, []string{"EWS.", "EAS.", "full_access"}):
		return Medium
	}
	return Low
}

// basic are the sign-in scopes.
var basic = map[string]bool{"openid": true, "profile": true, "email": true, "offline_access": true, "User.Read": true}

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
