// The emoji that bots use most, by Slack's names. An unknown name stays text.
const names = {
  white_check_mark: '✅', heavy_check_mark: '✔️', ballot_box_with_check: '☑️', x: '❌', no_entry: '⛔', no_entry_sign: '🚫', warning: '⚠️',
  hourglass: '⌛', hourglass_flowing_sand: '⏳', clock1: '🕐', alarm_clock: '⏰', bell: '🔔', lock: '🔒', unlock: '🔓', key: '🔑', old_key: '🗝️',
  closed_lock_with_key: '🔐', shield: '🛡️', rotating_light: '🚨', red_circle: '🔴', large_yellow_circle: '🟡', large_orange_circle: '🟠',
  large_green_circle: '🟢', large_blue_circle: '🔵', white_circle: '⚪', black_circle: '⚫', white_large_square: '⬜', arrow_right: '➡️',
  arrow_forward: '▶️', arrows_counterclockwise: '🔄', repeat: '🔁', information_source: 'ℹ️', question: '❓', exclamation: '❗', bulb: '💡',
  memo: '📝', pencil: '📝', clipboard: '📋', page_facing_up: '📄', package: '📦', rocket: '🚀', tada: '🎉', wave: '👋', eyes: '👀', thumbsup: '👍',
  '+1': '👍', '-1': '👎', thumbsdown: '👎', raised_hands: '🙌', clap: '👏', pray: '🙏', smile: '😄', slightly_smiling_face: '🙂', heart: '❤️',
  wastebasket: '🗑️', hammer_and_wrench: '🛠️', wrench: '🔧', gear: '⚙️', link: '🔗', mag: '🔍', robot_face: '🤖', ghost: '👻', zzz: '💤',
  bust_in_silhouette: '👤', busts_in_silhouette: '👥', stopwatch: '⏱️', calendar: '📆', inbox_tray: '📥', email: '📧', speech_balloon: '💬',
  see_no_evil: '🙈', coffee: '☕', sparkles: '✨', star: '⭐', fire: '🔥', boom: '💥', leftwards_arrow_with_hook: '↩️', point_right: '👉',
};

export function emoji(name) {
  return names[name] || null;
}

// withEmoji replaces :names: in plain text.
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (all, name) => names[name] || all);
}
