// Where people type. A text that begins with "/" is a slash command. Enter
// sends, Shift+Enter begins a line, Tab or Enter takes a suggestion.

import { h, add, replace, icon } from './dom.js';
import { state, refresh } from './state.js';
import { post } from './api.js';
import { avatar } from './names.js';

let ids = 0;
const typed = new Map(); // by person and place: what stands in the field

// composer makes one for where(), which returns {channel, thread, label}.
export function composer(where) {
  const id = 'suggest' + ++ids;
  let list = [], at = -1, place = '', shut = false;
  const field = h('textarea', {
    class: 'composer-field', rows: 1, 'aria-controls': id, 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox',
    autocomplete: 'off', 'data-composer': true,
    oninput: () => {
      shut = false;
      changed();
    },
    onkeydown: key, onclick: suggest,
    onkeypress: (ev) => { if (ev.key === 'Enter' && !ev.shiftKey) ev.preventDefault(); }, // for what types keys apart from characters
    onblur: () => show([]),
  });
  const menu = h('ul', { class: 'suggest', id, role: 'listbox', 'aria-label': 'Suggestions', hidden: true });
  const trouble = h('p', { class: 'composer-trouble', role: 'alert' });
  const button = h('button', { type: 'submit', class: 'send', 'aria-label': 'Send', title: 'Send' }, icon('send'));
  const form = h('form', {
    class: 'composer', onsubmit: (ev) => {
      ev.preventDefault();
      send();
    },
  }, menu, h('div', { class: 'composer-box' }, field, button), trouble);

  function changed() {
    typed.set(place, field.value);
    trouble.textContent = '';
    button.disabled = !field.value.trim();
    fit();
    suggest();
  }

  // fit makes the field as high as what is in it. What is not shown has no height.
  function fit() {
    field.style.height = 'auto';
    if (field.scrollHeight > 0) field.style.height = Math.min(field.scrollHeight, 180) + 'px';
  }
  let wide = 0;
  new ResizeObserver(() => {
    if (field.clientWidth === wide) return;
    wide = field.clientWidth;
    requestAnimationFrame(fit);
  }).observe(form);

  // suggest looks at the word before the caret.
  function suggest() {
    const text = field.value.slice(0, field.selectionStart);
    if (shut) return show([]);
    if (/^\/\S*$/.test(text) && !where().thread) {
      return show(state.commands.filter((c) => c.command.startsWith(text)).map((c) => ({
        insert: c.command + ' ', from: 0, done: c.command === text,
        parts: [h('b', {}, c.command), c.usage_hint && h('span', { class: 'usage' }, c.usage_hint), h('span', { class: 'quiet' }, c.description)],
      })));
    }
    const command = state.commands.find((c) => text.startsWith(c.command + ' '));
    const word = text.match(/(^|\s)([@#])([\p{L}\p{N}._-]*)$/u);
    if (word) {
      const q = word[3].toLowerCase(), from = text.length - word[3].length - 1;
      if (word[2] === '@') {
        return show(state.people.filter((p) => p.name.toLowerCase().split(' ').some((n) => n.startsWith(q))).map((p) => ({
          insert: '@' + p.name + ' ', from, parts: [avatar(p.id, 'tiny'), h('b', {}, p.name), h('span', { class: 'quiet' }, p.title)],
        })));
      }
      return show(state.channels.filter((c) => !c.is_im && c.name.startsWith(q)).map((c) => ({ insert: '#' + c.name + ' ', from, parts: [h('b', {}, '#' + c.name)] })));
    }
    if (command?.usage_hint && text === command.command + ' ') {
      return show([{ parts: [h('b', {}, command.command), h('span', { class: 'usage' }, command.usage_hint)] }]);
    }
    show([]);
  }

  function show(items) {
    list = items;
    at = items.findIndex((s) => s.insert && !s.done);
    menu.hidden = !items.length;
    replace(menu, items.map((s, i) => h('li', {
      id: `${id}-${i}`, role: 'option', class: s.insert ? '' : 'hint-only', onmousedown: (ev) => ev.preventDefault(), onclick: () => take(s),
    }, s.parts)));
    mark();
  }

  function mark() {
    [...menu.children].forEach((li, i) => {
      li.classList.toggle('current', i === at);
      li.setAttribute('aria-selected', String(i === at));
    });
    if (at >= 0 && list.length) field.setAttribute('aria-activedescendant', `${id}-${at}`);
    else field.removeAttribute('aria-activedescendant');
  }

  function take(s) {
    if (!s.insert) return;
    const end = field.selectionStart;
    field.setRangeText(s.insert, s.from, end, 'end');
    field.focus();
    changed();
  }

  function key(ev) {
    if (ev.isComposing) return;
    const pickable = list.filter((s) => s.insert);
    const move = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
    if (move && pickable.length) {
      at = (at + move + list.length) % list.length;
      mark();
    } else if (ev.key === 'Escape' && !menu.hidden) {
      shut = true;
      show([]);
    } else if (ev.key === 'Tab' && !ev.shiftKey && at >= 0) take(list[at]);
    else if (ev.key === 'Enter' && !ev.shiftKey) {
      if (at >= 0) take(list[at]);
      else send();
    } else return;
    ev.preventDefault();
  }

  // encoded writes mentions the way Slack sends them.
  function encoded(text) {
    for (const p of [...state.people].sort((a, b) => b.name.length - a.name.length)) text = text.replaceAll('@' + p.name, `<@${p.id}>`);
    for (const c of state.channels) if (!c.is_im) text = text.replace(new RegExp(`(^|\\s)#${c.name.replace(/[^\w-]/g, '\\$&')}(?![\\w-])`, 'g'), `$1<#${c.id}|${c.name}>`);
    return text;
  }

  async function send() {
    const text = field.value.trim(), w = where(), mine = place;
    if (!text) return;
    const slash = text.startsWith('/');
    if (slash && w.thread) {
      trouble.textContent = 'Slash commands do not work in threads.';
      return;
    }
    field.value = '';
    changed();
    const res = await post(slash ? '/client/command' : '/client/message', { user: state.me, channel: w.channel, text: encode(text, slash), thread_ts: w.thread || undefined });
    if (!res.ok) {
      if (place === mine && !field.value) field.value = text;
      changed();
      trouble.textContent = res.error || 'That did not work.';
    }
    refresh();
  }

  const encode = (text, slash) => {
    const amp = slash ? text : text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
    return encoded(amp);
  };

  return {
    node: form,
    field,
    // update makes it the composer of where() as it is now.
    update() {
      const w = where(), next = state.me + '/' + w.channel + '/' + (w.thread || '');
      field.placeholder = w.label;
      field.setAttribute('aria-label', w.label);
      if (next === place) return;
      place = form.dataset.place = next;
      field.value = typed.get(place) || '';
      show([]);
      changed();
      show([]);
    },
  };
}
