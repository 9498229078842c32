// Making and changing DOM nodes. Nothing here or elsewhere takes HTML from data.

const SVG = 'http://www.w3.org/2000/svg';

// h makes an element. Properties that begin with "on" are listeners; null,
// undefined and false are left out, of properties and of children.
export function h(tag, props, ...children) {
  const el = document.createElement(tag);
  for (const [k, v] of Object.entries(props || {})) {
    if (v === null || v === undefined || v === false) continue;
    if (k.startsWith('on') && typeof v === 'function') el.addEventListener(k.slice(2), v);
    else if (k === 'class') el.className = v;
    else if (k === 'value') el.value = v;
    else if (k === 'style') el.style.cssText = v;
    else el.setAttribute(k, v === true ? '' : String(v));
  }
  return add(el, ...children);
}

// add appends children; lists are flattened and strings become text.
export function add(el, ...children) {
  for (const c of children.flat(Infinity)) {
    if (c === null || c === undefined || c === false || c === '') continue;
    el.append(c);
  }
  return el;
}

export function replace(el, ...children) {
  el.replaceChildren();
  return add(el, ...children);
}

const paths = {
  hash: 'M6 2 4.5 14M11.5 2 10 14M2.5 5.5h11M2 10.5h11',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  send: 'M2.5 2.5 14 8 2.5 13.5 4.5 8zM4.5 8H9',
  menu: 'M2 4h12M2 8h12M2 12h12',
  thread: 'M2.5 3h11v7.5H7L4 13.5v-3H2.5z',
  cloud: 'M4.5 12.5a3 3 0 0 1-.3-6A4 4 0 0 1 11.9 6a3.3 3.3 0 0 1-.2 6.5z',
  key: 'M9.5 6.5 3 13v1h2.5v-1.5H7V11l2-2M10.5 2a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM11.5 4.5v.1',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  down: 'M4 6l4 4 4-4',
  back: 'M10 3 5 8l5 5',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4z',
  check: 'M3 8.5 6.5 12 13 4.5',
  lock: 'M4 7.5h8V14H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  file: 'M4 1.5h5l3.5 3.5v9.5H4zM9 1.5V5h3.5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  alert: 'M8 2 1.5 13.5h13zM8 6.5v3M8 11.5v.01',
};

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const p = document.createElementNS(SVG, 'path');
  p.setAttribute('d', paths[name]);
  svg.append(p);
  return svg;
}

export function iconButton(name, label, onclick, more) {
  return h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick, ...more }, icon(name));
}

// reconcile makes the children of parent show items, and keeps every node whose
// signature did not change, so that typed text, open lists and focus survive.
export function reconcile(parent, items, { key, sig, make }) {
  const focus = focusWithin(parent);
  const old = new Map();
  for (const n of parent.children) if (n.rkey !== undefined) old.set(n.rkey, n);
  const nodes = items.map((item, i) => {
    const k = key(item, i), s = sig(item, i);
    const was = old.get(k);
    if (was && was.rsig === s) return was;
    const n = make(item, i);
    n.rkey = k;
    n.rsig = s;
    return n;
  });
  const keep = new Set(nodes);
  for (const n of [...parent.children]) if (!keep.has(n)) n.remove();
  nodes.forEach((n, i) => {
    if (parent.children[i] !== n) parent.insertBefore(n, parent.children[i] || null);
  });
  if (focus && !parent.contains(document.activeElement)) {
    const again = parent.querySelector(`[data-focus="${CSS.escape(focus.key)}"]`)
      || focus.action && !keep.has(focus.child) && nodes[focus.at]?.querySelector(`[data-action="${CSS.escape(focus.action)}"]`);
    again?.focus({ preventScroll: true });
  }
}

// focusWithin remembers what has the focus. When an app changes a message its
// blocks get new IDs, so the same action in the same place will do.
function focusWithin(parent) {
  const a = document.activeElement;
  const el = a && parent.contains(a) ? a.closest('[data-focus]') : null;
  if (!el) return null;
  const child = [...parent.children].find((n) => n.contains(el));
  return { key: el.dataset.focus, action: el.dataset.action, child, at: [...parent.children].indexOf(child) };
}

let toastTimer;
// toast says one thing for a few seconds, aloud too.
export function toast(text) {
  const el = document.getElementById('toast');
  el.textContent = text;
  el.classList.add('shown');
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => el.classList.remove('shown'), 6000);
}
