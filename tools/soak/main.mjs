// `npm run soak -- --minutes N [--connections N] [--json FILE] [--markdown FILE]`: mixed traffic with churn for a
// long time, on wsimd and on stock ws, both at once, so that whatever else the machine does befalls both: nothing
// may be lost, out of order or changed, and memory must stay flat. Exit code 1 where it is not so.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Peer } from './peer.mjs';
import { isFlat, toMarkdown } from './verdict.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    connections: { type: 'string', default: '1000' },
    servers: { type: 'string', default: 'wsimd,ws' },
    json: { type: 'string' },
    markdown: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const connections = Number(values.connections);
if (!(minutes > 0) || !Number.isInteger(connections) || connections < 1) {
  console.error('--minutes and --connections are numbers above 0');
  process.exit(2);
}

async function soak(name) {
  const file = fileURLToPath(new URL('server.mjs', import.meta.url));
  // Stock ws: not with the addons that stand in this repository's node_modules.
  const env = { ...process.env, WS_NO_BUFFER_UTIL: '1', WS_NO_UTF_8_VALIDATE: '1' };
  const child = fork(file, [name], { execArgv: ['--expose-gc'], env });
  const [{ port }] = await once(child, 'message');
  const counts = { connections: 0, sent: 0, echoed: 0, cut: 0, lost: 0, wrong: 0, errors: 0 };
  const ask = async () => {
    child.send('usage');
    return (await once(child, 'message'))[0];
  };
  const peers = [];
  for (let i = 0; i < connections; i++) {
    peers.push(new Peer(`ws://127.0.0.1:${port}/`, counts));
    if (i % 50 === 49) await sleep(20);
  }
  const samples = [];
  const until = performance.now() + minutes * 60_000;
  while (performance.now() < until) {
    await sleep(Math.min(5000, (minutes * 60_000) / 20));
    const usage = await ask();
    samples.push({ seconds: Math.round(process.uptime()), ...usage });
    const { rss, heapUsed, sockets, delay } = usage;
    const memory = `rss ${mebibytes(rss)}, heap ${mebibytes(heapUsed)}`;
    console.log(
      `${name}: ${counts.echoed} echoed, ${sockets} sockets, ${memory}, delay ${Math.round(delay)} ms`,
    );
  }
  for (const peer of peers) peer.end();
  await sleep(1000);
  const after = await ask();
  child.disconnect();
  const { wrong, pushed } = after;
  const result = { name, minutes, connections, counts, server: { wrong, pushed }, samples, after };
  result.isFlat = isFlat(samples);
  result.isRight =
    counts.lost + counts.wrong + wrong === 0 && counts.echoed > 0 && after.sockets === 0;
  return result;
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const mebibytes = (bytes) => `${(bytes / (1 << 20)).toFixed(1)} MiB`;

const results = await Promise.all(values.servers.split(',').map(soak));
const report = { node: process.version, date: new Date().toISOString(), results };
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 1)}\n`);
const text = toMarkdown(report);
if (values.markdown !== undefined) writeFileSync(values.markdown, text);
console.log(`\n${text}`);
const ours = results.filter(({ name }) => name === 'wsimd');
process.exit(ours.every(({ isRight, isFlat: flat }) => isRight && flat) ? 0 : 1);
