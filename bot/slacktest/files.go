package slacktest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// mostUpload is the size of the largest file that the page may add, in bytes.
const mostUpload = 1 << 20

// A File is one that somebody added to a form.
// Source: docs.slack.dev/reference/objects/file-object.
type File struct {
	ID, Name string
	URL      string // url_private_download

	user    string
	remote  bool
	deleted bool
	content []byte
	json    map[string]any
}

// AddFile has somebody add a file to a form: the workspace keeps it, and the
// file is what is given to Submit.
func (p *Person) AddFile(name string, content []byte) File {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return *p.addFile(name, content, "")
}

// AddRemoteFile is the same for a file that another service keeps, at an address
// of its own: Slack hands that address to apps as it hands its own.
func (p *Person) AddRemoteFile(name, address string) File {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return *p.addFile(name, nil, address)
}

// DeleteFile has somebody delete a file of theirs. A form that it was added to
// still names it.
func (p *Person) DeleteFile(f File) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if known := p.w.files[f.ID]; known != nil && known.user == p.id {
		known.deleted, known.content = true, nil
	}
}

func (p *Person) addFile(name string, content []byte, remote string) *File {
	w := p.w
	f := &File{ID: w.id("F"), Name: path.Base(name), URL: remote, user: p.id, remote: remote != "", content: slices.Clone(content)}
	private, mode := remote, "external"
	if !f.remote {
		at := w.at("files") + "/files-pri/" + w.cfg.TeamID + "-" + f.ID + "/"
		private, f.URL, mode = at+url.PathEscape(f.Name), at+"download/"+url.PathEscape(f.Name), "hosted"
	}
	kind := extension(f.Name)
	now := w.cfg.Now().Unix()
	f.json = map[string]any{
		"id": f.ID, "created": now, "timestamp": now, "name": f.Name, "title": f.Name, "filetype": kind,
		"pretty_type": strings.ToUpper(kind),
		"mimetype":    "application/octet-stream", "user": p.id, "user_team": w.cfg.TeamID, "editable": false, "size": len(content),
		"mode":        mode,
		"is_external": f.remote, "external_type": "", "is_public": false, "public_url_shared": false, "display_as_bot": false,
		"username":    "",
		"url_private": private, "url_private_download": f.URL,
		"permalink": "https://" + w.cfg.TeamDomain + "." + w.cfg.Cloud + "/files/" + p.id + "/" + f.ID,
	}
	w.files[f.ID] = f
	return f
}

func extension(name string) string { return strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) }

// added turns what a file input was given into file objects. Only files that
// this person has added are any.
func (w *Workspace) added(user string, given any) ([]any, error) {
	var ids []string
	switch given := given.(type) {
	case File:
		ids = append(ids, given.ID)
	case []File:
		for _, f := range given {
			ids = append(ids, f.ID)
		}
	case []any: // from the page
		for _, x := range given {
			o, _ := x.(map[string]any)
			id, _ := o["id"].(string)
			ids = append(ids, id)
		}
	case nil:
	default:
		return nil, fmt.Errorf("a file input takes a File that AddFile made, not %T", given)
	}
	out := []any{}
	for _, id := range ids {
		f := w.files[id]
		if f == nil || f.user != user {
			return nil, fmt.Errorf("%s has not added a file %q", user, id)
		}
		out = append(out, f.json)
	}
	return out, nil
}

// fileComplaint is what Slack's client says about the files in an input.
func fileComplaint(e map[string]any, files []any) string {
	most, limited := number(e["max_files"])
	if !limited {
		most = 10
	}
	if float64(len(files)) > most {
		return fmt.Sprintf("Please add at most %v files.", most)
	}
	types := items(e["filetypes"])
	for _, x := range files {
		f, _ := x.(map[string]any)
		if name := fmt.Sprint(f["name"]); len(types) > 0 && !slices.Contains(types, any(extension(name))) {
			return fmt.Sprintf("%s is not a file of these types: %s.", name, listed(types))
		}
	}
	return ""
}

func listed(types []any) string {
	var all []string
	for _, t := range types {
		all = append(all, fmt.Sprint(t))
	}
	return strings.Join(all, ", ")
}

// download answers GET /files-pri/<team>-<file>/[download/]<name>. Whoever has no
// token for it is sent to the page where people sign in, as at Slack's: that is
// HTML, and no error. Source: docs.slack.dev/messaging/working-with-files.
func (w *Workspace) download(rw http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	w.mu.Lock()
	_, id, _ := strings.Cut(r.PathValue("file"), "-")
	f := w.files[id]
	w.mu.Unlock()
	entry := Entry{Direction: "api", Method: "download", Body: "file=" + id + "\n"}
	switch {
	case w.allowed(method{scope: "files:read"}, token) != nil:
		if kind := w.cfg.SignInPage; kind != "" {
			entry.Answer = "200, the page where people sign in"
			rw.Header().Set("Content-Type", kind)
			io.WriteString(rw, "\n<!DOCTYPE html>\n<html><head><title>Sign in | Slack</title></head><body>Sign in to your "+
				"workspace</body></html>\n")
			break
		}
		entry.Answer = "302"
		http.Redirect(rw, r, "/?redir="+url.QueryEscape(r.URL.Path), http.StatusFound)
	case f == nil || f.remote || f.deleted:
		entry.Answer = "404"
		http.NotFound(rw, r)
	default:
		entry.Answer = "200" // what is in files is nobody's business here
		rw.Header().Set("Content-Type", "application/octet-stream")
		rw.Header().Set("Content-Disposition", "attachment")
		rw.Write(f.content)
	}
	w.write(entry)
}

func (w *Workspace) fileInfo(a args) (reply, error) {
	f := w.files[a["file"]]
	switch {
	case f == nil:
		return nil, no("file_not_found")
	case f.deleted:
		return nil, no("file_deleted")
	}
	return reply{"file": f.json}, nil
}

// upload takes a file from the page: its bytes are the body.
func (w *Workspace) upload(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	content, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, mostUpload))
	if err != nil {
		writeJSON(rw, result(fmt.Errorf("the workspace takes files of up to %d KB", mostUpload>>10)))
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users[q.Get("user")] == nil || q.Get("name") == "" {
		writeJSON(rw, result(no("user_not_found")))
		return
	}
	writeJSON(rw, map[string]any{"ok": true, "file": w.Person(q.Get("user")).addFile(q.Get("name"), content, "").json})
}
