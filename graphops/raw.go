package graphops

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	kjson "github.com/microsoft/kiota-serialization-json-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
)

// What is read and written back is kept as it came. The SDK's models cut the fraction
// off a second, drop what they do not know, and round numbers; Graph refuses a
// certificate that comes back so, and loses settings of others. So the bytes of an
// answer are kept beside the models, and only what is ours is changed in them.

// An object is a JSON object as Graph sent it.
type object map[string]json.RawMessage

// asItCame reads an answer as an object. It is given where the SDK wants a factory.
func asItCame(n serialization.ParseNode) (serialization.Parsable, error) {
	k, ok := n.(keeping)
	if !ok {
		return nil, errors.New("graphops: the bytes of the answer were not kept")
	}
	var o object
	if err := json.Unmarshal(k.raw, &o); err != nil {
		return nil, err
	}
	return o, nil
}

// Serialize and GetFieldDeserializers make an object pass for one of the SDK's models.
// It is never written by it.
func (object) Serialize(serialization.SerializationWriter) error {
	return errors.New("graphops: an object is written as bytes")
}

func (object) GetFieldDeserializers() map[string]func(serialization.ParseNode) error { return nil }

// GetOdataNextLink is where the next page of a list is.
func (o object) GetOdataNextLink() *string {
	next := o.text("@odata.nextLink")
	return &next
}

// keeping is the root of an answer, with the bytes that it was made of.
type keeping struct {
	serialization.ParseNode
	raw []byte
}

func (k keeping) GetObjectValue(as serialization.ParsableFactory) (serialization.Parsable, error) {
	got, err := as(k)
	if _, ok := got.(object); ok || err != nil {
		return got, err
	}
	return k.ParseNode.GetObjectValue(as)
}

// keepingFactory makes the roots of answers.
type keepingFactory struct{ serialization.ParseNodeFactory }

func (f keepingFactory) GetRootParseNode(contentType string, content []byte) (serialization.ParseNode, error) {
	n, err := f.ParseNodeFactory.GetRootParseNode(contentType, content)
	if err != nil || n == nil {
		return n, err
	}
	return keeping{n, content}, nil
}

// encode is JSON without the escapes that HTML needs. What cannot be encoded is null,
// which nothing here is.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return json.RawMessage("null")
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// decode is what raw holds, or zero if it is something else.
func decode[T any](raw json.RawMessage) T {
	var v T
	if json.Unmarshal(raw, &v) != nil {
		var none T
		return none
	}
	return v
}

func (o object) text(name string) string            { return decode[string](o[name]) }
func (o object) texts(name string) []string         { return decode[[]string](o[name]) }
func (o object) list(name string) []json.RawMessage { return decode[[]json.RawMessage](o[name]) }

// part is a complex property to write back: empty where there is none.
func (o object) part(name string) object {
	if p := decode[object](o[name]); p != nil {
		return p
	}
	return object{}
}

func (o object) set(name string, v any) { o[name] = encode(v) }

// same reports whether two texts are, as IDs are compared.
func (o object) same(name, id string) bool { return strings.EqualFold(o.text(name), id) }

// thinned are objects without those elements of their lists that go, and without the
// objects of which then nothing is left.
func thinned(objects []json.RawMessage, list string, goes func(of object, element json.RawMessage) bool) (left []json.RawMessage,
	fewer bool) {
	left = []json.RawMessage{}
	for _, raw := range objects {
		o := decode[object](raw)
		has := o.list(list)
		stays := slices.DeleteFunc(slices.Clone(has), func(e json.RawMessage) bool { return goes(o, e) })
		switch {
		case len(stays) == len(has):
			left = append(left, raw)
			continue
		case len(stays) > 0:
			o.set(list, stays)
			left = append(left, encode(o))
		}
		fewer = true
	}
	return left, fewer
}

// objectOf is one of the SDK's models as it would be sent.
func objectOf(p serialization.Parsable) (object, error) {
	w := kjson.NewJsonSerializationWriter()
	defer w.Close()
	if err := w.WriteObjectValue("", p); err != nil {
		return nil, err
	}
	b, err := w.GetSerializedContent()
	if err != nil {
		return nil, err
	}
	var o object
	return o, json.Unmarshal(b, &o)
}

// settings are what can be merged of an application: as the SDK reads it, and as it came.
type settings struct {
	models.Applicationable
	raw object
}

// readSettings has the SDK read what can be merged.
func readSettings(o object) (settings, error) {
	parts := object{}
	for _, name := range mergeable {
		parts[name] = o[name]
	}
	node, err := kjson.NewJsonParseNode(encode(parts))
	if err != nil {
		return settings{}, err
	}
	got, err := node.GetObjectValue(models.CreateApplicationFromDiscriminatorValue)
	if err != nil {
		return settings{}, err
	}
	a, ok := got.(models.Applicationable)
	if !ok {
		return settings{}, errors.New("graphops: no application")
	}
	return settings{a, o}, nil
}

// api is what the application offers, to be written back: without what only the
// directory may say. Source: Graph, appRole resource type, origin.
func (s settings) api() object {
	api := s.raw.part("api")
	if scopes := api.list("oauth2PermissionScopes"); scopes != nil {
		api.set("oauth2PermissionScopes", withoutOrigin(scopes))
	}
	return api
}

func withoutOrigin(list []json.RawMessage) []json.RawMessage {
	out := []json.RawMessage{}
	for _, raw := range list {
		if o := decode[object](raw); o["origin"] != nil {
			delete(o, "origin")
			raw = encode(o)
		}
		out = append(out, raw)
	}
	return out
}

// platform is web, spa or publicClient with other redirect URIs. What Graph derives
// from the URIs is left out: it refuses what contradicts them.
// Source: msgraph-sdk-powershell #3149.
func (s settings) platform(name string, uris []string) object {
	p := s.raw.part(name)
	delete(p, "redirectUriSettings")
	p.set("redirectUris", append([]string{}, uris...))
	return p
}

// patchApplication changes what body has of an application, as it stands.
func (s *session) patchApplication(ctx context.Context, op fault.Operation, applicationID string, body object) error {
	return s.fault(s.patch(ctx, op, applicationID, body), applicationID)
}

// patch is patchApplication with Graph's own answer.
func (s *session) patch(ctx context.Context, op fault.Operation, applicationID string, body object) error {
	req, err := s.application(applicationID).ToPatchRequestInformation(ctx, models.NewApplication(), nil)
	if err != nil {
		return err
	}
	req.SetStreamContentAndContentType(encode(body), "application/json")
	_, err = s.send(ctx, op, req, models.CreateApplicationFromDiscriminatorValue)
	return err
}

// bytesOf is a property of type Edm.Binary, in either alphabet of Base64.
func (o object) bytesOf(name string) []byte {
	s := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(o.text(name), "="))
	b, _ := base64.RawStdEncoding.DecodeString(s)
	return b
}
