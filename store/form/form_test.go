package form

import (
	"errors"
	"flag"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/entra-app/entra-app/store/storetest"
)

var golden = flag.Bool("golden", false, "write testdata/v1.json; only before the first release")

func TestEveryFieldIsKept(t *testing.T) {
	want := storetest.Full()
	noZero(t, "Request", reflect.ValueOf(want).Elem())
	want.ID, want.Realm = "", ""
	b, err := Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("after encode and decode:\n got %+v\nwant %+v", *got, *want)
	}
}

// noZero checks that a value has no field that is zero: one that is would prove
// nothing about what is kept.
func noZero(t *testing.T, path string, v reflect.Value) {
	if v.IsZero() {
		t.Errorf("%s is zero", path)
	}
	if v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]() {
		for i := range v.NumField() {
			noZero(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	}
}

func TestEveryTimeIsKeptInUTC(t *testing.T) {
	want := storetest.Full()
	r := want.Clone()
	far := time.FixedZone("far", 5*3600)
	n := eachTime(reflect.ValueOf(r).Elem(), func(t time.Time) time.Time { return t.In(far) })
	InUTC(r)
	if !reflect.DeepEqual(r, want) {
		t.Errorf("not all of the %d times are in UTC:\n got %+v\nwant %+v", n, *r, *want)
	}
}

// eachTime replaces every time in v, and returns how many there are.
func eachTime(v reflect.Value, f func(time.Time) time.Time) (n int) {
	if was, ok := v.Interface().(time.Time); ok {
		v.Set(reflect.ValueOf(f(was)))
		return 1
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			n += eachTime(v.Field(i), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			n += eachTime(v.Index(i), f)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			e := reflect.New(v.Type().Elem()).Elem()
			e.Set(v.MapIndex(k))
			n += eachTime(e, f)
			v.SetMapIndex(k, e)
		}
	}
	return n
}

// TestOldFormsAreRead checks that what the first release wrote is read as it was
// meant. A field that workflow gets later is not in that file.
func TestOldFormsAreRead(t *testing.T) {
	want := storetest.Full()
	want.ID, want.Realm = "", ""
	const path = "testdata/v1.json"
	if *golden {
		b, err := Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is\n%+v\nwant\n%+v", path, *got, *want)
	}
}

func TestAFormThatIsNotKnownIsAnError(t *testing.T) {
	for _, form := range []string{"", "{", "null", "[]", `{"v":0}`, `{}`, `{"v":"1"}`, `{"v":-1}`, `{"v":1,"rev":"x"}`, `{"v":1,`} {
		if r, err := Decode([]byte(form)); err == nil {
			t.Errorf("%q was read as %+v", form, *r)
		}
	}
	if _, err := Decode([]byte(`{"v":2,"rev":1}`)); !errors.Is(err, ErrNewer) {
		t.Errorf("version 2: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	b, err := os.ReadFile("testdata/v1.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"v":1,"posts":{"card":null},"history":[null]}`))
	f.Add([]byte(`{"v":2}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Decode(b)
		if err != nil {
			return
		}
		again, err := Encode(r)
		if err != nil {
			return // a time that JSON can't hold
		}
		if back, err := Decode(again); err != nil || !reflect.DeepEqual(back, r) {
			t.Errorf("%s\nis read as %+v,\nand after it was written again as %+v, %v", b, r, back, err)
		}
	})
}
