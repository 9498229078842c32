package bot

import "testing"

func TestOnlyThoseWhoMayDenyAreAskedWhy(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", nil)
	w.press("UTOM", actDeny, buttonValue(r))
	if n := len(w.of("views.open")); n != 0 {
		t.Errorf("%d views were opened for somebody who may not deny", n)
	}
}

func TestADenialAsksForAReason(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", nil)
	w.press("UADA", actDeny, buttonValue(r))
	if len(w.of("views.open")) != 1 {
		t.Fatal("no view was opened")
	}
	if reply := w.submission(denyForm, r.ID, "V2", reasonState("too much")); reply == nil {
		t.Error("Bea, who is no approver, denied it")
	}
}
