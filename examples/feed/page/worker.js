// Runs the connection and the book off the main thread: a busy page loses no ticks, and a busy feed does not block the
// page. Posts the state when the page asks for it, once per frame.

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
    if (book.received === before) end();
    before = book.received;
  }, DEAD_AFTER);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') {
      book.receive(data);
      away = '';
      attempt = 0;
      return;
    }
    book.tick(new Uint8Array(data), 0);
    if (isSlow) spin(SLOW_FOR);
  };
  const end = () => {
    clearInterval(watch);
    socket.onmessage = socket.onclose = null;
    socket.close();
    const delay = delayOf(++attempt);
    away = `The server is unreachable. Reconnecting in ${(delay / 1000).toFixed(1)} s (attempt ${attempt}).`;
    setTimeout(connect, delay);
  };
  socket.onclose = end;
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
