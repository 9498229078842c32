// A bot of the ordinary kind, on Bolt: a command, a form, buttons, messages, a home tab.
const { App } = require('@slack/bolt');

const http = process.env.REQUEST_PORT;
const clientOptions = { slackApiUrl: process.env.SLACK_API_URL };
const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  ...(http ? { signingSecret: process.env.SLACK_SIGNING_SECRET } : { socketMode: true, appToken: process.env.SLACK_APP_TOKEN }),
  clientOptions,
  ignoreSelf: false, // to hear what Slack sends of its own messages
});
const say = (...what) => console.log(...what);

app.command('/hello', async ({ command, ack, say, respond, client }) => {
  if (command.text === 'slowly') return; // no ack: Slack tells the person after three seconds
  if (command.text === 'form') {
    await ack();
    await client.views.open({ trigger_id: command.trigger_id, view: form(command.channel_id) });
    return;
  }
  await ack({ text: 'Just a moment.', response_type: 'ephemeral' });
  await say({
    text: `Hello <@${command.user_id}>`,
    metadata: { event_type: 'greeted', event_payload: { by: command.user_id } },
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `Hello <@${command.user_id}>` } },
      { type: 'actions', elements: [{ type: 'button', action_id: 'wave', value: 'hand', text: { type: 'plain_text', text: 'Wave' } }] },
    ],
  });
  await respond('Only you see this.');
});

function form(channel, hint) {
  return {
    type: 'modal', callback_id: 'ask', private_metadata: channel,
    title: { type: 'plain_text', text: 'Ask' }, submit: { type: 'plain_text', text: 'Send' },
    blocks: [
      { type: 'input', block_id: 'what', label: { type: 'plain_text', text: 'What' }, element: { type: 'plain_text_input', action_id: 'text' } },
      { type: 'input', block_id: 'which', label: { type: 'plain_text', text: 'Which' }, element: { type: 'external_select', action_id: 'fruit', min_query_length: 0 } },
      { type: 'actions', block_id: 'more', elements: [{ type: 'button', action_id: 'help', text: { type: 'plain_text', text: 'Help' } }] },
      ...(hint ? [{ type: 'section', text: { type: 'plain_text', text: hint } }] : []),
    ],
  };
}

app.options('fruit', async ({ ack, options }) => {
  const all = ['apple', 'apricot', 'banana'].filter((f) => f.startsWith(options.value ?? ''));
  await ack({ options: all.map((f) => ({ text: { type: 'plain_text', text: f }, value: f })) });
});

app.action('wave', async ({ ack, respond, body }) => {
  await ack();
  await respond({ replace_original: true, text: `<@${body.user.id}> waved.` });
});

app.action('help', async ({ ack, body, client }) => {
  await ack();
  await client.views.update({ view_id: body.view.id, hash: body.view.hash, view: form(body.view.private_metadata, 'Say what you want.') });
});

app.view('ask', async ({ ack, view, body, client }) => {
  const what = view.state.values.what.text.value;
  if (what.length < 5) return ack({ response_action: 'errors', errors: { what: 'Say a little more.' } });
  await ack();
  await client.chat.postMessage({ channel: view.private_metadata, text: `<@${body.user.id}> wants ${view.state.values.which.fruit.selected_option.value}: ${what}` });
});

app.message('ping', async ({ message, say }) => {
  await say({ text: 'pong', thread_ts: message.ts });
});

app.message(async ({ message }) => {
  if (message.bot_id) say('HEARD-MYSELF', message.text);
});

app.event('app_home_opened', async ({ event, client }) => {
  await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [{ type: 'section', text: { type: 'plain_text', text: 'This is home.' } }] } });
});

app.error(async (e) => say('ERROR', e.message));

app.start(http ? Number(http) : undefined).then((server) => say('READY', http ? server.address().port : ''));
