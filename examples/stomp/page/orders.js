// The page: sends orders, shows answers and their times.

import { openDesk } from '/desk/desk.js';

const SHOWN = 200;
const element = (id) => document.getElementById(id);
const orders = new Map(); // what was sent, when, and its table row, by id
const counts = { sent: 0, safe: 0, answered: 0 };

function setState(text, isGood) {
  element('state').textContent = text;
  element('state').classList.toggle('good', isGood);
}

function setCounts() {
  element('counts').textContent =
    `${counts.sent} sent, ${counts.safe} stored by the broker, ${counts.answered} answered`;
}

function addRow(title) {
  const row = element('orders').insertRow(0);
  for (const text of [title, '…', '…']) row.insertCell().textContent = text;
  if (element('orders').rows.length > SHOWN) element('orders').deleteRow(SHOWN);
  return row;
}

async function hashOf(body) {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const milliseconds = (since) => `${(performance.now() - since).toFixed(0)} ms`;

function send(body, title) {
  element('problem').textContent = '';
  try {
    const id = desk.place(body);
    orders.set(id, { body, since: performance.now(), row: addRow(title) });
    counts.sent++;
    setCounts();
  } catch (error) {
    element('problem').textContent = error.message;
  }
}

function onSafe(id) {
  const order = orders.get(id);
  order.row.cells[1].textContent = milliseconds(order.since);
  counts.safe++;
  setCounts();
  markDone(id, 'isSafe');
}

/** An order is done once it has both its receipt and its answer, in either order. */
function markDone(id, part) {
  const order = orders.get(id);
  order[part] = true;
  if (order.isSafe && order.isAnswered) orders.delete(id);
}

async function onAnswer(id, { bytes, sha256 }) {
  const { row, since, body } = orders.get(id);
  const isSame = sha256 === (await hashOf(body));
  row.cells[2].textContent = `${milliseconds(since)}: ${bytes} bytes, ${isSame ? 'intact' : 'CHANGED'}`;
  row.cells[2].classList.toggle('problem', !isSame);
  counts.answered++;
  setCounts();
  markDone(id, 'isAnswered');
}

const settings = await (await fetch('/settings.json')).json();
const desk = openDesk({
  ...settings,
  WebSocket,
  onSafe,
  onAnswer,
  onUp: ({ webSocket }) =>
    setState(`Connected to ${settings.url} with ${webSocket.protocol}.`, true),
  onTrouble: (reason) => setState(`${reason} Orders wait on this page until it is back.`, false),
});

element('form').addEventListener('submit', (event) => {
  event.preventDefault();
  send(element('text').value, element('text').value.slice(0, 200) || '(empty)');
});
element('large').addEventListener('click', () => {
  send('가나다라마바사아자차카타파하'.repeat(24_966), '1 MiB of Korean');
});
element('many').addEventListener('click', () => {
  for (let i = 1; i <= 100; i++) send(`${i}번 주문`, `${i}번 주문`);
});
element('file').addEventListener('change', async ({ target }) => {
  for (const file of target.files) send(new Uint8Array(await file.arrayBuffer()), file.name);
  target.value = '';
});
