package pack

import "embed"

// Files are the built-in packs. Package packfile reads them.
//
//go:embed *.yaml
var Files embed.FS

// Schema is the JSON Schema of packs, for editors.
//
//go:embed pack.schema.json
var Schema []byte
