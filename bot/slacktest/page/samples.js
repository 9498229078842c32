// What there is to paste into forms: each sample with a button that copies it.
// The list is opened from the bar on top, and from within a form.

import { h, add, replace, icon, iconButton, toast } from './dom.js';

let list = [];
const panel = h('div', { class: 'samples', popover: 'auto', 'aria-label': 'Samples' });
// A form makes everything outside of it inert: the list goes where it is opened.
const openFrom = (ev) => {
  const here = ev.currentTarget.closest('dialog') || document.body;
  if (panel.parentNode !== here) add(here, panel);
  panel.togglePopover();
};

// offer says what samples there are: [{title, note, text, name, url}].
export function offer(samples) {
  list = samples || [];
  replace(panel, h('header', { class: 'samples-head' }, h('h2', {}, 'Samples'), iconButton('close', 'Close samples', () => panel.hidePopover())),
    h('p', { class: 'hint' }, 'Made when this workspace was started. Copy them into a form.'), list.map(sample));
}

// opener is a button that shows them, where there are any.
export function opener(kind) {
  return list.length && h('button', { type: 'button', class: kind, 'data-samples': 'open', title: 'Samples to paste', onclick: openFrom }, icon('copy'), h('span', { class: 'label' }, 'Samples'));
}

function sample(s) {
  const text = h('pre', { class: s.text.length > 80 ? 'clipped' : '', tabindex: s.text.length > 80 ? '0' : null }, s.text);
  return h('section', { class: 'sample' },
    h('h3', {}, s.title), s.note && h('p', { class: 'hint' }, s.note), text,
    h('div', { class: 'sample-foot' },
      h('button', { type: 'button', class: 'button', 'data-copy': s.title, onclick: (ev) => copy(s, text, ev.currentTarget) }, 'Copy'),
      s.url && h('a', { href: s.url, download: s.name }, s.name)));
}

async function copy(s, node, button) {
  try {
    await navigator.clipboard.writeText(s.text);
  } catch { // no permission: mark it, so that Ctrl-C does
    getSelection().selectAllChildren(node);
    if (!document.execCommand('copy')) return toast('Press Ctrl-C to copy what is marked.');
  }
  button.textContent = 'Copied';
  setTimeout(() => { button.textContent = 'Copy'; }, 1600);
}
