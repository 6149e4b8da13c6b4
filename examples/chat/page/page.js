// Connects the page to the client. `?name=`, `?room=` and `?beat=` (milliseconds) set the initial values.

import { ChatClient } from './client.js';
import { RoomView } from './view.js';

const TYPING_EVERY_MS = 2000;
const TYPING_FOR_MS = 3000;

const $ = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search);
const rooms = new Map();
let current = null;
let author = null;
/** The room of each of the user's own messages, by message number. */
const roomOfMessage = new Map();

const stored = localStorage.getItem('name') ?? `guest-${Math.floor(Math.random() * 1000)}`;
$('name').value = asked.get('name') ?? stored;

const STATUS = {
  connecting: () => 'connecting…',
  open: () => 'connected',
  waiting: (inMs) => `not connected; retrying in ${(inMs / 1000).toFixed(1)} s`,
  closed: () => 'not connected',
};

/** The current problems by kind. They are shown above the rooms. */
const problems = new Map();

function setProblem(kind, text) {
  problems.delete(kind);
  if (text) problems.set(kind, text);
  $('notice').hidden = problems.size === 0;
  $('notice').firstElementChild.textContent = [...problems.values()].join(' ');
}

const client = new ChatClient(
  {
    url: `${location.protocol.replace('http', 'ws')}//${location.host}/chat`,
    name: $('name').value,
    beat: Number(asked.get('beat') ?? 15_000),
  },
  {
    status({ status, why, inMs }) {
      $('status').textContent = STATUS[status](inMs);
      $('status').dataset.status = status;
      if (status !== 'connecting') setProblem('connection', why);
      $('notice').lastElementChild.hidden = status !== 'closed';
    },
    welcome: (event) => (author = event.author),
    state: ({ outage }) => setProblem('state', outage),
    message: (message) => {
      rooms.get(message.room).show(message);
      if (message.seq !== undefined && message.isMine) roomOfMessage.delete(message.n);
      typists.delete(message.name);
      showTyping();
    },
    presence: (event) => rooms.get(event.room)?.present(event),
    typing: ({ room, author: who, name }) => room === current && who !== author && typing(name),
    forgotten: (room) => rooms.get(room).forgotten(),
    missed: (room, count) => rooms.get(room).note(`${count} older messages are not shown.`),
    // The server's copy replaces it, unless it is too old to be sent.
    kept: (n) => mark(n, 'saved'),
    held: (n) => mark(n, 'received, not saved yet'),
    refused(n, why, willRetry) {
      if (n === undefined) setProblem('refused', why);
      else mark(n, why, willRetry ? undefined : editAgain);
    },
    lost: (n) => mark(n, 'It is unknown whether this message was sent.', editAgain),
  },
);

function mark(n, text, edit) {
  rooms.get(roomOfMessage.get(n))?.mark(n, text, edit);
}

/** Puts a message back into the text field, before its current text. */
function editAgain(text) {
  $('text').value = [text, $('text').value].filter(Boolean).join('\n');
  $('text').focus();
}

function say(room, text) {
  const n = client.say(room, text);
  roomOfMessage.set(n, room);
  rooms.get(room).sending(n, $('name').value, text);
}

function join(room) {
  if (!rooms.has(room)) {
    rooms.set(room, new RoomView());
    client.join(room);
  }
  enter(room);
}

function enter(room) {
  current = room;
  document.querySelector('main').replaceChildren(rooms.get(room).element);
  const tabs = [...rooms.keys()].map((name) => {
    const item = document.createElement('li');
    const tab = document.createElement('button');
    tab.textContent = name;
    tab.setAttribute('aria-pressed', name === room);
    tab.onclick = () => enter(name);
    item.append(tab);
    return item;
  });
  $('rooms').replaceChildren(...tabs);
  typists.clear();
  showTyping();
  $('text').focus();
}

const typists = new Map();

function typing(name) {
  clearTimeout(typists.get(name));
  const forget = () => {
    typists.delete(name);
    showTyping();
  };
  typists.set(name, setTimeout(forget, TYPING_FOR_MS));
  showTyping();
}

function showTyping() {
  const names = [...typists.keys()];
  const who = names.length > 3 ? `${names.length} people are` : `${names.join(', ')} is`;
  $('typing').textContent = names.length > 0 ? `${who} typing…` : '';
}

$('say').onsubmit = (event) => {
  event.preventDefault();
  const text = $('text').value;
  if (text.trim() === '') return;
  setProblem('refused');
  say(current, text);
  $('text').value = '';
};

let typedAt = 0;
$('text').oninput = () => {
  if (Date.now() - typedAt < TYPING_EVERY_MS) return;
  typedAt = Date.now();
  client.typing(current);
};

$('text').onkeydown = (event) => {
  // During IME composition (Korean, for example), Enter ends the composition only.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $('say').requestSubmit();
};

$('join').onsubmit = (event) => {
  event.preventDefault();
  join($('room').value.trim());
  $('room').value = '';
};

$('rename').onsubmit = (event) => {
  event.preventDefault();
  localStorage.setItem('name', $('name').value);
  client.rename($('name').value);
  $('text').focus();
};

$('notice').lastElementChild.onclick = () => client.open();
window.addEventListener('online', () => client.open());

join(asked.get('room') ?? 'lobby');
client.open();
