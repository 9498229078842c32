package packfile

// A file is a pack as it is written, with the line of everything in it. What
// may be written is in the tables of keys here, and in pack.schema.json.
type file struct {
	place
	name, version, title, summary, audience, platform text
	source, checked, note                             text

	redirectURIs      []text
	redirectExample   text
	redirectRequired  flag
	redirects         []redirect
	fields            []field
	publicClientFlows flag
	scopes            []scope
	organization      flag
	oneWorkload       flag
	workloads         []workload
	permissions       []permission
	directoryRoles    []directoryRole
	azureRoles        []azureRole
	credentials       []credential
	custom            flag
	approvals         text
	nextSteps         []text
	guide             text
}

func (f *file) keys() []key {
	return []key{
		{"name", true, word(&f.name)},
		{"version", true, number(&f.version)},
		{"title", true, word(&f.title)},
		{"summary", true, word(&f.summary)},
		{"audience", true, word(&f.audience)},
		{"source", false, word(&f.source)},
		{"checked", false, date(&f.checked)},
		{"note", false, word(&f.note)},
		{"platform", false, word(&f.platform)},
		{"redirectUris", false, words(&f.redirectURIs)},
		{"redirectExample", false, word(&f.redirectExample)},
		{"redirectRequired", false, yes(&f.redirectRequired)},
		{"redirects", false, entries(&f.redirects)},
		{"fields", false, entries(&f.fields)},
		{"publicClientFlows", false, yes(&f.publicClientFlows)},
		{"scopes", false, entries(&f.scopes)},
		{"organization", false, yes(&f.organization)},
		{"workloads", false, entries(&f.workloads)},
		{"oneWorkload", false, yes(&f.oneWorkload)},
		{"permissions", false, entries(&f.permissions)},
		{"directoryRoles", false, entries(&f.directoryRoles)},
		{"azureRoles", false, entries(&f.azureRoles)},
		{"credentials", true, entries(&f.credentials)},
		{"custom", false, yes(&f.custom)},
		{"approvals", false, count(&f.approvals)},
		{"nextSteps", true, words(&f.nextSteps)},
		{"guide", false, page(&f.guide)},
	}
}

type redirect struct {
	place
	platform text
	uris     []text
}

func (d *redirect) keys() []key {
	return []key{
		{"platform", true, word(&d.platform)},
		{"uris", true, words(&d.uris)},
	}
}

type field struct {
	place
	name, label, hint, example text
	many                       flag
}

func (q *field) keys() []key {
	return []key{
		{"name", true, word(&q.name)},
		{"label", true, word(&q.label)},
		{"hint", false, word(&q.hint)},
		{"example", false, word(&q.example)},
		{"many", false, yes(&q.many)},
	}
}

type scope struct {
	place
	name, title, words text
	adminsOnly         flag
	preAuthorized      []text
}

func (s *scope) keys() []key {
	return []key{
		{"name", true, word(&s.name)},
		{"adminsOnly", false, yes(&s.adminsOnly)},
		{"title", true, word(&s.title)},
		{"words", true, word(&s.words)},
		{"preAuthorized", false, words(&s.preAuthorized)},
	}
}

type workload struct {
	place
	name, title, service text
}

func (w *workload) keys() []key {
	return []key{
		{"name", true, word(&w.name)},
		{"title", true, word(&w.title)},
		{"service", false, word(&w.service)},
	}
}

// conditions say for which choices of the requester something is needed.
type conditions struct{ workloads, credentials []text }

type permission struct {
	place
	conditions
	resource, typ, name, why, risk text
}

func (p *permission) keys() []key {
	return []key{
		{"resource", true, word(&p.resource)},
		{"type", true, word(&p.typ)},
		{"name", true, word(&p.name)},
		{"why", true, word(&p.why)},
		{"risk", false, word(&p.risk)},
		{"workloads", false, words(&p.workloads)},
		{"credentials", false, words(&p.credentials)},
	}
}

type directoryRole struct {
	place
	conditions
	name, why text
}

func (d *directoryRole) keys() []key {
	return []key{
		{"name", true, word(&d.name)},
		{"why", true, word(&d.why)},
		{"workloads", false, words(&d.workloads)},
		{"credentials", false, words(&d.credentials)},
	}
}

type azureRole struct {
	place
	name, why            text
	actions, dataActions []text
	workloads            []text
}

func (a *azureRole) keys() []key {
	return []key{
		{"name", true, word(&a.name)},
		{"why", true, word(&a.why)},
		{"actions", false, words(&a.actions)},
		{"dataActions", false, words(&a.dataActions)},
		{"workloads", false, words(&a.workloads)},
	}
}

type credential struct {
	place
	kind, lifetime, max text
	lifetimes           []text
}

func (c *credential) keys() []key {
	return []key{
		{"kind", true, word(&c.kind)},
		{"lifetime", false, word(&c.lifetime)},
		{"lifetimes", false, words(&c.lifetimes)},
		{"max", false, word(&c.max)},
	}
}
