// Dates as Slack writes them, in the reader's own language and time zone.

const day = 86400000;

function start(d) {
  return new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
}

// near says today, tomorrow or yesterday, or nothing.
function near(d, now) {
  const n = Math.round((start(d) - start(now)) / day);
  return { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[n] || '';
}

export function time(d) {
  return d.toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' });
}

export function fromTS(ts) {
  return new Date(parseFloat(ts) * 1000);
}

export function dayName(d) {
  const n = near(d, new Date());
  return n ? n[0].toUpperCase() + n.slice(1) : d.toLocaleDateString([], { weekday: 'long', month: 'long', day: 'numeric' });
}

export function long(d) {
  return d.toLocaleString([], { dateStyle: 'long', timeStyle: 'medium' });
}

function ago(d, now) {
  const s = Math.round((d - now) / 1000);
  const rel = new Intl.RelativeTimeFormat([], { numeric: 'auto' });
  for (const [unit, n] of [['day', 86400], ['hour', 3600], ['minute', 60]]) {
    if (Math.abs(s) >= n) return rel.format(Math.round(s / n), unit);
  }
  return rel.format(s, 'second');
}

// format fills in the tokens of a <!date^…> text.
export function format(unix, pattern) {
  const d = new Date(unix * 1000), now = new Date();
  const date = (o) => d.toLocaleDateString([], o);
  const as = {
    date_num: () => `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`,
    date: () => date({ year: 'numeric', month: 'long', day: 'numeric' }),
    date_short: () => date({ year: 'numeric', month: 'short', day: 'numeric' }),
    date_long: () => date({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }),
    date_slash: () => date({}),
    time: () => time(d),
    time_secs: () => d.toLocaleTimeString(),
    ago: () => ago(d, now),
  };
  return pattern.replace(/\{([a-z_]+)\}/g, (all, token) => {
    if (as[token]) return as[token]();
    const plain = token.replace(/_pretty$/, '');
    return plain !== token && as[plain] ? near(d, now) || as[plain]() : all;
  });
}
