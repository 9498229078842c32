// The panel beside the workspace: another page, where there is one.

import { h, replace, iconButton } from './dom.js';

const roomy = matchMedia('(min-width: 1100px)');
const wide = () => roomy.matches;

// side makes the panel for {title, url}, and the button that opens it.
export function side(panel, button, page) {
  if (!page?.url) {
    button.hidden = true;
    return;
  }
  const title = page.title || 'Beside';
  const frame = h('iframe', { title, class: 'side-frame' });
  replace(panel, h('header', { class: 'pane-head' }, h('h2', { class: 'heading' }, title),
    h('a', { href: page.url, target: '_blank', rel: 'noopener noreferrer', class: 'quiet side-open' }, 'Open alone'),
    iconButton('close', 'Close ' + title, () => show(false))), frame);
  panel.setAttribute('aria-label', title);
  button.querySelector('.label').textContent = title;

  function show(on) {
    panel.hidden = !on;
    button.setAttribute('aria-expanded', String(on));
    document.body.classList.toggle('with-side', on);
    if (on && !frame.src) frame.src = page.url; // it is not loaded before somebody looks
    if (on && !wide()) panel.querySelector('button').focus();
    if (wide()) sessionStorage.setItem('side', on ? 'open' : 'closed');
    if (!on && panel.contains(document.activeElement)) button.focus();
  }
  button.hidden = false;
  button.onclick = () => show(panel.hidden);
  panel.addEventListener('keydown', (ev) => {
    if (ev.key !== 'Escape' || wide()) return;
    ev.preventDefault();
    show(false);
  });
  const settle = () => show(wide() && sessionStorage.getItem('side') !== 'closed');
  roomy.addEventListener('change', settle);
  settle();
}
