package packfile

import (
	"maps"
	"slices"
)

// directoryRoles are template IDs of built-in directory roles.
// Source: Microsoft Entra documentation, permissions-reference.
var directoryRoles = map[string]string{
	"Application Administrator":         "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
	"Application Developer":             "cf1c38e5-3621-4004-a7cb-879624dced7c",
	"Cloud Application Administrator":   "158c047a-c907-4556-b7ef-446551a6b5f7",
	"Conditional Access Administrator":  "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
	"Directory Readers":                 "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
	"Directory Writers":                 "9360feb5-f418-4baa-8175-e2a00bac4301",
	"Exchange Administrator":            "29232cdf-9323-42fd-ade2-1d097af3e4de",
	"Global Administrator":              "62e90394-69f5-4237-9190-012177145e10",
	"Global Reader":                     "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
	"Hybrid Identity Administrator":     "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
	"Identity Governance Administrator": "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e",
	"Privileged Role Administrator":     "e8611ab8-c189-46e8-94e1-60213ab1f814",
	"User Administrator":                "fe930be7-5e62-47db-91af-98c3a49a38b1",
}

// azureRoles are IDs of built-in Azure role definitions.
// Source: Azure documentation, built-in-roles.
var azureRoles = map[string]string{
	"Contributor":              "b24988ac-6180-42a0-ab88-20f7382dd24c",
	"Key Vault Contributor":    "f25e0fa2-a7c8-4377-a976-54943a77a395",
	"Key Vault Crypto Officer": "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
	"Key Vault Crypto User":    "12338af0-0e69-4776-bea7-57ae8d297424",
	"Owner":                    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
	"Reader":                   "acdd72a7-3385-48ef-bd42-f606fba81ae7",
	"Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
	"Storage Blob Data Contributor":           "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
	"Storage Queue Data Contributor":          "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
	"User Access Administrator":               "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
}

func names[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }
