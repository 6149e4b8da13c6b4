// The page: what is done in it goes to the client, what the client tells is shown. `?name=`, `?room=` and `?beat=`
// (milliseconds) set what it starts with.

import { ChatClient } from './client.js';
import { RoomView } from './view.js';

const TYPING_EVERY_MS = 2000;
const TYPING_FOR_MS = 3000;

const $ = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search);
const rooms = new Map();
let current = null;
let author = null;
/** Whom each number of a message belongs to: the room it was said in. */
const said = new Map();

const stored = localStorage.getItem('name') ?? `guest-${Math.floor(Math.random() * 1000)}`;
$('name').value = asked.get('name') ?? stored;

const STATUS = {
  connecting: () => 'connecting…',
  open: () => 'connected',
  waiting: (inMs) => `not connected; next try in ${(inMs / 1000).toFixed(1)} s`,
  closed: () => 'not connected',
};

/** One line above the rooms for each of these, the last of them shown: why it is cut off, what went wrong. */
const troubles = new Map();

function trouble(kind, words) {
  troubles.delete(kind);
  if (words) troubles.set(kind, words);
  $('notice').hidden = troubles.size === 0;
  $('notice').firstElementChild.textContent = [...troubles.values()].join(' ');
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
      if (status !== 'connecting') trouble('connection', why);
      $('notice').lastElementChild.hidden = status !== 'closed';
    },
    welcome: (event) => (author = event.author),
    state: ({ alone }) => trouble('state', alone),
    message: (message) => {
      rooms.get(message.room).show(message);
      if (message.seq !== undefined && message.isMine) said.delete(message.n);
      typists.delete(message.name);
      showTyping();
    },
    presence: (event) => rooms.get(event.room)?.present(event),
    typing: ({ room, author: who, name }) => room === current && who !== author && typing(name),
    forgotten: (room) => rooms.get(room).forgotten(),
    missed: (room, count) =>
      rooms.get(room).note(`${count} messages are too long ago to be shown.`),
    // It is shown in its place when it comes back, unless it is too long ago for that.
    kept: (n) => mark(n, 'kept by the server'),
    held: (n) => mark(n, 'held by the server; not kept yet'),
    refused(n, why, isTriedAgain) {
      if (n === undefined) trouble('refused', why);
      else mark(n, why, isTriedAgain ? undefined : takeBack);
    },
    lost: (n) => mark(n, 'Nobody knows whether this was sent.', takeBack),
  },
);

function mark(n, words, edit) {
  rooms.get(said.get(n))?.mark(n, words, edit);
}

/** Puts a message back to where it was written, before what is there. */
function takeBack(text) {
  $('text').value = [text, $('text').value].filter(Boolean).join('\n');
  $('text').focus();
}

function say(room, text) {
  const n = client.say(room, text);
  said.set(n, room);
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
  trouble('refused');
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
  // While a Korean syllable is put together, Enter ends it and sends nothing.
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
