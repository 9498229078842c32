// A field for files. A file goes to the workspace as soon as it is chosen or
// dropped; the field holds what the workspace calls it.

import { h, replace, icon } from './dom.js';
import { upload } from './api.js';
import { state } from './state.js';

const size = (n) => (n < 1000 ? `${n} bytes` : `${(n / 1000).toFixed(n < 10000 ? 1 : 0)} kB`);

// fileInput makes the field. Types are extensions; most is how many it takes.
export function fileInput({ attrs, types, most, chosen, onchange }) {
  let list = [...chosen];
  const names = h('ul', { class: 'file-list', 'aria-label': 'Files' });
  const field = h('input', {
    ...attrs, type: 'file', class: 'file-field visually-hidden', multiple: most > 1, accept: types?.map((t) => '.' + t).join() || null,
    onchange: () => {
      take(field.files);
      field.value = ''; // so that the same file can be chosen again
    },
  });
  const words = h('span', {});
  const opener = h('label', { class: 'button file-button', for: attrs.id }, icon('file'), words);
  const trouble = h('p', { class: 'file-trouble', role: 'alert' });
  const box = h('div', { class: 'files' }, names, field, opener, trouble);
  box.addEventListener('dragover', (ev) => ev.preventDefault());
  box.addEventListener('drop', (ev) => {
    ev.preventDefault();
    take(ev.dataTransfer.files);
  });

  function draw() {
    words.textContent = most === 1 && list.length ? 'Choose another file' : most === 1 ? 'Choose a file' : 'Add files';
    replace(names, list.map((f) => h('li', { class: 'file' }, icon('file'), h('span', { class: 'file-name' }, f.name), h('span', { class: 'quiet' }, size(f.size)),
      h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Remove ' + f.name, title: 'Remove', onclick: () => drop(f) }, icon('close')))));
    names.hidden = !list.length;
  }

  function drop(f) {
    list = list.filter((x) => x.id !== f.id);
    trouble.textContent = '';
    draw();
    onchange(list);
    field.focus();
  }

  async function take(files) {
    trouble.textContent = '';
    for (const f of files) {
      const kind = f.name.includes('.') ? f.name.split('.').at(-1).toLowerCase() : '';
      if (types?.length && !types.includes(kind)) {
        trouble.textContent = `${f.name} is not a file of these types: ${types.join(', ')}.`;
        continue;
      }
      opener.classList.add('busy');
      const res = await upload('/client/upload', { user: state.me, name: f.name }, f);
      opener.classList.remove('busy');
      if (!res.ok) {
        trouble.textContent = res.error || 'The file was not added.';
        continue;
      }
      list = most === 1 ? [res.file] : [...list, res.file].slice(-most);
      draw();
      onchange(list);
    }
  }

  draw();
  return box;
}
