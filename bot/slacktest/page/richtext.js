// rich_text, and Block Kit's markdown block.

import { h, add } from './dom.js';
import { emoji, withEmoji } from './emoji.js';
import { link, dateNode } from './mrkdwn.js';
import { mention, channelLink } from './names.js';

const marks = { bold: 'strong', italic: 'em', strike: 's', underline: 'u', code: 'code' };

function styled(node, style) {
  for (const [k, tag] of Object.entries(marks)) if (style?.[k]) node = h(tag, {}, node);
  return node;
}

function piece(e) {
  switch (e.type) {
    case 'text': return styled(lines(e.text), e.style);
    case 'link': return styled(link(e.url, e.text), e.style);
    case 'user': return mention(e.user_id);
    case 'channel': return channelLink(e.channel_id);
    case 'usergroup': return h('span', { class: 'mention' }, '@group');
    case 'broadcast': return h('span', { class: 'mention broadcast' }, '@' + e.range);
    case 'emoji': return emoji(e.name) || `:${e.name}:`;
    case 'date': return dateNode(e.timestamp, e.format, e.url, e.fallback);
    case 'color': return h('code', {}, e.value);
  }
  return e.text || '';
}

function lines(text) {
  const out = document.createDocumentFragment();
  String(text ?? '').split('\n').forEach((l, i) => add(out, i > 0 && h('br'), l));
  return out;
}

function verbatim(elements) {
  return (elements || []).map((e) => e.text || e.url || '').join('');
}

// richText renders a rich_text block, or a rich_text object inside of another block.
export function richText(block) {
  const out = h('div', { class: 'rich' });
  let list = null;
  for (const e of block.elements || []) {
    if (e.type !== 'rich_text_list') list = null;
    switch (e.type) {
      case 'rich_text_section':
        add(out, h('p', {}, (e.elements || []).map(piece)));
        break;
      case 'rich_text_preformatted':
        add(out, h('pre', { tabindex: '0' }, verbatim(e.elements)));
        break;
      case 'rich_text_quote':
        add(out, h('blockquote', {}, (e.elements || []).map(piece)));
        break;
      case 'rich_text_list':
        list = h(e.style === 'ordered' ? 'ol' : 'ul', { style: e.indent ? `margin-left:${e.indent * 1.5}em` : null, start: e.offset ? e.offset + 1 : null });
        for (const item of e.elements || []) add(list, h('li', {}, (item.elements || []).map(piece)));
        add(out, list);
        break;
      default:
        add(out, h('p', {}, piece(e)));
    }
  }
  return out;
}

// span renders markdown's inline marks.
function span(s) {
  const out = document.createDocumentFragment();
  const rules = [
    [/^`([^`]+)`/, (m) => h('code', {}, m[1])],
    [/^\*\*(.+?)\*\*/, (m) => h('strong', {}, span(m[1]))],
    [/^__(.+?)__/, (m) => h('strong', {}, span(m[1]))],
    [/^~~(.+?)~~/, (m) => h('s', {}, span(m[1]))],
    [/^\*([^*\s][^*]*)\*/, (m) => h('em', {}, span(m[1]))],
    [/^_([^_\s][^_]*)_/, (m) => h('em', {}, span(m[1]))],
    [/^!?\[([^\]]*)\]\(([^)\s]+)\)/, (m) => link(m[2], m[1])],
    [/^<@([UW][A-Z0-9]+)>/, (m) => mention(m[1])],
    [/^<(https?:[^>]+)>/, (m) => link(m[1])],
  ];
  let text = '';
  for (let i = 0; i < s.length;) {
    const rest = s.slice(i);
    const hit = /[`*_~![<]/.test(rest[0]) && rules.map(([re, make]) => [rest.match(re), make]).find(([m]) => m);
    if (!hit) {
      text += s[i++];
      continue;
    }
    if (text) add(out, withEmoji(text));
    text = '';
    add(out, hit[1](hit[0]));
    i += hit[0][0].length;
  }
  return add(out, withEmoji(text));
}

// markdown renders the basic part of markdown: headings, lists, quotes, fences, paragraphs.
export function markdown(text) {
  const out = h('div', { class: 'rich' });
  let list = null, para = [], fence = null;
  const flush = () => {
    if (para.length) add(out, h('p', {}, para.flatMap((l, i) => [i > 0 && h('br'), span(l)])));
    para = [];
    list = null;
  };
  for (const line of String(text ?? '').split('\n')) {
    if (/^```/.test(line)) {
      if (fence) add(out, h('pre', { tabindex: '0' }, fence.join('\n')));
      flush();
      fence = fence ? null : [];
      continue;
    }
    if (fence) {
      fence.push(line);
      continue;
    }
    const head = line.match(/^(#{1,6})\s+(.*)/), item = line.match(/^\s*([-*+]|\d+\.)\s+(.*)/), quote = line.match(/^>\s?(.*)/);
    if (item) {
      const tag = /\d/.test(item[1]) ? 'ol' : 'ul';
      if (!list || list.localName !== tag) {
        flush();
        add(out, list = h(tag));
      }
      add(list, h('li', {}, span(item[2])));
      continue;
    }
    if (head || quote || !line.trim()) flush();
    if (head) add(out, h('p', { class: 'heading' }, span(head[2])));
    else if (quote) add(out, h('blockquote', {}, span(quote[1])));
    else if (/^\s*(---|\*\*\*)\s*$/.test(line)) add(out, h('hr'));
    else if (line.trim()) {
      list = null;
      para.push(line);
    }
  }
  if (fence) add(out, h('pre', { tabindex: '0' }, fence.join('\n')));
  flush();
  return out;
}
