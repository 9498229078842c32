package packfile

import (
	"bytes"

	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/pack"
)

// Check reads the pack in a file as Load would. The error is document.Problems.
func Check(file string) (pack.Product, error) {
	b, err := readOwn(file)
	if err != nil {
		return pack.Product{}, document.Problems{ofPack.Problem(file, "can't be read: "+document.Reason(err), "")}
	}
	p, at, err := parse(file, b)
	if err != nil {
		return p, err
	}
	l, err := Open("")
	if err != nil {
		return p, err
	}
	for _, e := range l.all { // an embedded pack itself is not a second one
		if text, err := pack.Files.ReadFile(e.file); err == nil && bytes.Equal(text, b) {
			return p, nil
		}
	}
	l.all = append(l.all, edition{p, file, at, true})
	if wrong := l.same(); len(wrong) > 0 {
		return p, wrong
	}
	return p, nil
}
