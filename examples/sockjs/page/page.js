// The page: shows the board, newest line first.

import { openDesk } from './desk.js';

const SHOWN = 200;
const NAMES = { 'wsimd/ws': 'wsimd', ws: 'ws', faye: 'faye-websocket' };
const element = (id) => document.getElementById(id);

function setState(text, isGood) {
  element('state').textContent = text;
  element('state').classList.toggle('good', isGood);
}

function show(text, isOwn) {
  const item = document.createElement('li');
  item.textContent = text;
  item.classList.toggle('own', isOwn);
  const list = element('lines');
  list.prepend(item);
  if (list.children.length > SHOWN) list.lastChild.remove();
}

const { engine } = await (await fetch('/settings.json')).json();
const desk = openDesk({
  connect: () =>
    new SockJS('/board', null, { transports: element('transports').value || undefined }),
  onLine: show,
  onUp(transport) {
    const end = transport === 'websocket' ? `, with ${NAMES[engine]} on the server` : '';
    setState(`Connected over ${transport}${end}.`, true);
  },
  onTrouble: (text) => setState(text, false),
});

element('transports').addEventListener('change', () => desk.reconnect());
element('form').addEventListener('submit', (event) => {
  event.preventDefault();
  desk.write(element('text').value);
  element('text').value = '';
});
