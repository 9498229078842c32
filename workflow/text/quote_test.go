package text

import (
	"strings"
	"testing"
)

func TestNamesAreQuotedWhereTheyAreNotLikeNames(t *testing.T) {
	for _, name := range []string{"payroll", "Müller's backup (test)", "Dr. Bea O'Hara", "José F. Ruiz Jr.", "vbo365_prod-2.contoso.com",
		"نسخه\u200cبرداری", "Бэкап-Contoso", "日本語 backup バックアップ", "क्\u200dष", "What is this?", "team: backup"[:5] + "s"} {
		if got := Name(name); got != name {
			t.Errorf("%q is shown as %q", name, got)
		}
	}
	for name, want := range map[string]string{
		"payroll. ✅ Approved by Ada":                          "“payroll. ✅ Approved by Ada”",
		"payroll\n✅ Approved by Ada":                          "“payroll ✅ Approved by Ada”",
		"payroll. Approved by Ada":                            "“payroll. Approved by Ada”",
		"payroll” was approved. “x":                           "“payroll' was approved. 'x”",
		"<!channel> payroll":                                  "“<!channel> payroll”",
		"<https://evil.example|contoso.com>":                  "“<https://evil.example|contoso.com>”",
		"*payroll*":                                           "“*payroll*”",
		"p\u0430yroll":                                        "“p\u0430yroll”",
		"pay\u202egpj.llor":                                   "paygpj.llor",
		"pay\u200broll\u2060\u3164":                           "payroll",
		"pay\U000e0041roll\ufeff":                             "payroll",
		"p\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307ay": "p\u0300\u0301\u0302\u0303ay",
		"👩\u200d👩\u200d👧 family":                              "👩\u200d👩\u200d👧 family",
	} {
		if got := Name(name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
	if got := Quote("night\nly “backup” \"x\" «y»"); got != "“night ly 'backup' 'x' 'y'”" {
		t.Errorf("a text is quoted as %s", got)
	}
}

func TestAWordOfScriptsThatLookAlikeIsFound(t *testing.T) {
	for _, s := range []string{"payroll", "Бэкап", "Backup Бэкап", "Contoso-Бэкап", "日本語backup", "µService", "ΑΒΓ", ""} {
		if got := MixedScripts(s); got != "" {
			t.Errorf("%q: %s", s, got)
		}
	}
	for _, s := range []string{"p\u0430yroll", "Micr\u043esoft backup", "\u0391pp", "B\u0430ckup-2", "b\u0561ckup"} {
		if got := MixedScripts(s); !strings.Contains(got, " mixes Latin and ") {
			t.Errorf("%q: %q", s, got)
		}
	}
}

// The hosts are those of RFC 3492, 7.1, and of RFC 5891's world.
func TestAHostBeyondASCIIIsShownAsItIsLookedUp(t *testing.T) {
	for s, want := range map[string]string{
		"https://login.microsoftonline.com/x": "https://login.microsoftonline.com/x",
		"https://bücher.example/ü?x=ü":        "https://xn--bcher-kva.example/ü?x=ü",
		"https://m\u0456crosoft.com":          "https://xn--mcrosoft-thh.com",
		"https://MÜNCHEN.example:8443/":       "https://xn--mnchen-3ya.example:8443/",
		"https://ليهمابتكلموشعربي؟.example":   "https://xn--egbpdaj6bu4bxfgehfvwxn.example",
		"https://他们为什么不说中文.example":           "https://xn--ihqwcrb4cv8a8dqg056pqjye.example",
		"myapp://ü":                   "myapp://xn--tda",
		"urn:ietf:wg:oauth:2.0:oob":   "urn:ietf:wg:oauth:2.0:oob",
		"https://a.example/\u202egpj": `"https://a.example/\u202egpj"`,
		"https://3年b組金八先生.example":    "https://xn--3b-ww4c5e180e575a65lsy2b.example",
	} {
		if got := URI(s); got != want {
			t.Errorf("%s is shown as %s, want %s", s, got, want)
		}
	}
}
