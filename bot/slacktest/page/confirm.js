// Block Kit's confirmation dialog.

import { h, add } from './dom.js';
import { textObject, plain } from './mrkdwn.js';

// confirmed asks, where an element wants to be sure, and resolves to the answer.
export function confirmed(c) {
  if (!c) return Promise.resolve(true);
  return new Promise((resolve) => {
    const back = document.activeElement;
    const no = h('button', { type: 'button', class: 'button', onclick: () => done(false) }, plain(c.deny?.text || 'Cancel'));
    const yes = h('button', { type: 'button', class: 'button ' + (c.style === 'danger' ? 'danger solid' : 'primary'), 'data-confirm': 'yes', onclick: () => done(true) }, plain(c.confirm?.text || 'Yes'));
    const dialog = h('dialog', { class: 'dialog confirm', 'aria-labelledby': 'confirm-title', role: 'alertdialog' },
      h('h2', { id: 'confirm-title' }, plain(c.title?.text || 'Are you sure?')),
      h('div', { class: 'text' }, textObject(c.text)),
      h('div', { class: 'dialog-foot' }, no, yes));
    const done = (answer) => {
      dialog.close();
      dialog.remove();
      back?.focus?.({ preventScroll: true });
      resolve(answer);
    };
    dialog.addEventListener('cancel', (ev) => {
      ev.preventDefault();
      done(false);
    });
    add(document.body, dialog);
    dialog.showModal();
    (c.style === 'danger' ? no : yes).focus();
  });
}
