// Holds the connection and the book, off the thread that draws: a busy page loses nothing, and a busy feed
// never stops the page. Tells the page how things stand whenever it asks, which it does once a frame.

import { DEAD_AFTER, delayOf } from './backoff.js';
import { Book } from './book.js';

const SLOW_FOR = 1;

const book = new Book();
let attempt = 0;
let isSlow = false;
/** Why there is no connection; empty while there is one. */
let away = 'Connecting';

function connect() {
  const socket = new WebSocket(`${location.protocol.replace('http', 'ws')}//${location.host}/feed`);
  let before = book.received;
  const watch = setInterval(() => {
    if (book.received === before) over();
    before = book.received;
  }, DEAD_AFTER);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') {
      book.told(data);
      away = '';
      attempt = 0;
      return;
    }
    book.tick(new Uint8Array(data), 0);
    if (isSlow) spin(SLOW_FOR);
  };
  const over = () => {
    clearInterval(watch);
    socket.onmessage = socket.onclose = null;
    socket.close();
    const delay = delayOf(++attempt);
    away = `The server is away. Trying again in ${(delay / 1000).toFixed(1)} s (attempt ${attempt}).`;
    setTimeout(connect, delay);
  };
  socket.onclose = over;
}

function spin(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

addEventListener('message', ({ data }) => {
  if (data.slow !== undefined) {
    isSlow = data.slow;
    return;
  }
  const { instruments, prices, mode, received, lost, outOfOrder, skipped, age } = book;
  postMessage({ instruments, prices, mode, received, lost, outOfOrder, skipped, age, away });
});

connect();
