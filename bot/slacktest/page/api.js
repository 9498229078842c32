// The calls to the emulator's client API.

async function call(path, options) {
  let res;
  try {
    res = await fetch(path, options);
  } catch {
    return { ok: false, error: 'The workspace does not answer. Is it still running?' };
  }
  const text = await res.text();
  let body = {};
  try {
    body = text ? JSON.parse(text) : {};
  } catch {
    body = { error: text.trim().slice(0, 200) };
  }
  if (!res.ok) return { ...body, ok: false, error: body.error || `The workspace answered ${res.status}.` };
  return Array.isArray(body) ? body : { ok: true, ...body };
}

export function get(path, query) {
  return call(path + (query ? '?' + new URLSearchParams(query) : ''), { headers: { Accept: 'application/json' } });
}

// upload sends the bytes of a file.
export function upload(path, query, file) {
  return call(path + '?' + new URLSearchParams(query), { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: file });
}

export function post(path, body) {
  return call(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}
