// The page. It shows one room at a time.

import { io } from '/socket.io/socket.io.esm.min.js';
import { enterRoom } from './room.js';

const SHOWN = 300;
const element = (id) => document.getElementById(id);
const NAMES = { polling: 'long polling', websocket: 'WebSocket' };
let room;
let waiting = 0;

function setState(text, isGood) {
  element('state').textContent = text;
  element('state').classList.toggle('good', isGood);
}

function show({ name, text, picture }) {
  const item = document.createElement('li');
  const speaker = document.createElement('strong');
  speaker.textContent = name;
  item.append(speaker, ' ', text);
  if (picture) {
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([picture]));
    image.alt = `A picture from ${name}`;
    image.onload = () => URL.revokeObjectURL(image.src);
    item.append(image);
  }
  const list = element('messages');
  list.append(item);
  if (list.children.length > SHOWN) list.firstChild.remove();
  list.scrollTop = list.scrollHeight;
}

function setWaiting(count) {
  waiting = count;
  element('waiting').textContent = count === 0 ? '' : `${count} not saved yet`;
}

function enter(form) {
  const warning =
    'Some of your messages are not saved yet. They are lost if you leave the room. Leave?';
  if (waiting > 0 && !confirm(warning)) return;
  room?.leave();
  element('messages').replaceChildren();
  setWaiting(0);
  const { room: title, name, transports } = Object.fromEntries(new FormData(form));
  room = enterRoom({
    connect: (options) => io({ ...options, transports: transports.split(',') }),
    room: title,
    name,
    onMessage: show,
    onTransport: ({ name: by, engine }) =>
      setState(
        `In ${title}, over ${NAMES[by]}${engine ? `, with ${engine} on the server` : ''}.`,
        true,
      ),
    onTrouble: (text) => setState(text, false),
  });
}

element('enter').addEventListener('submit', (event) => {
  event.preventDefault();
  enter(event.target);
});

element('say').addEventListener('submit', async (event) => {
  event.preventDefault();
  const [file] = element('picture').files;
  element('problem').textContent = '';
  try {
    room.say(element('text').value, await file?.arrayBuffer(), (refused) => {
      setWaiting(waiting - 1);
      if (refused) element('problem').textContent = refused;
    });
    setWaiting(waiting + 1);
    event.target.reset();
  } catch (error) {
    element('problem').textContent = error.message;
  }
});

const { name, peers } = await (await fetch('/settings.json')).json();
const others = peers.filter((peer) => new URL(peer).host !== location.host);
element('peers').textContent = `This page is served by ${name}. `;
for (const peer of others) {
  const link = document.createElement('a');
  link.href = peer;
  link.textContent = 'Open the other one';
  element('peers').append(link);
}
enter(element('enter'));
