// What scripts do with Slack's Web API client, each call with what has to come of it.
const assert = require('node:assert/strict');
const { WebClient, WebClientEvent } = require('@slack/web-api');

const client = new WebClient(process.env.SLACK_BOT_TOKEN, { slackApiUrl: process.env.SLACK_API_URL, retryConfig: { retries: 3, minTimeout: 100 } });
const refused = (code, call) => assert.rejects(call, (e) => e.data?.error === code, `not refused with ${code}`);

(async () => {
  const me = await client.auth.test();
  assert.equal(me.user, 'my-bot');
  assert.equal((await client.api.test({ foo: 'bar' })).args.foo, 'bar');

  // Messages: by name, in a thread, shown in the channel too, changed, looked up as Slack's documentation says.
  const { channel, ts } = await client.chat.postMessage({ channel: '#general', text: 'one' });
  assert.equal(channel, 'C0GENERAL');
  await client.chat.postMessage({ channel, markdown_text: '**two**' });
  await client.chat.postMessage({ channel, thread_ts: ts, text: 'three', reply_broadcast: true });
  await client.chat.update({ channel, ts, text: 'one, changed' });
  const one = await client.conversations.history({ channel, oldest: ts, latest: ts, inclusive: true, limit: 1 });
  assert.deepEqual(one.messages.map((m) => [m.text, m.reply_count, typeof m.edited.ts]), [['one, changed', 1, 'string']]);
  const later = await client.conversations.history({ channel, oldest: '9999999999.000000' });
  assert.deepEqual(later.messages, []);
  const names = [];
  for await (const page of client.paginate('conversations.history', { channel, limit: 1 })) names.push(...page.messages.map((m) => m.text));
  assert.deepEqual(names, ['three', '**two**', 'one, changed']);
  const thread = await client.conversations.replies({ channel, ts });
  assert.deepEqual(thread.messages.map((m) => m.text), ['one, changed', 'three']);
  const dressed = await client.chat.postMessage({ channel, text: 'four', username: 'Somebody', icon_emoji: ':tada:' });
  assert.equal(dressed.message.username, 'Somebody');
  await client.chat.postEphemeral({ channel, user: 'U0BEA', text: 'only you' });
  assert.match((await client.chat.getPermalink({ channel, message_ts: ts })).permalink, /archives\/C0GENERAL\/p\d+$/);
  await client.reactions.add({ channel, timestamp: ts, name: 'eyes' });
  await refused('already_reacted', client.reactions.add({ channel, timestamp: ts, name: 'eyes' }));
  await client.pins.add({ channel, timestamp: ts });
  assert.equal((await client.pins.list({ channel })).items.length, 1);

  // People and channels.
  const bea = (await client.users.lookupByEmail({ email: 'bea@contoso.com' })).user;
  assert.deepEqual([bea.id, bea.tz_offset, bea.profile.real_name_normalized], ['U0BEA', 0, 'Bea Lind']);
  assert.ok((await client.users.list()).members.some((m) => m.id === 'U0ADA'));
  const dm = await client.conversations.open({ users: bea.id, return_im: true });
  assert.equal(dm.channel.user, bea.id);
  assert.equal((await client.conversations.open({ users: bea.id })).already_open, true);
  await client.chat.postMessage({ channel: dm.channel.id, text: 'in private' });
  await refused('not_in_channel', client.chat.postMessage({ channel: '#random', text: 'x' }));
  await client.conversations.join({ channel: 'C0RANDOM' });
  await client.chat.postMessage({ channel: 'random', text: 'now it may' });
  const mine = await client.users.conversations();
  assert.deepEqual(mine.channels.map((c) => [c.name, c.is_archived, c.topic.value]), [['general', false, ''], ['random', false, '']]);
  assert.deepEqual((await client.usergroups.users.list({ usergroup: 'S0ADMINS' })).users, ['U0ADA']);

  // Refusals have their codes and details.
  const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }];
  await assert.rejects(client.chat.postMessage({ channel, text: 'x', blocks }), (e) => e.data.response_metadata.messages[0].includes('/blocks/0/text/text'));
  await refused('channel_not_found', client.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' }));
  await assert.rejects(new WebClient('xoxb-wrong', { slackApiUrl: process.env.SLACK_API_URL }).auth.test(), (e) => e.data?.error === 'invalid_auth');

  // The first chat.delete is over the limit, and is to come back a second later.
  const waits = [];
  client.on(WebClientEvent.RATE_LIMITED, (seconds) => waits.push(seconds));
  const extra = await client.chat.postMessage({ channel, text: 'not for long' });
  const began = performance.now();
  assert.equal((await client.chat.delete({ channel, ts: extra.ts })).ok, true);
  assert.deepEqual(waits, [1]);
  assert.ok(performance.now() - began >= 990, `it came back after ${performance.now() - began} ms`);
  console.log('ALL-DONE');
})().catch((e) => { console.error(e); process.exit(1); });
