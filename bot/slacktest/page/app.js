// The page of the workspace: which person one is, and which place is open.
// Both stand in the address, #U1/C1, #U1/D1/home or #U1/C1/<ts of a thread>.

import { h, replace, iconButton } from './dom.js';
import { get, post } from './api.js';
import { state, become, onChange, changed, markSeen, refresh, unread, knowPeople, knowCommands } from './state.js';
import { sections, people, heading } from './sidebar.js';
import { conversation, thread, home, stayAtEnd } from './messages.js';
import { composer } from './composer.js';
import { titleOf } from './names.js';
import { side } from './side.js';
import { offer, opener } from './samples.js';
import * as modal from './modal.js';

const $ = (id) => document.getElementById(id);
const places = JSON.parse(sessionStorage.getItem('places') || '{}'); // where each person was last
state.place = { channel: '', tab: 'messages', thread: '' };

const here = () => state.channels.find((c) => c.id === state.place.channel);
const isApp = (c) => c?.is_im && state.app.ids.includes(c.with);

const main = composer(() => ({ channel: state.place.channel, label: label(here()) }));
const reply = composer(() => ({ channel: state.place.channel, thread: state.place.thread, label: 'Reply in thread' }));
$('composer').append(main.node);
$('reply').append(reply.node);
modal.mount(document.body);
stayAtEnd($('log'));

function label(c) {
  if (!c) return 'Message';
  return 'Message ' + (c.is_im ? titleOf(c) : '#' + c.name);
}

function go(user, channel, rest) {
  location.hash = [user, channel, rest].filter(Boolean).join('/');
}

// follow reads the address.
function follow() {
  const [user, channel, rest] = location.hash.slice(1).split('/');
  if (!state.people.some((p) => p.id === user)) return go(state.people[0].id, '');
  const moved = state.me !== user;
  const tab = rest === 'home' ? 'home' : 'messages';
  const visit = tab === 'home' && (state.place.tab !== 'home' || moved);
  state.place = { channel: channel || '', tab, thread: tab === 'messages' && rest ? rest : '' };
  document.body.classList.remove('drawer');
  if (moved) become(user);
  if (visit) post('/client/home', { user, tab: 'home' }).then(refresh);
  if (channel) {
    places[user] = location.hash.split('/').slice(1).join('/');
    sessionStorage.setItem('places', JSON.stringify(places));
  }
  changed();
}

// choose makes one another person, where that person was last.
function choose(id) {
  if (id === state.me) return;
  go(id, places[id] || state.place.channel, '');
}

function draw() {
  people($('people'), choose);
  $('team').textContent = state.team.name || 'Workspace';
  $('offline').hidden = state.live || !state.loaded;
  main.update(); // before the place is loaded: what is typed meanwhile belongs there
  if (!state.loaded) return;
  const c = here();
  if (!c) { // a place that this person cannot see
    const first = state.channels.find((x) => !x.is_im) || state.channels[0];
    if (first) go(state.me, first.id);
    return;
  }
  document.title = (c.is_im ? titleOf(c) : '#' + c.name) + ' · ' + (state.team.name || 'Workspace');
  sections($('sections'), c.id);
  $('menu').classList.toggle('news', state.channels.some((x) => x !== c && unread(x)));
  heading($('heading'), c);
  tabs(c);
  const atHome = isApp(c) && state.place.tab === 'home';
  $('home').hidden = !atHome;
  $('talk').hidden = atHome;
  if (atHome) home($('home'));
  else {
    conversation($('log'), c, (ts) => {
      go(state.me, c.id, ts);
      requestAnimationFrame(() => reply.field.focus());
    });
    $('start').hidden = c.messages.length > 0;
    $('start').textContent = c.is_im ? `This is the beginning of your conversation with ${titleOf(c)}.` : `This is the very beginning of #${c.name}.`;
    if (document.visibilityState === 'visible') markSeen(c);
  }
  const threaded = !atHome && !!state.place.thread;
  $('thread').hidden = !threaded;
  document.body.classList.toggle('with-thread', threaded);
  if (threaded) {
    thread($('thread-log'), c, state.place.thread);
    reply.update();
  }
  modal.render();
}

// tabs are shown for the app only: its Home, and its messages.
function tabs(c) {
  const bar = $('tabs');
  bar.hidden = !isApp(c);
  if (bar.hidden) return;
  const tab = (name, on, rest) => h('a', { class: 'tab' + (on ? ' on' : ''), href: `#${state.me}/${c.id}${rest}`, 'aria-current': on ? 'page' : null }, name);
  replace(bar, tab('Home', state.place.tab === 'home', '/home'), tab('Messages', state.place.tab !== 'home', ''));
}

$('menu').onclick = () => {
  const open = document.body.classList.toggle('drawer');
  $('menu').setAttribute('aria-expanded', String(open));
  if (open) $('sections').querySelector('a')?.focus();
};
$('skip').onclick = () => main.field.focus();
$('veil').onclick = () => document.body.classList.remove('drawer');
$('thread-head').append(iconButton('close', 'Close thread', () => go(state.me, state.place.channel)));
document.addEventListener('keydown', (ev) => {
  if (ev.key !== 'Escape' || ev.defaultPrevented || document.querySelector('dialog[open]')) return;
  if (document.body.classList.contains('drawer')) document.body.classList.remove('drawer');
  else if (state.place.thread) {
    go(state.me, state.place.channel);
    main.field.focus();
  }
});
document.addEventListener('visibilitychange', () => changed());
addEventListener('hashchange', follow);
onChange(draw);

async function start() {
  const config = await get('/client/config');
  side($('side'), $('side-button'), { url: config.aside, title: config.aside_title });
  knowCommands(config.commands);
  offer(config.samples);
  if (config.samples?.length) $('side-button').before(opener('side-button'));
  for (;;) {
    const answer = await get('/client/people');
    const list = Array.isArray(answer) ? answer : answer.people;
    if (list?.length) {
      knowPeople(list);
      break;
    }
    $('start').textContent = answer.error || 'Nobody is in this workspace yet.';
    await new Promise((r) => setTimeout(r, 1000));
  }
  follow();
  if (matchMedia('(hover: hover)').matches) main.field.focus();
}
start();
