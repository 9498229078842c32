// People and channels by name, and how they look.

import { h, icon } from './dom.js';
import { state } from './state.js';

export function person(id) {
  return state.people.find((p) => p.id === id) || (state.app.ids.includes(id) ? state.app : null);
}

export function nameOf(id) {
  return person(id)?.name || id || 'Somebody';
}

const tones = ['#b4532a', '#2f6f8f', '#6b5aa8', '#3f7a4d', '#a1476c', '#7a6a2a', '#2d7d78', '#8a4b9c'];

function tone(id) {
  const i = state.people.findIndex((p) => p.id === id);
  if (i >= 0) return tones[i % tones.length];
  let n = 0;
  for (const c of String(id)) n = (n * 31 + c.charCodeAt(0)) >>> 0;
  return tones[n % tones.length];
}

export function initials(name) {
  const parts = String(name).trim().split(/\s+/);
  return ((parts[0]?.[0] || '?') + (parts.length > 1 ? parts.at(-1)[0] : '')).toUpperCase();
}

// avatar is a picture of a person or of the app; its name stands beside it.
export function avatar(id, size) {
  const p = person(id);
  const cls = 'avatar' + (size ? ' ' + size : '');
  if (!p || p === state.app) return h('span', { class: cls + ' app', 'aria-hidden': 'true' }, icon('key'));
  return h('span', { class: cls, 'aria-hidden': 'true', style: `--tone:${tone(id)}` }, initials(p.name));
}

export function mention(id, label) {
  const me = id === state.me;
  return h('span', { class: 'mention' + (me ? ' me' : '') }, '@' + (person(id)?.name || label || id));
}

export function channelLink(id, label) {
  const c = state.channels.find((x) => x.id === id);
  const name = c?.name || label;
  if (!c) return h('span', { class: 'mention' }, name ? '#' + name : 'private channel');
  return h('a', { class: 'mention', href: '#' + state.me + '/' + id }, '#' + name);
}

// title of a channel or of a conversation, without its sign.
export function titleOf(c) {
  if (!c.is_im) return c.name;
  return state.app.ids.includes(c.with) ? state.app.name : nameOf(c.with);
}
