// Package store keeps requests in one bbolt file, without any set-up. It is a
// [workflow.Store], and passes the suite in store/storetest.
//
// # The file
//
// Every request has a number, which the bucket "requests" counts: EA-7 is number
// 7. A number is written as eight bytes, big-endian and with every bit turned
// over (^n), so that a bucket read from its beginning gives the newest first.
//
//	meta      version, realm, canary, sum     what the file is, and which key fits it
//	requests  ^n               → form    the requests
//	claims    claim            → n       names in use, and forms that were sent
//	due       wake time, n               who must be looked at, and when
//	new       ^n               → marks   the newest, not yet filed in lists
//	lists     kind, value, ^b  → bytes   by requester r, team t, state s, app a,
//	                                     keeper k, end of the credential e, part of the name n
//	links     Slack ID, tenant → form    who somebody is in a tenant (links.go)
//
// The requests and the links are the truth; the others say nothing that is not said there, and
// are written in the transaction that writes the request, where they differ from
// what they were.
//
// A request is found by its marks: requester, team, state, App ID, the people of its
// app, the day on which that app's credential ends, and app name, the last
// by every run of three runes in it. That makes some twenty-five lists that it is
// in. A key in lists stands for a block b of 256 numbers, with a byte for each that
// is in the list. The marks of a new request are first put down in one place, and
// those of 256 are filed together: so a block is mostly written once, not 256 times.
// Most updates come soon after the request, and write one row there too.
//
// A query looks through the few new ones, then reads the lists that it asks for
// side by side, newest first, leaping from number to number (list.go). It decodes
// only what it returns, so it costs the same among a thousand requests and among a
// hundred thousand. An app name is found by any part of it: it is folded, and two
// zero runes put at its end, so that one or two runes are the beginning of a run
// wherever they stand. Names that have the runs of a text but not the text are
// read in vain; there are few.
//
// # The stored form
//
// A request is kept as JSON, in a form of its own (form.go) that changes only
// when its version does. Every version that was ever written can be read;
// testdata has one of each. The ID and the realm are not in it: the first is the
// key, the second is the file's.
//
// # Writing
//
// Writers that come at the same time share one transaction and its two fsyncs
// (bbolt's Batch). All that is slow is done before: a request is encoded, or
// read, changed and encoded, outside of the transaction, which then only
// compares and puts. If somebody else was faster, the change is made again in it.
// An answer that is no (a name is taken, the change says no) does not fail the
// transaction, because bbolt would run all the others again.
//
// # Opening
//
// bbolt trusts its file: on one that was cut short it reads past the end and the
// process dies. So Open first reads the file page by page, without bbolt and
// under its lock (verify.go), and opens it for writing only once it is whole, of
// a version that is known, and the key fits. Until then it writes nothing: a
// file that is refused is left as it is, byte for byte. A new file is made beside
// its place and moved there when it is complete.
//
// # Damage
//
// bbolt has no checksums either, so one wrong bit can be anywhere, and must lose
// nothing unseen (flip_test.go):
//
//   - In a request: its checksum (sum.go) is wrong. It is named wherever it is asked
//     for, and all others are served.
//   - In what is derived from the requests: Open compares all of that with them
//     (survey.go) and writes it again (relist.go) where it differs. That costs three
//     seconds for a hundred thousand requests.
//   - In what holds the file together: Open makes a new file of all that can be read
//     (rescue.go) and keeps the damaged one beside it. A request that the lists speak
//     of and that is not there is named like one that can't be read.
//
// A file that was cut short, or of which no request can be read, is refused.
package store
