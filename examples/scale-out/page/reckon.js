// The calculator page: measured figures, inputs and results.

import { calculate } from './arithmetic.js';

const $ = (id) => document.getElementById(id);

function cell(text, className = '', name = 'td') {
  const element = document.createElement(name);
  element.textContent = text;
  element.className = className;
  return element;
}

function rowOf(cells) {
  const row = document.createElement('tr');
  row.append(...cells);
  return row;
}

function show() {
  const given = {};
  for (const input of $('given').querySelectorAll('input')) {
    if (!input.checkValidity()) {
      $('results').replaceChildren(); // the old results belong to other inputs
      return input.reportValidity();
    }
    given[input.id] = input.valueAsNumber;
  }
  const rows = calculate(given).map(({ id, what, how, result, value }) => {
    const last = cell(result, 'number');
    const data = document.createElement('data');
    Object.assign(data, { id, value, textContent: result });
    last.replaceChildren(data);
    return rowOf([cell(what), cell(how, 'how'), last]);
  });
  $('results').replaceChildren(...rows);
}

async function showFigures() {
  const response = await fetch('figures.json');
  const { cores, node, people, rooms, rows } = await response.json();
  $('measured').textContent =
    `Messages delivered per second to ${people} people in ${rooms} rooms, and server CPU per delivery. ` +
    `Node ${node}; the processes, Redis and the clients share ${cores} cores.`;
  const head = ['Processes', 'wsimd/ws, /s', 'ws, /s', 'wsimd/ws, µs', 'ws, µs'];
  const body = rows.map(({ processes, wsimd, ws }) => {
    const numbers = [processes, wsimd.perSecond, ws.perSecond, wsimd.cpu, ws.cpu];
    return rowOf(numbers.map((number) => cell(number.toLocaleString('en'), 'number')));
  });
  const names = head.map((name) => cell(name, 'number', 'th'));
  $('figures').replaceChildren(rowOf(names), ...body);
  const { wsimd } = rows[0];
  $('cpu').value = wsimd.cpu;
  $('memory').value = Math.ceil(wsimd.memory / 1024);
}

$('given').oninput = show;
try {
  await showFigures();
} catch ({ message }) {
  $('measured').textContent = `Cannot load the figures: ${message}`;
}
show();
