package packfile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/pack"
)

func changes(older, newer pack.Product) []string {
	var out []string
	for _, c := range Diff(older, newer) {
		out = append(out, fmt.Sprintf("%s %s: %s (%s > %s)", c.Sign, c.Group, c.Name, c.Was, c.Is))
	}
	return out
}

func TestTheDifferenceOfTheBackupPacksIsWhatIsNewAfterSeven(t *testing.T) {
	got := changes(find(t, "vb365-backup", "7"), find(t, "vb365-backup", "8.5"))
	const graph = "+ Microsoft Graph, application permissions: "
	want := []string{
		graph + "ChannelMember.Read.All ( > medium risk; for teams)",
		graph + "User.Read.All ( > medium risk; for exchange)",
		graph + "MailboxItem.ImportExport.All ( > critical risk; for exchange)",
		graph + "MailboxFolder.ReadWrite.All ( > high risk; for exchange)",
		graph + "MailboxItem.Read.All ( > high risk; for exchange)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
	backwards := changes(find(t, "vb365-backup", "8.5"), find(t, "vb365-backup", "7"))
	if len(backwards) != len(want) {
		t.Errorf("the other way round there are %d", len(backwards))
	}
	for _, back := range backwards {
		if !strings.HasPrefix(back, "- Microsoft Graph") {
			t.Errorf("the other way round: %s", back)
		}
	}
}

func TestEveryKindOfChangeIsSeen(t *testing.T) {
	older, err := Parse("payroll.yaml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if got := changes(older, older); len(got) != 0 {
		t.Errorf("a pack differs from itself in %v", got)
	}
	for _, c := range []struct{ from, to, want string }{
		{"title: Telling", "title: Telling\n    service: teams", "~ Workloads: tell (Telling > Telling; backup service teams)"},
		{"title: Telling", "title: Saying", "~ Workloads: tell (Telling > Saying)"},
		{"risk: critical\n    workloads: [tell]", "workloads: [tell, pay]",
			"~ Microsoft Graph, application permissions: Mail.Send (critical risk; for tell; with credential certificate > high risk; " +
				"for pay, tell; with credential certificate)"},
		{"Directory Readers", "Global Reader",
			"+ Directory roles of the app: Global Reader ( > for pay)|- Directory roles of the app: Directory Readers (for pay > )"},
		{"name: Reader", "name: Owner", "+ Azure roles: Owner ( > )|- Azure roles: Reader ( > )"},
		{"disks/read", "disks/write", "+ Actions of Payroll disks: Microsoft.Compute/disks/write ( > )|- Actions of Payroll disks: " +
			"Microsoft.Compute/disks/read ( > )"},
		{"adminsOnly: true", "adminsOnly: false",
			"~ Scopes of its own: access_as_user (only admins may consent; pre-authorised 11111111-2222-3333-4444-555555555555 > users " +
				"may consent; pre-authorised 11111111-2222-3333-4444-555555555555)"},
		{"max: 8760h", "max: 17520h", "~ Credentials: certificate (6 months suggested, 12 months at most > 6 months suggested, 24 " +
			"months at most)"},
		{"AzureADMyOrg", "AzureADMultipleOrgs", "~ Settings: audience (AzureADMyOrg > AzureADMultipleOrgs)"},
		{"platform: spa", "platform: web", "~ Settings: platform (spa > web)"},
		{"https://payroll", "https://wages",
			"+ Redirect URIs: https://wages.example.com ( > )|- Redirect URIs: https://payroll.example.com ( > )"},
		{"publicClientFlows: true", "publicClientFlows: true\nredirectRequired: true", "+ Settings: a redirect URI is required ( > )"},
		{"publicClientFlows: true", "publicClientFlows: false", "- Settings: public client flows ( > )"},
		{"approvals: 2", "approvals: 3", "~ Settings: approvals (2 > 3)"},
		{"why: Sends the slips.", "why: Sends slips.", ""},
	} {
		newer, err := Parse("payroll.yaml", []byte(strings.Replace(good, c.from, c.to, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(changes(older, newer), "|"); got != c.want {
			t.Errorf("%s > %s\ngot  %s\nwant %s", c.from, c.to, got, c.want)
		}
	}
}

func TestCheckTakesAPackOfOnesOwnAndAnEmbeddedOneAsItIs(t *testing.T) {
	embedded, err := pack.Files.ReadFile("vbazure.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := directory(t, map[string]string{"payroll.yaml": good, "vbazure.yaml": string(embedded),
		"vbazure-8.yaml": string(embedded) + "# mine\n", "bad.yaml": "name: x"})
	for name, want := range map[string]string{
		"payroll.yaml": "", "vbazure.yaml": "", "vbazure-8.yaml": "version is 8, and there is a pack vbazure 8 already (built in)",
		"bad.yaml": "version is missing", "none.yaml": "none.yaml:1: the pack can't be read: no such file",
	} {
		_, err := Check(dir + "/" + name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}
