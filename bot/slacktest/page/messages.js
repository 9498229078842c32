// A conversation, and the panel with one thread.

import { h, add, replace, reconcile, icon, toast } from './dom.js';
import { state, refresh } from './state.js';
import { post } from './api.js';
import { mrkdwn } from './mrkdwn.js';
import { blocks, inputsOf } from './blocks.js';
import { valueOf } from './elements.js';
import { avatar, nameOf, person } from './names.js';
import { time, fromTS, dayName, long } from './when.js';

const drafts = new Map(); // by channel and message: what was entered in it

function context(c, m) {
  const key = state.me + '/' + c.id + '/' + m.ts;
  if (!drafts.has(key)) drafts.set(key, new Map());
  const values = drafts.get(key);
  const ctx = {
    surface: 'message', values, place: c.id,
    async act(b, e, change) {
      const entered = {};
      for (const [ib, ie] of inputsOf(m.blocks)) (entered[ib.block_id] ||= {})[ie.action_id] = valueOf(ib, ie, ctx);
      const res = await post('/client/action', { user: state.me, channel: c.id, ts: m.ts, block_id: b.block_id, action_id: e.action_id, ...change, state: entered });
      if (!res.ok) toast(res.error || 'That did not work.');
      await refresh();
    },
    suggest: (block_id, action_id, query) => post('/client/suggest', { user: state.me, channel: c.id, ts: m.ts, block_id, action_id, query }),
  };
  return ctx;
}

function message(c, m, { joined, openThread }) {
  const at = fromTS(m.ts), who = m.user || state.app.id;
  const isApp = !person(who) || person(who) === state.app;
  const name = m.username || (isApp ? state.app.name : nameOf(who));
  const body = h('div', { class: 'message-body' });
  if (m.blocks?.length) add(body, blocks(m.blocks, context(c, m)));
  else add(body, h('div', { class: 'text' }, mrkdwn(m.text)));
  if (m.edited && !m.blocks?.length) add(body, h('span', { class: 'edited' }, '(edited)'));
  const replies = m.replies || [];
  const el = h('article', { class: 'message' + (joined ? ' joined' : '') + (m.ephemeral ? ' ephemeral' : ''), 'data-ts': m.ts, 'data-user': who },
    joined ? h('span', { class: 'gutter', 'aria-hidden': 'true' }, time(at)) : avatar(who),
    h('div', { class: 'message-main' },
      m.ephemeral && h('p', { class: 'only-you' }, icon('eye'), 'Only visible to you'),
      h('header', { class: joined ? 'visually-hidden' : 'message-head' },
        h('span', { class: 'author' }, name), isApp && h('span', { class: 'app-tag' }, 'APP'),
        h('time', { class: 'at', datetime: at.toISOString(), title: long(at) }, time(at))),
      body,
      openThread && replies.length > 0 && h('button', { type: 'button', class: 'thread-link', 'data-focus': 'thread-' + m.ts, onclick: () => openThread(m.ts) },
        avatar(replies.at(-1).user || state.app.id, 'tiny'), `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`,
        h('span', { class: 'quiet' }, 'Last at ' + time(fromTS(replies.at(-1).ts))))),
    openThread && !m.ephemeral && h('div', { class: 'message-tools' },
      h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Reply in thread', title: 'Reply in thread', onclick: () => openThread(m.ts) }, icon('thread'))));
  return el;
}

// rows puts day lines between messages and joins what one author said in a row.
function rows(list, root) {
  const out = [];
  let day = '', last = null;
  for (const m of list) {
    const d = dayName(fromTS(m.ts));
    if (d !== day) {
      if (!root) out.push({ line: d, key: 'day-' + d });
      last = null;
    }
    day = d;
    const joined = last && last.user === m.user && !last.ephemeral === !m.ephemeral && m.ts - last.ts < 300 && !(last.replies?.length);
    out.push({ m, joined: !!joined, key: m.ts });
    last = m;
    if (m !== root) continue;
    const n = list.length - 1;
    if (n) out.push({ line: `${n} ${n === 1 ? 'reply' : 'replies'}`, key: 'replies' });
    last = null;
  }
  return out;
}

function draw(log, c, list, openThread, root) {
  const names = state.people.map((p) => p.name).join();
  const near = log.scrollHeight - log.scrollTop - log.clientHeight < 160;
  reconcile(log, rows(list, root), {
    key: (r) => c.id + r.key,
    sig: (r) => (r.line ? r.line : state.me + r.joined + !!openThread + names + JSON.stringify({ ...r.m, replies: (r.m.replies || []).map((x) => x.ts) })),
    make: (r) => (r.line ? h('div', { class: 'day' }, h('span', {}, r.line)) : message(c, r.m, { joined: r.joined, openThread })),
  });
  return near;
}

// conversation draws the messages of a channel into log.
export function conversation(log, c, openThread) {
  const moved = log.dataset.channel !== state.me + c.id;
  log.dataset.channel = state.me + c.id;
  if (moved) log.replaceChildren();
  const last = log.lastElementChild?.rkey;
  const near = draw(log, c, c.messages, openThread);
  const mine = c.messages.at(-1)?.user === state.me && log.lastElementChild?.rkey !== last;
  if (moved || near || mine) toEnd(log);
}

// toEnd scrolls to the end, and again once all is laid out, unless a person
// has scrolled in the meantime.
function toEnd(log) {
  log.scrollTop = log.scrollHeight;
  const end = log.scrollTop;
  requestAnimationFrame(() => { if (log.scrollTop >= end) log.scrollTop = log.scrollHeight; });
}

// stayAtEnd keeps the end of a log in sight when the window gets another size.
export function stayAtEnd(log) {
  let atEnd = true;
  log.addEventListener('scroll', () => { atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40; });
  let width = 0, height = 0;
  new ResizeObserver(() => {
    const moved = log.clientWidth !== width || log.clientHeight !== height;
    [width, height] = [log.clientWidth, log.clientHeight];
    if (moved && atEnd) log.scrollTop = log.scrollHeight;
  }).observe(log);
}

// thread draws one message and the replies to it.
export function thread(log, c, ts) {
  const root = c.messages.find((m) => m.ts === ts);
  const moved = log.dataset.thread !== state.me + ts;
  log.dataset.thread = state.me + ts;
  if (!root) return replace(log, h('p', { class: 'empty' }, 'This message is no longer here.'));
  if (moved) log.replaceChildren();
  const first = { ...root, replies: [] };
  const near = draw(log, c, [first, ...(root.replies || [])], null, first);
  if (near && !moved) toEnd(log);
}

// home draws what the app published for this person.
export function home(pane) {
  if (!state.home) return replace(pane, h('p', { class: 'empty' }, 'The app has not published a Home tab yet.'));
  const values = drafts.get('home') || drafts.set('home', new Map()).get('home');
  const ctx = {
    surface: 'home', values,
    async act(b, e, change) {
      const res = await post('/client/action', { user: state.me, view_id: state.home.id, block_id: b.block_id, action_id: e.action_id, ...change });
      if (!res.ok) toast(res.error || 'That did not work.');
      await refresh();
    },
    suggest: (block_id, action_id, query) => post('/client/suggest', { user: state.me, view_id: state.home.id, block_id, action_id, query }),
  };
  const mark = state.me + JSON.stringify(state.home.blocks);
  if (pane.homeMark === mark && pane.childElementCount) return;
  pane.homeMark = mark;
  replace(pane, h('div', { class: 'home' }, blocks(state.home.blocks, ctx)));
}
