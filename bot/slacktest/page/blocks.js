// Block Kit's blocks. A context says where they stand and what can be done there:
//
//	surface   "message", "modal" or "home"
//	values    Map of "block_id|action_id" to what was entered
//	act       (block, element, change) => Promise: an action for the app
//	suggest   (block_id, action_id, query) => Promise of options

import { h, add } from './dom.js';
import { textObject, plain } from './mrkdwn.js';
import { richText, markdown } from './richtext.js';
import { element, isInput } from './elements.js';

export function blocks(list, ctx) {
  return (list || []).map((b) => block(b, ctx));
}

export function block(b, ctx) {
  const el = render(b, ctx);
  el.classList.add('block');
  if (b.block_id) el.dataset.block = b.block_id;
  return el;
}

function render(b, ctx) {
  switch (b.type) {
    case 'header': return h(ctx.surface === 'message' ? 'h3' : 'h2', { class: 'b-header' }, plain(b.text?.text));
    case 'divider': return h('hr');
    case 'section': return section(b, ctx);
    case 'context': return h('div', { class: 'b-context' }, (b.elements || []).map((e) => (e.type === 'image' ? image(e, 'small') : h('span', {}, textObject(e)))));
    case 'actions':
    case 'context_actions': return h('div', { class: 'b-actions' }, (b.elements || []).map((e) => element(e, b, ctx)));
    case 'input': return input(b, ctx);
    case 'rich_text': return richText(b);
    case 'markdown': return markdown(b.text);
    case 'image': return h('figure', { class: 'b-image' }, b.title && h('figcaption', {}, textObject(b.title)), image(b));
    case 'alert': return h('div', { class: 'b-alert ' + (b.level || 'default'), role: b.level === 'error' ? 'alert' : 'note' }, textObject(b.text));
    case 'plan': return h('div', { class: 'b-plan' }, h('p', { class: 'plan-title' }, plain(b.title?.text ?? b.title)), (b.tasks || b.elements || []).map(task));
    case 'task_card': return h('div', { class: 'b-plan' }, task(b));
    case 'table': return table(b);
  }
  return h('p', { class: 'b-unknown' }, `[${b.type}]`);
}

function section(b, ctx) {
  const el = h('div', { class: 'b-section' });
  const body = h('div', { class: 'section-body' });
  if (b.text) add(body, h('div', { class: 'text' }, textObject(b.text)));
  if (b.fields?.length) add(body, h('div', { class: 'fields' }, b.fields.map((f) => h('div', { class: 'text' }, textObject(f)))));
  add(el, body);
  if (b.accessory) add(el, h('div', { class: 'accessory' }, b.accessory.type === 'image' ? image(b.accessory, 'thumb') : element(b.accessory, b, ctx)));
  return el;
}

let ids = 0;

function input(b, ctx) {
  const id = 'f' + ++ids, e = b.element || {};
  const group = e.type === 'checkboxes' || e.type === 'radio_buttons';
  const describedby = [b.hint && id + '-hint', id + '-error'].filter(Boolean).join(' ');
  const label = [plain(b.label?.text), b.optional && h('span', { class: 'optional' }, ' (optional)')];
  const field = element(e, b, { ...ctx, field: { id, describedby, label: b.label?.text, required: !b.optional } });
  const under = [
    h('p', { class: 'field-error', id: id + '-error', role: 'alert' }),
    b.hint && h('p', { class: 'hint', id: id + '-hint' }, plain(b.hint.text)),
  ];
  if (group) return h('fieldset', { class: 'b-input', 'aria-describedby': describedby }, h('legend', {}, label), field, under);
  return h('div', { class: 'b-input' }, h('label', { for: id, id: id + '-label' }, label), field, under);
}

function image(e, size) {
  const url = e.image_url || e.slack_file?.url || '';
  return h('img', { class: 'image ' + (size || ''), src: url, alt: e.alt_text || '', loading: 'lazy', referrerpolicy: 'no-referrer' });
}

const taskWords = { pending: 'to do', in_progress: 'running', complete: 'done', error: 'failed' };

function task(t) {
  return h('div', { class: 'task ' + t.status }, h('span', { class: 'task-state' }, taskWords[t.status] || t.status), ' ',
    plain(t.title?.text ?? t.title), t.details && h('div', { class: 'task-details' }, t.details.type === 'rich_text' ? richText(t.details) : textObject(t.details)));
}

function table(b) {
  const cell = (c) => (c.type === 'rich_text' ? richText(c) : c.type === 'raw_text' ? plain(c.text) : textObject(c));
  return h('div', { class: 'b-table' }, h('table', {}, (b.rows || []).map((r, i) => h('tr', {}, r.map((c) => h(i ? 'td' : 'th', {}, cell(c)))))));
}

// inputsOf lists every element of a surface that has a value, with its block.
export function inputsOf(list) {
  const out = [];
  for (const b of list || []) {
    const all = b.type === 'input' ? [b.element] : b.type === 'section' ? [b.accessory] : b.type === 'actions' ? b.elements : [];
    for (const e of all || []) if (e && isInput(e)) out.push([b, e]);
  }
  return out;
}

// showErrors puts errors, {block_id: text}, under their fields and removes others.
export function showErrors(root, errors) {
  for (const el of root.querySelectorAll('.b-input')) {
    const text = errors[el.dataset.block] || '', p = el.querySelector('.field-error');
    el.classList.toggle('invalid', !!text);
    if (p.textContent !== text) p.textContent = text;
    for (const c of el.querySelectorAll('.control, .combo-field')) text ? c.setAttribute('aria-invalid', 'true') : c.removeAttribute('aria-invalid');
  }
}
