// What is known of the workspace, for the person whom one is now.

import { get } from './api.js';

export const state = {
  me: '',        // the person whom one is
  people: [],    // whom one can be
  team: {},
  app: { ids: [], name: 'App' },
  channels: [],
  views: [],
  home: null,
  commands: [],
  seq: -1,
  live: false,   // whether the server's events arrive
  loaded: false,
  waiting: {},   // unread messages of the others, by person
};

const listeners = [];

// onChange has f called after every change.
export function onChange(f) {
  listeners.push(f);
}

export function changed() {
  for (const f of listeners) f();
}

let source = null, running = null, again = false;

// become makes the page the one of another person.
export function become(id) {
  if (state.me === id && source) return;
  Object.assign(state, { me: id, loaded: false, channels: [], views: [], home: null, seq: -1 });
  source?.close();
  source = new EventSource('/client/events?' + new URLSearchParams({ user: id }));
  source.onopen = () => {
    state.live = true;
    refresh();
  };
  source.onmessage = () => refresh();
  source.onerror = () => {
    state.live = false;
    changed();
  };
  refresh();
}

// refresh fetches the state; calls that come while it is under way make one more.
export function refresh() {
  if (running) {
    again = true;
    return running;
  }
  running = (async () => {
    do {
      again = false;
      const who = state.me;
      const s = await get('/client/state', { user: who });
      if (who === state.me && s.ok) take(s);
    } while (again);
    running = null;
    peek();
  })();
  return running;
}

function take(s) {
  state.team = s.team || {};
  if (s.people) knowPeople(s.people);
  state.app = appOf(s);
  state.channels = (s.channels || []).map((c) => ({ ...c, messages: c.messages || [] }));
  state.views = s.views || [];
  state.home = s.home || null;
  state.commands = (s.commands || []).map((c) => ({ ...hints[c.command || c.name], ...c, command: c.command || c.name }));
  state.seq = s.seq ?? 0;
  state.loaded = true;
  state.live = true;
  changed();
}

// knowPeople keeps whom one can be. Their name is the one that people read.
export function knowPeople(list) {
  state.people = list.map((p) => ({ ...p, handle: p.name, name: p.real_name || p.name }));
}

const hints = {}; // by command: usage_hint and description

export function knowCommands(list) {
  for (const c of list || []) hints[c.command] = c;
}

// appOf finds the app: whoever has a direct message and is none of the people.
function appOf(s) {
  const people = new Set((s.people || state.people).map((p) => p.id));
  const ids = new Set();
  let name = '';
  if (s.app) {
    for (const k of ['user_id', 'bot_id', 'id']) if (s.app[k]) ids.add(s.app[k]);
    name = s.app.name;
  }
  for (const c of s.channels || []) {
    if (c.is_im && c.with && !people.has(c.with)) ids.add(c.with);
    for (const m of c.messages || []) {
      if (m.user && !people.has(m.user)) ids.add(m.user);
      if (!name && m.bot && typeof m.bot === 'object') name = m.bot.name;
    }
  }
  return { ids: [...ids], id: [...ids][0] || '', name: name || 'App' };
}

// Read marks: what each person has seen, kept by the tab.
const seen = JSON.parse(sessionStorage.getItem('seen') || '{}');

export function markSeen(c) {
  const last = c.messages.at(-1), key = state.me + '/' + c.id;
  const newest = [last?.ts, ...(last ? c.messages.flatMap((m) => (m.replies || []).map((r) => r.ts)) : [])].filter(Boolean).sort().at(-1);
  if (!newest || seen[key] >= newest) return;
  seen[key] = newest;
  sessionStorage.setItem('seen', JSON.stringify(seen));
}

// unread counts what others wrote and `who` has not seen.
export function unread(c, who = state.me) {
  const mark = seen[who + '/' + c.id] || '';
  return (c.messages || []).filter((m) => m.ts > mark && m.user !== who).length;
}

let peeking = 0;

// peek counts what waits for the others, so that one sees whom to be next.
async function peek() {
  if (peeking) return;
  peeking = setTimeout(async () => {
    for (const p of state.people) {
      if (p.id === state.me) continue;
      const s = await get('/client/state', { user: p.id });
      if (s.ok) state.waiting[p.id] = (s.channels || []).filter((c) => c.is_im).reduce((n, c) => n + unread(c, p.id), 0);
    }
    peeking = 0;
    changed();
  }, 700);
}
