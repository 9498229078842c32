// The list of channels and conversations, and the people whom one can be.

import { h, replace, reconcile, icon } from './dom.js';
import { state, unread } from './state.js';
import { avatar, titleOf } from './names.js';

function entry(c, here) {
  const n = c.id === here ? 0 : unread(c), isApp = c.is_im && state.app.ids.includes(c.with);
  return h('li', {}, h('a', {
    class: 'place' + (c.id === here ? ' here' : '') + (n ? ' unread' : ''), href: `#${state.me}/${c.id}`, 'data-channel': c.id,
    'data-name': titleOf(c), 'aria-current': c.id === here ? 'page' : null, 'data-focus': c.id,
  }, c.is_im ? avatar(c.with, 'tiny') : icon(c.is_private ? 'lock' : 'hash'), h('span', { class: 'place-name' }, titleOf(c) + (c.with === state.me ? ' (you)' : '')),
  isApp && h('span', { class: 'app-tag' }, 'APP'),
  n > 0 && h('span', { class: 'badge', 'aria-label': `${n} unread` }, String(n))));
}

// sections draws the channels into nav. Names and numbers change seldom, so it
// is made again when one of them does.
export function sections(nav, here) {
  const kinds = [
    ['Channels', state.channels.filter((c) => !c.is_im)],
    ['Direct messages', state.channels.filter((c) => c.is_im && !state.app.ids.includes(c.with))],
    ['Apps', state.channels.filter((c) => c.is_im && state.app.ids.includes(c.with))],
  ].filter(([, list]) => list.length);
  reconcile(nav, kinds, {
    key: ([name]) => name,
    sig: ([, list]) => JSON.stringify([state.me, here, list.map((c) => [c.id, titleOf(c), c.id === here ? 0 : unread(c)])]),
    make: ([name, list]) => h('section', {}, h('h2', {}, name), h('ul', {}, list.map((c) => entry(c, here)))),
  });
}

// people draws the switch between persons.
export function people(bar, choose) {
  reconcile(bar, state.people, {
    key: (p) => p.id,
    sig: (p) => JSON.stringify([p, p.id === state.me, state.waiting[p.id] || 0]),
    make: (p) => {
      const me = p.id === state.me, n = me ? 0 : state.waiting[p.id] || 0;
      return h('button', {
        type: 'button', class: 'person' + (me ? ' me' : ''), 'aria-pressed': String(me), 'data-person': p.id, 'data-focus': 'person-' + p.id,
        title: `${p.name}${p.title ? ', ' + p.title : ''}`, onclick: () => choose(p.id),
      }, h('span', { class: 'person-face' }, avatar(p.id), n > 0 && h('span', { class: 'dot' })),
      h('span', { class: 'person-words' }, h('span', { class: 'person-name' }, p.name), h('span', { class: 'person-title' }, p.title || '')),
      n > 0 && h('span', { class: 'visually-hidden' }, `, ${n} unread`));
    },
  });
}

// heading draws the name of the place that is open.
export function heading(el, c) {
  if (!c) return replace(el);
  const p = c.is_im && state.people.find((x) => x.id === c.with);
  replace(el, c.is_im ? avatar(c.with, 'small') : icon(c.is_private ? 'lock' : 'hash'), h('span', { class: 'heading-name' }, titleOf(c)),
    (p?.title || c.topic) && h('span', { class: 'heading-note' }, p?.title || c.topic));
}
