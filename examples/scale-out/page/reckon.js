// The page that reckons: figures as they were measured, what is given, and what follows.

import { reckon } from './arithmetic.js';

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
      $('reckoned').replaceChildren(); // what stood there was of other numbers
      return input.reportValidity();
    }
    given[input.id] = input.valueAsNumber;
  }
  const rows = reckon(given).map(({ id, what, how, result, value }) => {
    const last = cell(result, 'number');
    const data = document.createElement('data');
    Object.assign(data, { id, value, textContent: result });
    last.replaceChildren(data);
    return rowOf([cell(what), cell(how, 'how'), last]);
  });
  $('reckoned').replaceChildren(...rows);
}

async function showFigures() {
  const response = await fetch('figures.json');
  const { cores, node, people, rooms, rows } = await response.json();
  $('measured').textContent =
    `Messages delivered a second to ${people} people in ${rooms} rooms, and the CPU of the processes for each; ` +
    `Node ${node}, on ${cores} cores for the processes, Redis and the clients together.`;
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
  $('measured').textContent = `The figures could not be fetched: ${message}`;
}
show();
