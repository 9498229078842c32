"use strict";
// The portal draws what /portal/state says, again after every event, and keeps
// what the reader has opened open.
const $ = id => document.getElementById(id);
const opened = new Set(), known = new Map();
let chosen = new URLSearchParams(location.search).get("tenant"), first = true, busy = false, again = false;

function el(tag, props, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(props || {})) k === "class" ? e.className = v : e[k] = v;
  e.append(...children.filter(c => c !== null && c !== ""));
  return e;
}
const tag = (text, kind) => el("span", {class: "tag " + (kind || "")}, text);
const day = t => new Date(t).toLocaleDateString(undefined, {year: "numeric", month: "short", day: "numeric"});
const time = t => new Date(t).toLocaleTimeString(undefined, {hour: "2-digit", minute: "2-digit", second: "2-digit"});
function left(t, now) {
  const h = (new Date(t) - new Date(now)) / 3600e3;
  return h <= 0 ? "expired" : h < 48 ? Math.round(h) + " h left" : Math.round(h / 24) + " days left";
}
function section(title, items) {
  return items.length ? [el("h2", {}, title), el("ul", {}, ...items)] : [];
}

function drawApp(a, now) {
  const granted = a.permissions.filter(p => p.granted).length, live = a.credentials.filter(c => !c.expired).length;
  const gone = a.deleted !== undefined;
  const state = gone ? tag("deleted", "bad") : !a.hasServicePrincipal ? tag("registered", "wait") : !granted ? tag("no consent", "wait") : granted < a.permissions.length ? tag("partly consented", "wait") : tag("consented", "good");
  const d = el("details", {class: "app" + (gone ? " gone" : ""), open: opened.has(a.id)},
    el("summary", {}, el("b", {}, a.name), state,
      el("span", {class: "soft"}, `${granted} of ${a.permissions.length} permissions · ${live} credential${live === 1 ? "" : "s"} · ${day(a.created)} ${time(a.created)}`)),
    el("div", {class: "body"},
      el("ul", {}, el("li", {}, el("span", {}, "Application ID ", el("code", {}, a.appId))), el("li", {}, el("span", {}, "Object ID ", el("code", {}, a.id)))),
      ...section("Permissions and consent", a.permissions.map(p => el("li", {},
        el("span", {}, p.name, el("span", {class: "soft"}, ` · ${p.resource} · ${p.type}`)),
        p.granted ? tag(p.requested ? "granted" : "granted, not listed", "good") : tag("not granted", "wait")))),
      ...section("Credentials", a.credentials.map(c => el("li", {},
        el("span", {}, c.name || c.kind, el("span", {class: "soft"}, ` · ${c.kind}${c.hint ? " " + c.hint + "•••" : ""} · until ${day(c.expires)}`),
          c.thumbprint ? el("code", {class: "below", title: "SHA-1 thumbprint"}, c.thumbprint) : ""),
        tag(left(c.expires, now), c.expired ? "bad" : "")))),
      ...section("Federated credentials", a.federated.map(f => el("li", {},
        el("span", {}, f.name, el("span", {class: "soft"}, " · " + f.issuer), el("code", {class: "below", title: "Subject"}, f.subject))))),
      ...section("Exposed API", [...a.identifierUris.map(u => el("li", {}, el("code", {}, u))), ...a.exposed.map(s => el("li", {},
        el("span", {}, s.name, el("span", {class: "soft"}, ` · consent by ${s.who}${s.clients.length ? " · without consent: " + s.clients.join(", ") : ""}`)),
        tag(s.enabled ? "enabled" : "disabled", s.enabled ? "good" : "wait")))]),
      ...section("Directory roles", a.directoryRoles.map(r => el("li", {}, el("span", {}, r)))),
      ...section("Azure roles", a.azureRoles.map(r => el("li", {},
        el("span", {}, r.role || "a role that is gone", el("span", {class: "soft"}, " · " + r.subscription)), r.custom ? tag("custom") : ""))),
      ...section("Owners", a.owners.map(o => el("li", {}, el("span", {}, o)))),
      ...section("Redirect URIs", [...a.redirectUris.map(r => el("li", {}, el("code", {}, r.uri), tag(r.platform))),
        ...(a.publicClient ? [el("li", {}, el("span", {class: "soft"}, "Public client flows are allowed"))] : [])]),
      ...section("Notes", a.notes ? [el("li", {}, el("span", {}, a.notes))] : [])));
  d.addEventListener("toggle", () => d.open ? opened.add(a.id) : opened.delete(a.id));
  return fresh(d, a.id, a);
}
// fresh marks what is not as it was when it was last drawn.
function fresh(e, key, data) {
  const now = JSON.stringify(data);
  if (!first && known.get(key) !== now) e.classList.add("fresh");
  known.set(key, now);
  return e;
}
function drawSignIn(s, i, all) {
  const good = s.code === 0;
  return fresh(el("div", {class: "row"},
    el("div", {class: "top"}, el("b", {}, s.who || "somebody"), tag(good ? "success" : "AADSTS" + s.code, good ? "good" : "bad")),
    el("p", {class: "soft"}, `${s.client} · ${day(s.time)} ${time(s.time)}`),
    good ? null : el("p", {}, s.error)), "signin" + (all.length - i), s);
}
function drawPerson(p) {
  return el("div", {class: "row"},
    el("div", {class: "top"}, el("b", {}, p.name), p.guest ? tag("guest") : "", p.disabled ? tag("disabled", "bad") : ""),
    el("p", {class: "soft"}, p.upn), el("p", {}, p.roles.join(", ")));
}
function fill(id, rows, empty) {
  $(id).replaceChildren(...(rows.length ? rows : [el("p", {class: "empty"}, empty)]));
}
function draw(state) {
  const t = state.tenants.find(t => t.id === chosen) || state.tenants[0];
  $("tenants").hidden = state.tenants.length < 2;
  if (!t) return fill("apps", [], "There is no tenant yet.");
  const focused = document.activeElement && document.activeElement.closest("details.app");
  const index = focused ? [...document.querySelectorAll("details.app")].indexOf(focused) : -1;
  $("tenants").replaceChildren(...state.tenants.map(x => el("option", {value: x.id, selected: x === t}, x.name)));
  $("name").hidden = state.tenants.length > 1;
  $("name").textContent = document.title = t.name;
  $("about").textContent = `${t.domain} · ${t.id}`;
  $("count-apps").textContent = t.applications.length;
  $("count-signins").textContent = t.signIns.length;
  fill("apps", [...t.applications, ...t.deleted].map(a => drawApp(a, state.now)), "No applications yet. They appear here as they are registered.");
  fill("signins", t.signIns.map(drawSignIn), "Nobody has signed in yet.");
  fill("people", t.people.map(drawPerson), "Nobody is in this tenant yet.");
  if (index >= 0) document.querySelectorAll("details.app > summary")[index]?.focus();
  first = false;
}
async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    do { again = false; draw(await (await fetch("/portal/state")).json()); } while (again);
  } catch (e) { console.error(e); /* the next event tries again */ } finally { busy = false; }
}
function show(tab) {
  for (const b of document.querySelectorAll("[role=tab]")) {
    const on = b.dataset.tab === tab;
    b.setAttribute("aria-selected", on); b.tabIndex = on ? 0 : -1; $(b.dataset.tab).hidden = !on;
  }
}
document.querySelector("nav").addEventListener("click", e => { const b = e.target.closest("[role=tab]"); if (b) show(b.dataset.tab); });
document.querySelector("nav").addEventListener("keydown", e => {
  const step = {ArrowRight: 1, ArrowLeft: -1}[e.key];
  if (!step) return;
  const tabs = [...document.querySelectorAll("[role=tab]")], next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
  next.focus(); show(next.dataset.tab);
});
$("tenants").addEventListener("change", e => { chosen = e.target.value; first = true; refresh(); });

const events = new EventSource("/portal/events");
events.addEventListener("change", refresh);
events.onopen = () => { $("live").textContent = "live"; $("live").classList.add("on"); };
events.onerror = () => { $("live").textContent = "reconnecting"; $("live").classList.remove("on"); };
