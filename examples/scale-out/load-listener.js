// For load.js: people in a process of their own. Some of them speak as fast as what they say is kept; the others
// count what they are told.

import { once } from 'node:events';
import { WebSocket } from 'wsimd/ws';

const TEXT = 'as long as many a message in a chat is, which is not very long';
let delivered = 0;
const speakers = [];

const answers = {
  /** Everybody is in one room, spread over the processes; the first of each room speaks. */
  async enter({ urls, people, rooms }) {
    for (let i = 0; i < people; i++) {
      const room = `room-${i % rooms}`;
      // Not the same number for rooms and processes, or each room would be in one process only.
      const url = urls[(i + Math.floor(i / rooms)) % urls.length];
      await enter(url, room, i < rooms);
    }
  },
  speak() {
    for (const speak of speakers) speak();
  },
  count: () => delivered,
};

async function enter(url, room, speaks) {
  const socket = new WebSocket(url, ['chat.v2'], { perMessageDeflate: false });
  let n = 0;
  const speak = () => socket.send(JSON.stringify({ type: 'say', room, n: ++n, text: TEXT }));
  const isIn = new Promise((resolve) => {
    socket.on('message', (data) => {
      // Their types are the first they tell: this process must not need more than those it measures.
      const type = data.latin1Slice(9, 12);
      if (type === 'mes') delivered++;
      else if (type === 'kep') speak();
      else if (type === 'joi') resolve();
    });
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'join', room }));
  await isIn;
  if (speaks) speakers.push(speak);
}

process.on('message', async (question) => {
  const [[name, argument]] = Object.entries(question);
  process.send((await answers[name](argument)) ?? 'done');
});
