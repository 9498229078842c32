// A field with a list that narrows as one types: for many choices, and for
// choices that the app looks up. Arrow keys, Enter, Escape and Backspace work as
// the WAI-ARIA pattern for a combobox says.

import { h, add, replace, icon } from './dom.js';
import { textObject, plain } from './mrkdwn.js';

let ids = 0;

export function combobox({ attrs, many, local, most, least, placeholder, chosen, find, onchange }) {
  const id = 'combo' + ++ids;
  let list = [...chosen], shown = [], at = -1, asked = 0, timer;

  const chips = h('ul', { class: 'chips', 'aria-label': 'Chosen' });
  const field = h('input', {
    ...attrs, class: 'combo-field', type: 'text', role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false',
    'aria-controls': id, autocomplete: 'off', spellcheck: 'false',
    oninput: () => search(), onfocus: () => field.select(), onclick: () => { if (menu.hidden) search(); },
    onkeydown: key, onkeypress: (ev) => { if (ev.key === 'Enter') ev.preventDefault(); }, onblur: () => { close(); draw(); },
  });
  const menu = h('ul', { class: 'combo-list', role: 'listbox', id, hidden: true, 'aria-multiselectable': many ? 'true' : null });
  const live = h('span', { class: 'visually-hidden', 'aria-live': 'polite' });
  const box = h('div', { class: 'combo' + (many ? ' many' : '') }, chips, field, icon('down'), menu, live);
  box.addEventListener('mousedown', (ev) => {
    if (ev.target === box || ev.target === chips) {
      ev.preventDefault();
      field.focus();
    }
  });

  const has = (o) => list.some((x) => x.value === o.value);
  const full = () => many && most && list.length >= most;

  function draw() {
    if (!many) {
      field.value = list[0] ? list[0].text?.text ?? '' : '';
      field.placeholder = placeholder;
      return;
    }
    field.placeholder = list.length ? '' : placeholder;
    replace(chips, list.map((o) => h('li', { class: 'chip' }, h('span', {}, plain(o.text?.text)), h('button', {
      type: 'button', 'aria-label': 'Remove ' + (o.text?.text || ''), onmousedown: (ev) => ev.preventDefault(), onclick: () => drop(o),
    }, icon('close')))));
    chips.hidden = !list.length;
  }

  function drop(o) {
    list = list.filter((x) => x.value !== o.value);
    live.textContent = `${o.text?.text} removed`;
    draw();
    onchange(list);
    if (!menu.hidden) mark();
    field.focus();
  }

  function pick(o) {
    if (many && has(o)) return drop(o);
    if (full()) return;
    list = many ? [...list, o] : [o];
    live.textContent = `${o.text?.text} chosen`;
    field.value = '';
    draw();
    onchange(list);
    if (many && (local || !least)) search();
    else close();
  }

  function close() {
    clearTimeout(timer);
    asked++;
    menu.hidden = true;
    at = -1;
    field.setAttribute('aria-expanded', 'false');
    field.removeAttribute('aria-activedescendant');
  }

  function open() {
    menu.hidden = false;
    field.setAttribute('aria-expanded', 'true');
  }

  function note(text) {
    shown = [];
    at = -1;
    replace(menu, h('li', { class: 'combo-note', role: 'presentation' }, text));
    open();
  }

  // search asks for what fits the text, a moment after the last key.
  function search() {
    const query = !many && field.value === list[0]?.text?.text ? '' : field.value.trim();
    clearTimeout(timer);
    const mine = ++asked;
    if (!many && field.value === '' && list.length) {
      list = [];
      onchange(list);
    }
    if (full()) return note(`You can choose ${most}.`);
    if (local) return show(narrow(local, query));
    if (query.length < least) return note(`Type ${least === 1 ? 'a letter' : least + ' letters'} or more to search.`);
    timer = setTimeout(async () => {
      if (menu.hidden || !shown.length) note('Searching…');
      const answer = await find(query);
      if (mine !== asked || document.activeElement !== field) return;
      if (answer.error) return note(answer.error);
      show(answer.option_groups?.length ? answer.option_groups : [{ options: answer.options || [] }]);
    }, query ? 180 : 0);
  }

  function narrow(groups, query) {
    const q = query.toLowerCase();
    return groups.map((g) => ({ ...g, options: g.options.filter((o) => ((o.text?.text || '') + ' ' + (o.description?.text || '')).toLowerCase().includes(q)) }));
  }

  function show(groups) {
    shown = [];
    menu.replaceChildren();
    for (const g of groups.filter((x) => x.options?.length)) {
      if (g.label) add(menu, h('li', { class: 'combo-group', role: 'presentation' }, plain(g.label.text)));
      for (const o of g.options) {
        const node = h('li', {
          class: 'combo-option', role: 'option', id: `${id}-${shown.length}`, 'data-value': o.value,
          onmousedown: (ev) => ev.preventDefault(), onclick: () => pick(o),
        }, h('span', { class: 'tick' }, icon('check')), h('span', {}, textObject(o.text), o.description && h('span', { class: 'option-description' }, textObject(o.description))));
        shown.push({ o, node });
        add(menu, node);
      }
    }
    if (!shown.length) return note('Nothing fits.');
    at = 0;
    open();
    mark();
    menu.scrollIntoView({ block: 'nearest' });
  }

  function mark() {
    shown.forEach(({ o, node }, i) => {
      node.classList.toggle('current', i === at);
      node.setAttribute('aria-selected', String(has(o)));
    });
    if (shown[at]) {
      field.setAttribute('aria-activedescendant', shown[at].node.id);
      const n = shown[at].node;
      if (n.offsetTop < menu.scrollTop) menu.scrollTop = n.offsetTop;
      else if (n.offsetTop + n.offsetHeight > menu.scrollTop + menu.clientHeight) menu.scrollTop = n.offsetTop + n.offsetHeight - menu.clientHeight;
    }
  }

  function key(ev) {
    if (ev.isComposing) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
    if (move) {
      ev.preventDefault();
      if (menu.hidden) return search();
      at = shown.length ? (at + move + shown.length) % shown.length : -1;
      mark();
    } else if (ev.key === 'Enter') {
      ev.preventDefault(); // a form is not sent from within a list
      if (!menu.hidden && shown[at]) pick(shown[at].o);
    } else if (ev.key === 'Escape' && !menu.hidden) {
      ev.preventDefault();
      ev.stopPropagation();
      close();
    } else if (ev.key === 'Backspace' && many && !field.value && list.length) drop(list.at(-1));
  }

  draw();
  return box;
}
