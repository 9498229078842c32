// Slack's mrkdwn, as DOM nodes.

import { h, add } from './dom.js';
import { withEmoji } from './emoji.js';
import { format, long } from './when.js';
import { mention, channelLink } from './names.js';

const unescape = (s) => s.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
const word = /[\p{L}\p{N}]/u;
const tags = { '*': 'strong', _: 'em', '~': 's' };

// link makes a link that opens in a new tab. What is not http, https or mailto stays text.
export function link(url, ...label) {
  let safe = null;
  try {
    safe = /^(https?|mailto):$/.test(new URL(url).protocol) ? url : null;
  } catch { /* it is not an address */ }
  const shown = label.length && label[0] ? label : [url];
  return safe ? h('a', { href: safe, target: '_blank', rel: 'noopener noreferrer' }, ...shown) : h('span', {}, ...shown);
}

export function dateNode(unix, pattern, url, fallback) {
  const n = Number(unix);
  if (!Number.isFinite(n)) return fallback;
  const t = h('time', { datetime: new Date(n * 1000).toISOString(), title: long(new Date(n * 1000)) }, format(n, pattern));
  return url ? link(url, t) : t;
}

// control renders what stands between < and >.
function control(body) {
  const bar = body.indexOf('|');
  const what = bar < 0 ? body : body.slice(0, bar), label = bar < 0 ? '' : unescape(body.slice(bar + 1));
  if (/^@[UW]/.test(what)) return mention(what.slice(1), label);
  if (/^#C/.test(what)) return channelLink(what.slice(1), label);
  if (/^!(here|channel|everyone)$/.test(what)) return h('span', { class: 'mention broadcast' }, '@' + what.slice(1));
  if (what.startsWith('!subteam^')) return h('span', { class: 'mention' }, label || '@group');
  if (what.startsWith('!date^')) {
    const [, unix, pattern, url] = what.split('^');
    return dateNode(unix, unescape(pattern || ''), url && unescape(url), label || unix);
  }
  if (what.startsWith('!')) return label || what;
  return link(unescape(what), label);
}

// closes finds the delimiter that ends a run begun at i, or -1.
function closes(s, i, mark) {
  const before = s[i - 1], after = s[i + 1];
  if (before && word.test(before) || !after || /\s/.test(after) || after === mark) return -1;
  for (let j = i + 1; j < s.length; j++) {
    if (s[j] === '\n') return -1;
    if (s[j] === '<') { // marks inside of a link are not marks
      const end = s.indexOf('>', j);
      if (end > 0) j = end;
    } else if (s[j] === mark && j > i + 1 && !/\s/.test(s[j - 1]) && !(s[j + 1] && word.test(s[j + 1]))) return j;
  }
  return -1;
}

// inline renders one paragraph.
function inline(s) {
  const out = [];
  let text = '';
  const flush = () => {
    if (text) out.push(withEmoji(unescape(text)));
    text = '';
  };
  for (let i = 0; i < s.length; i++) {
    const c = s[i];
    if (c === '<') {
      const end = s.indexOf('>', i), body = s.slice(i + 1, end);
      if (end > i + 1 && !body.includes('\n') && !body.includes('<')) {
        flush();
        out.push(control(body));
        i = end;
        continue;
      }
    } else if (c === '`') {
      const end = s.indexOf('`', i + 1);
      if (end > i + 1 && !s.slice(i, end).includes('\n')) {
        flush();
        out.push(h('code', {}, codeText(s.slice(i + 1, end))));
        i = end;
        continue;
      }
    } else if (tags[c]) {
      const end = closes(s, i, c);
      if (end > 0) {
        flush();
        out.push(h(tags[c], {}, inline(s.slice(i + 1, end))));
        i = end;
        continue;
      }
    } else if (c === 'h' && /^https?:\/\/[^\s<>]+/.test(s.slice(i)) && !(s[i - 1] && word.test(s[i - 1]))) {
      const url = s.slice(i).match(/^https?:\/\/[^\s<>]*[^\s<>.,;:!?)'"*_~]/)?.[0];
      if (url) {
        flush();
        out.push(link(unescape(url)));
        i += url.length - 1;
        continue;
      }
    } else if (c === '\n') {
      flush();
      out.push(h('br'));
      continue;
    }
    text += c;
  }
  flush();
  return out;
}

// codeText is verbatim, but for links, of which the address is shown.
function codeText(s) {
  return unescape(s.replace(/<([^<>|\s]+)(?:\|([^<>]*))?>/g, (_, a, b) => b || a));
}

// mrkdwn renders a whole text: fences and quotes first, then what is in them.
export function mrkdwn(text) {
  const out = document.createDocumentFragment();
  for (const [i, part] of String(text ?? '').split(/```/).entries()) {
    if (i % 2) {
      add(out, h('pre', {}, codeText(part.replace(/^\n/, '').replace(/\n$/, ''))));
      continue;
    }
    let quote = null;
    const lines = [];
    const flush = () => {
      if (lines.length) add(out, inline(lines.join('\n')));
      lines.length = 0;
    };
    const body = i > 0 ? part.replace(/^\n/, '') : part;
    for (const line of body.split('\n')) {
      const q = line.match(/^(?:&gt;|>)\s?(.*)$/);
      if (!q) {
        quote = null;
        lines.push(line);
        continue;
      }
      flush();
      if (quote) add(quote, h('br'));
      else add(out, quote = h('blockquote', {}));
      add(quote, inline(q[1]));
    }
    flush();
  }
  return out;
}

// plain renders a plain_text object's text.
export function plain(text) {
  const out = document.createDocumentFragment();
  String(text ?? '').split('\n').forEach((line, i) => add(out, i > 0 && h('br'), withEmoji(line)));
  return out;
}

// textObject renders a composition text object.
export function textObject(t) {
  if (!t) return '';
  if (typeof t === 'string') return plain(t);
  return t.type === 'mrkdwn' ? mrkdwn(t.text) : plain(t.text);
}

// summary is a message's text on one line, for lists and previews.
export function summary(text) {
  const el = h('span');
  el.append(mrkdwn(text));
  return el.textContent.replace(/\s+/g, ' ').trim();
}
