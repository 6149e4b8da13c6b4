// Draws the worker's state: asks for it once per frame, and updates only what has changed.

import { Sparkline } from './sparkline.js';

const SPARKLINE_EVERY = 200;
/** Milliseconds between two updates for users who prefer reduced motion. */
const CALM = 500;

const byId = (id) => document.getElementById(id);
const worker = new Worker('worker.js', { type: 'module' });
const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
const whole = new Intl.NumberFormat('en');
const price = new Intl.NumberFormat('en', { minimumFractionDigits: 2 });

let rows = [];
let names = '';
let frames = 0;
let received = 0;
let secondAt = performance.now();
let sparklineAt = 0;

/** Writes only if the text has changed: a write triggers a layout, a comparison costs nothing. */
function show(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function cell(row, name, attributes = {}) {
  return row.appendChild(Object.assign(document.createElement(name), attributes));
}

function makeRows(instruments) {
  rows = instruments.map((name) => {
    const row = document.createElement('tr');
    cell(row, 'th', { scope: 'row', textContent: name });
    const made = { price: cell(row, 'td'), change: cell(row, 'td'), opening: undefined };
    const canvas = document.createElement('canvas');
    canvas.setAttribute('aria-hidden', 'true');
    const held = cell(row, 'td');
    held.append(canvas);
    return { ...made, row, held, sparkline: new Sparkline(canvas) };
  });
  byId('rows').replaceChildren(...rows.map(({ row }) => row));
}

function drawRow(made, value, withSparkline) {
  made.opening ??= value;
  const change = (100 * (value - made.opening)) / made.opening;
  const kind = change > 0 ? 'up' : change < 0 ? 'down' : '';
  const arrow = { up: '▲ +', down: '▼ ', '': '' }[kind];
  show(made.price, price.format(value / 100));
  show(made.change, `${arrow}${change.toFixed(2)} %`);
  if (made.change.className !== kind) made.held.className = made.change.className = kind;
  if (withSparkline) {
    made.sparkline.push(value);
    made.sparkline.draw();
  }
}

const STATUS = {
  joining: 'Connected. Waiting for the first prices.',
  live: 'Live: every tick is received.',
  lagging: 'Too slow for every tick: the server sends only the latest prices.',
};

function drawNumbers(state) {
  const now = performance.now();
  if (now - secondAt < 1000) return;
  const seconds = (now - secondAt) / 1000;
  show(byId('rate'), whole.format(Math.round((state.received - received) / seconds)));
  show(byId('frames'), whole.format(Math.round(frames / seconds)));
  show(byId('age'), state.away ? '–' : `${whole.format(Math.max(0, state.age))} ms old`);
  for (const name of ['lost', 'outOfOrder', 'skipped']) show(byId(name), whole.format(state[name]));
  received = state.received;
  frames = 0;
  secondAt = now;
}

function draw({ data: state }) {
  if (state.instruments.join() !== names) {
    names = state.instruments.join();
    makeRows(state.instruments);
  }
  const now = performance.now();
  const withSparkline = now - sparklineAt > SPARKLINE_EVERY;
  if (withSparkline) sparklineAt = now;
  rows.forEach((made, index) => {
    if (state.prices[index] > 0) drawRow(made, state.prices[index], withSparkline);
  });
  drawNumbers(state);
  const status = byId('status');
  show(status, state.away || STATUS[state.mode]);
  status.className = state.away ? 'away' : state.mode;
  frames++;
  if (isCalm) setTimeout(ask, CALM);
  else requestAnimationFrame(ask);
}

function ask() {
  worker.postMessage({});
}

byId('slow').addEventListener('change', ({ target }) =>
  worker.postMessage({ slow: target.checked }),
);
worker.onmessage = draw;
ask();
