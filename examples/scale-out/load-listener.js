// For load.js: clients in their own process. Some send a new message as soon as the previous one is acknowledged; all
// count the messages they receive.

import { once } from 'node:events';
import { WebSocket } from 'wsimd/ws';

const TEXT = 'as long as many a message in a chat is, which is not very long';
let delivered = 0;
const speakers = [];

const answers = {
  /** Each client joins one room, spread over the processes. The first client of each room sends. */
  async enter({ urls, people, rooms }) {
    for (let i = 0; i < people; i++) {
      const room = `room-${i % rooms}`;
      // Offset per round of rooms: otherwise each room could end up in a single process.
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
      // The type comes first in the JSON. Not parsed: this process must stay cheaper than the servers it measures.
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
