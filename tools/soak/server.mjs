// One server of the soak, in a process of its own: echoes, and pushes messages of its own now and then.
// Argument: wsimd or ws. Asked over the parent's channel, it tells what it holds.

import { numberOf } from './traffic.mjs';

const { WebSocketServer } = await import(process.argv[2] === 'wsimd' ? 'wsimd/ws' : 'ws');
const server = new WebSocketServer({
  ...{ host: '127.0.0.1', port: 0, perMessageDeflate: { threshold: 1024 }, backlog: 2048 },
});
const counts = { received: 0, pushed: 0, wrong: 0, errors: 0 };
const delays = [];

server.on('connection', (socket) => {
  let expected = 0;
  let pushed = 0;
  const push = setInterval(() => {
    socket.send(`push ${pushed++}`);
    counts.pushed++;
  }, 2000);
  socket.on('message', (data, isBinary) => {
    try {
      if (numberOf(data, isBinary) !== expected++) counts.wrong++;
    } catch {
      counts.wrong++;
    }
    counts.received++;
    socket.send(data, { binary: isBinary });
  });
  socket.on('close', () => clearInterval(push));
  socket.on('error', () => counts.errors++);
});

let last = performance.now();
setInterval(() => {
  const now = performance.now();
  delays.push(now - last - 20);
  last = now;
}, 20);

process.on('message', () => {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const delay = Math.max(0, ...delays.splice(0));
  const { user, system } = process.cpuUsage();
  const cpu = (user + system) / 1e6;
  process.send({ ...counts, rss, heapUsed, external, delay, cpu, sockets: server.clients.size });
});
process.on('disconnect', () => process.exit());
server.on('listening', () => process.send({ port: server.address().port }));
