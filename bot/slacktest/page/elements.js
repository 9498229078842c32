// Block Kit's elements: what can be pressed, chosen and typed into.

import { h, add, icon } from './dom.js';
import { plain, textObject } from './mrkdwn.js';
import { state } from './state.js';
import { titleOf } from './names.js';
import { combobox } from './combobox.js';
import { fileInput } from './files.js';
import { confirmed } from './confirm.js';

// Which property of an element's value holds what was entered, and which of the
// element itself what it begins with.
const slots = {
  plain_text_input: ['value', 'initial_value'], email_text_input: ['value', 'initial_value'], url_text_input: ['value', 'initial_value'],
  number_input: ['value', 'initial_value'],
  static_select: ['selected_option', 'initial_option'], external_select: ['selected_option', 'initial_option'],
  multi_static_select: ['selected_options', 'initial_options'], multi_external_select: ['selected_options', 'initial_options'],
  users_select: ['selected_user', 'initial_user'], multi_users_select: ['selected_users', 'initial_users'],
  channels_select: ['selected_channel', 'initial_channel'], multi_channels_select: ['selected_channels', 'initial_channels'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
  multi_conversations_select: ['selected_conversations', 'initial_conversations'],
  checkboxes: ['selected_options', 'initial_options'], radio_buttons: ['selected_option', 'initial_option'],
  datepicker: ['selected_date', 'initial_date'], timepicker: ['selected_time', 'initial_time'],
  datetimepicker: ['selected_date_time', 'initial_date_time'], file_input: ['files', 'initial_files'],
};

export const isInput = (e) => e.type in slots;

const keyOf = (b, e) => b.block_id + '|' + e.action_id;

// valueOf is what an element holds now, as Slack sends it.
export function valueOf(b, e, ctx) {
  const [slot, initial] = slots[e.type];
  const kept = ctx.values.get(keyOf(b, e));
  if (kept !== undefined) return { type: e.type, [slot]: kept };
  let first = e[initial] ?? (slot.endsWith('s') ? [] : null);
  if (e.default_to_current_conversation && !e[initial] && ctx.place) first = slot.endsWith('s') ? [ctx.place] : ctx.place;
  return { type: e.type, [slot]: first };
}

const get = (b, e, ctx) => valueOf(b, e, ctx)[slots[e.type][0]];

// set keeps what was entered, and tells the app where it wants to know at once.
function set(b, e, ctx, value, quiet) {
  ctx.values.set(keyOf(b, e), value);
  ctx.touched?.(b);
  if (!quiet && (b.type !== 'input' || b.dispatch_action)) return ctx.act(b, e, valueOf(b, e, ctx));
}

// common are the attributes of the control that a label points at.
function common(b, e, ctx) {
  const f = ctx.field;
  return {
    id: f?.id, 'data-action': e.action_id, 'data-focus': keyOf(b, e),
    'aria-describedby': f?.describedby, 'aria-required': f?.required ? 'true' : null,
    'aria-label': f ? null : e.accessibility_label || e.placeholder?.text || b.text?.text?.slice(0, 80) || e.action_id,
  };
}

export function element(e, b, ctx) {
  switch (e.type) {
    case 'button': return button(e, b, ctx);
    case 'overflow': return overflow(e, b, ctx);
    case 'plain_text_input': return text(e, b, ctx, e.multiline ? 'textarea' : 'text');
    case 'email_text_input': return text(e, b, ctx, 'email');
    case 'url_text_input': return text(e, b, ctx, 'url');
    case 'number_input': return text(e, b, ctx, 'number');
    case 'datepicker': return text(e, b, ctx, 'date');
    case 'timepicker': return text(e, b, ctx, 'time');
    case 'datetimepicker': return text(e, b, ctx, 'datetime-local');
    case 'checkboxes': return choices(e, b, ctx, 'checkbox');
    case 'radio_buttons': return choices(e, b, ctx, 'radio');
    case 'file_input': return files(e, b, ctx);
    case 'image': return h('img', { class: 'image small', src: e.image_url, alt: e.alt_text || '' });
  }
  if (e.type === 'external_select' || e.type?.startsWith('multi_')) return combo(e, b, ctx);
  if (e.type in slots) return select(e, b, ctx);
  return h('span', { class: 'b-unknown' }, `[${e.type}]`);
}

// pressed runs an action; until it is answered the control shows that it works.
async function pressed(node, e, b, ctx, change) {
  if (node.classList.contains('busy') || !await confirmed(e.confirm)) return;
  node.classList.add('busy');
  node.setAttribute('aria-busy', 'true');
  await ctx.act(b, e, change);
  node.classList.remove('busy');
  node.removeAttribute('aria-busy');
}

function button(e, b, ctx) {
  const attrs = {
    class: 'button ' + (e.style || ''), 'data-action': e.action_id, 'data-focus': keyOf(b, e), 'data-value': e.value,
    'aria-label': e.accessibility_label,
  };
  const safe = e.url && /^(https?|mailto):/i.test(e.url);
  const change = { value: e.value };
  if (safe && !e.confirm) {
    return h('a', { ...attrs, href: e.url, target: '_blank', rel: 'noopener noreferrer', onclick: (ev) => { pressed(ev.currentTarget, e, b, ctx, change); } }, plain(e.text?.text));
  }
  return h('button', { ...attrs, type: 'button', onclick: (ev) => { pressed(ev.currentTarget, e, b, ctx, change); } }, plain(e.text?.text));
}

function overflow(e, b, ctx) {
  const box = h('div', { class: 'overflow' });
  const menu = h('div', { class: 'menu', role: 'menu', hidden: true });
  const opener = h('button', {
    type: 'button', class: 'icon-button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-label': 'More actions',
    'data-action': e.action_id, 'data-focus': keyOf(b, e), onclick: () => show(menu.hidden),
  }, icon('more'));
  const show = (on) => {
    menu.hidden = !on;
    opener.setAttribute('aria-expanded', String(on));
    if (on) menu.firstChild?.focus();
  };
  for (const o of e.options || []) {
    add(menu, h('button', {
      type: 'button', role: 'menuitem', onclick: () => {
        show(false);
        opener.focus();
        if (o.url && /^https?:/i.test(o.url)) window.open(o.url, '_blank', 'noopener');
        pressed(opener, e, b, ctx, { selected_option: o });
      },
    }, textObject(o.text)));
  }
  box.addEventListener('keydown', (ev) => {
    const items = [...menu.children], at = items.indexOf(document.activeElement);
    if (menu.hidden) return;
    if (ev.key === 'Escape') {
      show(false);
      opener.focus();
    } else if (ev.key === 'ArrowDown') items[(at + 1) % items.length].focus();
    else if (ev.key === 'ArrowUp') items[(at - 1 + items.length) % items.length].focus();
    else return;
    ev.preventDefault();
    ev.stopPropagation();
  });
  box.addEventListener('focusout', (ev) => { if (!box.contains(ev.relatedTarget)) show(false); });
  return add(box, opener, menu);
}

function text(e, b, ctx, type) {
  const multiline = type === 'textarea';
  const toLocal = (unix) => (unix ? new Date(unix * 1000 - new Date(unix * 1000).getTimezoneOffset() * 60000).toISOString().slice(0, 16) : '');
  const of = (v) => (type === 'datetime-local' ? (v ? Math.floor(new Date(v) / 1000) : null) : v || null);
  const now = get(b, e, ctx);
  const typing = type !== 'date' && type !== 'time' && type !== 'datetime-local';
  const when = e.dispatch_action_config?.trigger_actions_on || ['on_enter_pressed'];
  const node = h(multiline ? 'textarea' : 'input', {
    ...common(b, e, ctx), class: 'control', type: multiline ? null : type, rows: multiline ? 3 : null,
    placeholder: e.placeholder?.text, autofocus: e.focus_on_load, autocomplete: 'off', spellcheck: multiline ? 'true' : 'false',
    value: type === 'datetime-local' ? toLocal(now) : now ?? '',
    min: e.min_value, max: e.max_value, step: type === 'number' ? (e.is_decimal_allowed ? 'any' : '1') : null,
    oninput: () => { set(b, e, ctx, of(node.value), typing && !when.includes('on_character_entered')); },
    onkeydown: (ev) => {
      if (ev.key !== 'Enter' || ev.isComposing || multiline && !(ev.ctrlKey || ev.metaKey)) return;
      if (b.dispatch_action && when.includes('on_enter_pressed')) {
        ev.preventDefault();
        set(b, e, ctx, of(node.value));
      }
    },
  });
  return node;
}

function option(o) {
  return [textObject(o.text), o.description && h('span', { class: 'option-description' }, textObject(o.description))];
}

function choices(e, b, ctx, type) {
  const many = type === 'checkbox', group = 'g' + Math.random().toString(36).slice(2);
  const box = h('div', { class: 'choices', role: ctx.field ? null : many ? 'group' : 'radiogroup', 'aria-label': ctx.field ? null : b.text?.text || e.action_id, 'data-action': e.action_id });
  const chosen = () => [].concat(get(b, e, ctx) || []).map((o) => o.value);
  for (const [i, o] of (e.options || []).entries()) {
    const node = h('input', {
      type, name: group, value: o.value, 'data-focus': keyOf(b, e) + '|' + i,
      onchange: () => {
        const picked = e.options.filter((_, j) => box.querySelectorAll('input')[j].checked);
        set(b, e, ctx, many ? picked : picked[0] || null);
      },
    });
    node.checked = chosen().includes(o.value);
    add(box, h('label', { class: 'choice' }, node, h('span', {}, option(o))));
  }
  return box;
}

// sources are the options of the selects that Slack itself fills.
function sourced(e) {
  const kind = e.type.replace(/^multi_/, '');
  const of = (id, text) => ({ value: id, text: { type: 'plain_text', text } });
  if (kind === 'users_select') return state.people.map((p) => of(p.id, p.name));
  if (kind === 'channels_select') return state.channels.filter((c) => !c.is_im).map((c) => of(c.id, '# ' + c.name));
  if (kind === 'conversations_select') {
    const only = e.filter?.include;
    return state.channels.filter((c) => !only || only.includes(c.is_im ? 'im' : c.is_private ? 'private' : 'public')).map((c) => of(c.id, c.is_im ? titleOf(c) : '# ' + c.name));
  }
  return null;
}

// asKept turns options into what the element holds, and back.
const asKept = (e, o) => (sourced(e) ? o?.value ?? null : o);
const asOption = (e, v) => (v && sourced(e) ? sourced(e).find((o) => o.value === v) || { value: v, text: { type: 'plain_text', text: v } } : v);

function select(e, b, ctx) {
  const groups = sourced(e) ? [{ options: sourced(e) }] : e.option_groups || [{ options: e.options || [] }];
  const all = groups.flatMap((g) => g.options);
  const now = asOption(e, get(b, e, ctx));
  const node = h('select', {
    ...common(b, e, ctx), class: 'control',
    onchange: () => { set(b, e, ctx, asKept(e, all.find((o) => o.value === node.value) || null)); },
  });
  add(node, h('option', { value: '', disabled: ctx.field?.required, hidden: ctx.field?.required }, e.placeholder?.text || 'Choose an option'));
  for (const g of groups) {
    const list = g.options.map((o) => h('option', { value: o.value }, o.text?.text + (o.description ? ' · ' + o.description.text : '')));
    add(node, g.label ? h('optgroup', { label: g.label.text }, list) : list);
  }
  node.value = now && all.some((o) => o.value === now.value) ? now.value : '';
  return h('div', { class: 'select' }, node, icon('down'));
}

function files(e, b, ctx) {
  return fileInput({
    attrs: common(b, e, ctx), types: e.filetypes, most: e.max_files || 10, chosen: get(b, e, ctx) || [],
    onchange: (list) => { set(b, e, ctx, list); },
  });
}

function combo(e, b, ctx) {
  const many = e.type.startsWith('multi_');
  const local = sourced(e) ? [{ options: sourced(e) }] : e.type.includes('external') ? null : e.option_groups || [{ options: e.options || [] }];
  return combobox({
    attrs: common(b, e, ctx), many, local, most: e.max_selected_items,
    placeholder: e.placeholder?.text || (many ? 'Choose options' : 'Choose an option'),
    least: local ? 0 : e.min_query_length ?? 3,
    chosen: [].concat(get(b, e, ctx) || []).map((v) => asOption(e, v)),
    find: (query) => ctx.suggest(b.block_id, e.action_id, query),
    onchange: (list) => { set(b, e, ctx, many ? list.map((o) => asKept(e, o)) : asKept(e, list[0] || null)); },
  });
}
