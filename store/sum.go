package store

import (
	"errors"
	"fmt"
	"hash/crc32"
)

// A stored form ends with a checksum of what is before it, because bbolt has none for its
// data and one wrong bit can leave JSON that says something else:
//
//	{"v":1, … ,"sum":"1f0a33c2"}
//
// It is the CRC-32C of the bytes up to the comma. A form without one was written by an
// older entra-app and is read as it is; an older one reads a form with it.

const (
	sumBegin = `,"sum":"`
	sumEnd   = `"}`
	sumSize  = len(sumBegin) + 8 + len(sumEnd)
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errSum = errors.New("its checksum is wrong: bytes of it are damaged")

// withSum returns a stored form, which is a JSON object that is not empty, with its checksum.
func withSum(form []byte) []byte {
	body := form[:len(form)-1]
	return fmt.Appendf(body[:len(body):len(body)], "%s%08x%s", sumBegin, crc32.Checksum(body, castagnoli), sumEnd)
}

// checkSum returns an error if a stored form is not what was written.
func checkSum(value []byte) error {
	at := len(value) - sumSize
	if at < 0 || string(value[at:at+len(sumBegin)]) != sumBegin || string(value[len(value)-len(sumEnd):]) != sumEnd {
		return nil
	}
	if want := fmt.Sprintf("%08x", crc32.Checksum(value[:at], castagnoli)); want != string(value[at+len(sumBegin):][:8]) {
		return errSum
	}
	return nil
}
