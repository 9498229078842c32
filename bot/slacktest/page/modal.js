// The stack of views. The top one is shown; what is typed into each is kept for
// as long as the view is open, whatever the app changes around it.

import { h, add, replace, reconcile, iconButton } from './dom.js';
import { state, refresh } from './state.js';
import { post } from './api.js';
import { plain } from './mrkdwn.js';
import { block, inputsOf, showErrors } from './blocks.js';
import { valueOf } from './elements.js';
import { opener } from './samples.js';

const drafts = new Map(); // by view: what was typed, and what is wrong with it
let shown = '', sending = false;

const title = h('h1', { id: 'modal-title' });
const back = iconButton('back', 'Back to the view before', () => leave(false));
const samples = h('span', {});
const body = h('div', { class: 'modal-body', tabindex: '-1' });
const trouble = h('p', { class: 'modal-trouble', role: 'alert' });
const cancel = h('button', { type: 'button', class: 'button', 'data-modal': 'close', onclick: () => leave(false) });
const submit = h('button', { type: 'submit', class: 'button primary', 'data-modal': 'submit' });
const foot = h('footer', { class: 'dialog-foot' }, trouble, cancel, submit);
const form = h('form', { novalidate: true, onsubmit: send },
  h('header', { class: 'modal-head' }, back, title, samples, iconButton('close', 'Close', () => leave(true), { 'data-modal': 'x' })), body, foot);
const dialog = h('dialog', { class: 'dialog modal', 'aria-labelledby': 'modal-title' }, form);
dialog.addEventListener('cancel', (ev) => {
  ev.preventDefault();
  leave(true);
});

export function mount(root) {
  add(root, dialog);
}

const top = () => state.views.at(-1);

function draftOf(view) {
  if (!drafts.has(view.id)) drafts.set(view.id, { values: new Map(), errors: {}, trouble: '' });
  return drafts.get(view.id);
}

function context(view) {
  const draft = draftOf(view);
  const ctx = {
    surface: 'modal', values: draft.values, place: state.place?.channel,
    touched(b) {
      delete draft.errors[b.block_id];
      showErrors(body, draft.errors);
    },
    async act(b, e, change) {
      const res = await post('/client/action', { user: state.me, view_id: view.id, block_id: b.block_id, action_id: e.action_id, ...change, state: collect(view) });
      draft.trouble = res.ok ? '' : res.error || 'That did not work.';
      trouble.textContent = draft.trouble;
      await refresh();
    },
    suggest: (block_id, action_id, query) => post('/client/suggest', { user: state.me, view_id: view.id, block_id, action_id, query }),
  };
  return ctx;
}

// collect is the view's state: {block_id: {action_id: value}}.
function collect(view) {
  const values = {}, ctx = { values: draftOf(view).values, place: state.place?.channel };
  for (const [b, e] of inputsOf(view.blocks)) (values[b.block_id] ||= {})[e.action_id] = valueOf(b, e, ctx);
  return values;
}

// render makes the dialog show the top of the stack.
export function render() {
  for (const id of drafts.keys()) if (!state.views.some((v) => v.id === id)) drafts.delete(id);
  const view = top();
  if (!view) {
    if (dialog.open) dialog.close();
    if (shown) body.replaceChildren();
    shown = '';
    return;
  }
  const draft = draftOf(view), ctx = context(view), fresh = shown !== view.id;
  shown = view.id;
  dialog.dataset.view = view.id;
  dialog.dataset.callback = view.callback_id || '';
  replace(title, plain(view.title?.text));
  back.hidden = state.views.length < 2;
  if (fresh) body.replaceChildren();
  reconcile(body, view.blocks || [], { key: (b, i) => b.block_id || i, sig: (b) => view.id + JSON.stringify(b), make: (b) => block(b, ctx) });
  showErrors(body, draft.errors);
  trouble.textContent = draft.trouble;
  replace(cancel, plain(view.close?.text || (view.submit ? 'Cancel' : 'Close')));
  submit.hidden = !view.submit;
  replace(submit, plain(view.submit?.text || ''));
  submit.disabled = sending || !!view.submit_disabled;
  replace(samples, view.submit && opener('samples-button'));
  if (!dialog.open) dialog.showModal();
  if (fresh) {
    body.scrollTop = 0;
    (body.querySelector('[autofocus]') || body.querySelector('.control, .combo-field, input') || body).focus({ preventScroll: true });
  }
}

// missing is what the client finds wrong by itself, before the app is asked.
function missing(view, values) {
  const errors = {};
  for (const b of view.blocks || []) {
    if (b.type !== 'input') continue;
    const { type, ...rest } = values[b.block_id]?.[b.element.action_id] || {};
    const v = Object.values(rest)[0];
    const empty = v === null || v === undefined || v === '' || Array.isArray(v) && !v.length || typeof v === 'string' && !v.trim();
    const { min_length: min, max_length: max } = b.element;
    if (empty) {
      if (!b.optional) errors[b.block_id] = 'Please complete this required field.';
    } else if (typeof v === 'string' && max && v.length > max) errors[b.block_id] = `Use ${max} characters or fewer; these are ${v.length}.`;
    else if (typeof v === 'string' && min && v.length < min) errors[b.block_id] = `Use ${min} characters or more.`;
    else if (type === 'email_text_input' && !/^\S+@\S+$/.test(v)) errors[b.block_id] = 'Enter an email address.';
    else if (type === 'url_text_input' && !/^https?:\/\/\S+$/.test(v)) errors[b.block_id] = 'Enter a web address.';
  }
  return errors;
}

async function send(ev) {
  ev.preventDefault();
  const view = top();
  if (!view || !view.submit || sending) return;
  const draft = draftOf(view), values = collect(view);
  draft.trouble = '';
  draft.errors = missing(view, values);
  if (!Object.keys(draft.errors).length) {
    sending = true;
    submit.disabled = true;
    submit.classList.add('busy');
    const res = await post('/client/submit', { user: state.me, view_id: view.id, values });
    sending = false;
    submit.classList.remove('busy');
    draft.errors = res.errors || {};
    if (!res.ok && !Object.keys(draft.errors).length) draft.trouble = res.error || 'We had some trouble connecting. Try again?';
    await refresh();
  }
  render();
  if (top()?.id === view.id) wrong();
}

// wrong takes the reader to the first field with a mistake.
function wrong() {
  const first = body.querySelector('.b-input.invalid');
  if (!first) return;
  first.scrollIntoView({ block: 'center' });
  first.querySelector('.control, .combo-field, input')?.focus({ preventScroll: true });
}

// leave closes the top view, or all of them.
async function leave(clear) {
  const view = top();
  if (!view) return dialog.close();
  state.views = clear || view.clear_on_close ? [] : state.views.slice(0, -1);
  render();
  await post('/client/close', { user: state.me, view_id: view.id, clear: !!clear });
  refresh();
}
