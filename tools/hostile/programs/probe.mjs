// A well-behaved connection in a process of its own: asks for an echo again and again, and tells how long that took.
// Argument: the port.

import { WebSocket } from 'ws';

const PAUSE = 2;
const socket = new WebSocket(`ws://127.0.0.1:${process.argv[2]}/echo`, {
  perMessageDeflate: false,
});
let times = [];
let begin = 0;

const ask = () => {
  begin = performance.now();
  socket.send('are you there?');
};
socket.on('open', ask);
socket.on('message', () => {
  times.push(performance.now() - begin);
  setTimeout(ask, PAUSE);
});
socket.on('close', () => process.exit());

process.on('message', () => {
  // Where nothing was answered, that has taken so long at least.
  const waiting = times.length === 0 ? [performance.now() - begin] : [];
  const all = [...times, ...waiting].sort((one, other) => one - other);
  const at = (part) => all[Math.min(all.length - 1, Math.floor(all.length * part))];
  process.send({ count: times.length, median: at(0.5), p99: at(0.99), max: at(1) });
  times = [];
});
process.on('disconnect', () => process.exit());
