// Draws the proxy's connections and frames, one batch per tenth of a second.

import { listen } from './events.js';
import { bytes, contentOf, kindOf, milliseconds } from './format.js';

const MOST_FRAMES = 300;
const MOST_CLOSED = 50;
const ARROWS = { client: '→', server: '←' };
const TOWARDS = { client: 'to the server', server: 'to the client' };

const byId = (id) => document.getElementById(id);
/** Each connection's table row and filter option, by id. */
const rows = new Map();
let isPaused = false;
let skipped = 0;

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function rowOf({ id }) {
  const known = rows.get(id);
  if (known !== undefined) return known;
  const made = { row: element('tr'), option: element('option') };
  made.option.value = id;
  byId('filter').append(made.option);
  rows.set(id, made);
  return made;
}

/** Moves a row to the open or the closed connections, and drops the oldest closed one above the limit. */
function place(row, body) {
  if (row.parentElement !== body) body.prepend(row);
  const { lastElementChild: last } = body;
  if (body.id !== 'closed' || body.childElementCount <= MOST_CLOSED) return;
  const [id, { option }] = [...rows].find(([, made]) => made.row === last);
  for (const one of [last, option]) one.remove();
  rows.delete(id);
}

function drawConnection(connection) {
  const { id, peer, target, extensions, state, why, violations, messages, latency } = connection;
  const { row, option } = rowOf(connection);
  const name = element('th', '', `#${id} ${target}`, element('span', 'soft', peer));
  name.scope = 'row';
  if (extensions) name.append(element('span', 'soft', extensions));
  const status = element('td', '', state, element('span', 'soft', why));
  for (const { sender, rule } of violations)
    status.append(element('div', 'bad', `${sender}: ${rule}`));
  const counts = ['client', 'server'].map((sender) => {
    const size = element('span', 'soft', bytes(connection.bytes[sender]));
    return element('td', 'number', messages[sender].toLocaleString('en'), size);
  });
  const pong = latency.client ?? latency.server;
  const times = [latency.handshake, latency.answer, pong].map((time) =>
    element('td', 'number', milliseconds(time)),
  );
  row.replaceChildren(name, status, ...counts, ...times);
  option.textContent = `#${id} ${target || peer}`;
  place(row, byId(state === 'closed' ? 'closed' : 'open'));
}

function drawFrame(frame) {
  const arrow = element('span', '', ARROWS[frame.sender]);
  arrow.title = TOWARDS[frame.sender];
  arrow.role = 'img';
  arrow.ariaLabel = TOWARDS[frame.sender];
  const time = new Date(frame.at).toISOString().slice(11, 23);
  const isBad = frame.violation !== undefined;
  const item = element(
    'li',
    isBad ? 'bad' : '',
    element('span', 'soft time', time),
    element('span', '', `#${frame.id}`),
    arrow,
    element('span', '', kindOf(frame)),
    element('span', 'says', contentOf(frame)),
  );
  item.dataset.id = frame.id;
  item.hidden = byId('filter').value !== '' && byId('filter').value !== `${frame.id}`;
  return item;
}

function drawFrames(frames) {
  const list = byId('frames');
  list.prepend(...frames.map(drawFrame).reverse());
  while (list.childElementCount > MOST_FRAMES) list.lastElementChild.remove();
}

function clearAll() {
  for (const id of ['open', 'closed']) byId(id).replaceChildren();
  byId('filter').replaceChildren(byId('filter').firstElementChild);
  rows.clear();
}

listen({
  onMessage({ about, connections, frames, skipped: more }) {
    if (about !== undefined) {
      clearAll();
      byId('about').textContent = about;
    }
    byId('status').textContent = 'Watching.';
    byId('status').className = '';
    connections.forEach(drawConnection);
    if (isPaused) return;
    skipped += more;
    drawFrames(frames);
    byId('skipped').textContent =
      skipped > 0 ? `${skipped.toLocaleString('en')} frames not shown: too many at once` : '';
  },
  onDisconnect(delay) {
    byId('status').textContent = `The proxy is unreachable. Reconnecting in ${delay / 1000} s.`;
    byId('status').className = 'away';
  },
});

byId('pause').addEventListener('click', ({ target }) => {
  isPaused = !isPaused;
  target.ariaPressed = `${isPaused}`;
});
byId('filter').addEventListener('change', ({ target }) => {
  for (const item of byId('frames').children) {
    item.hidden = target.value !== '' && item.dataset.id !== target.value;
  }
});
