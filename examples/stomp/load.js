// `node load.js [--rounds N] [--messages N]`: CPU per message of a Node client with wsimd and with ws, on the same broker.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interleave, median, ratio, row } from '../support/medians.js';
import { run } from '../support/process.js';
import { readSettings } from '../support/settings.js';
import { safe } from '../support/terminal.js';
import { prepareBroker } from './broker.js';
import { connect } from './desk/connection.js';
import { uncompressed } from './uncompressed.js';

const WINDOW = 100;
const BODIES = [
  ['16 B, text', 'x'.repeat(16), 1],
  ['1 KiB, text', 'x'.repeat(1024), 0.5],
  ['16 KiB, Korean', '한'.repeat(5461), 0.05],
  ['64 KiB, binary', new Uint8Array(65_536), 0.02],
  ['16 B, text, compressed', 'x'.repeat(16), 0.5, 'compressed'],
];

/** Sends messages through the broker and back, at most WINDOW in flight. Returns microseconds of CPU per message. */
async function measureHere({ url, ws, body, isCompressed, count }) {
  const { WebSocket } = await import(ws);
  const content = typeof body === 'string' ? { body } : { binaryBody: body };
  let received = 0;
  let before;
  return new Promise((resolve) => {
    const send = () => client.publish({ destination: '/topic/round', ...content });
    const client = connect({
      url,
      WebSocket: isCompressed ? WebSocket : uncompressed(WebSocket),
      login: 'load',
      passcode: 'load',
      onTrouble: (line) => console.error(safe(line)),
      onUp() {
        client.subscribe('/topic/round', async () => {
          received++;
          if (received === count) before = process.cpuUsage();
          if (received <= 2 * count - WINDOW) return send();
          if (received < 2 * count) return;
          const { user, system } = process.cpuUsage(before);
          await client.deactivate();
          resolve((user + system) / count);
        });
        for (let i = 0; i < WINDOW; i++) send();
      },
    });
  });
}

/** The same in its own process. */
function measure(url, ws, kind, count) {
  const args = [fileURLToPath(import.meta.url), 'client', url, ws, `${kind}`, `${count}`];
  const env = { ...process.env, WS_NO_BUFFER_UTIL: '1' }; // installed in this repository
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  if (!(Number(stdout) > 0)) throw new Error(stderr);
  return Number(stdout);
}

async function compare(rounds, messages) {
  const folder = mkdtempSync(join(tmpdir(), 'wsimd-stomp-'));
  const broker = await prepareBroker(folder, { login: 'load', passcode: 'load' });
  await broker.start();
  try {
    console.log(row('message', 'wsimd, µs', 'ws, µs', 'ws / wsimd'));
    console.log(row('---', '---', '---', '---'));
    for (const [kind, [name, , share]] of BODIES.entries()) {
      const results = await interleave(['wsimd/ws', 'ws'], rounds, (ws) =>
        measure(broker.url, ws, kind, messages * share),
      );
      const [ours, theirs] = results.values();
      const figures = [ours, theirs].map((values) => median(values).toFixed(0));
      console.log(row(name, ...figures, ratio(ours, theirs)));
    }
  } finally {
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[2] === 'client') {
  const [url, ws, kind, count] = process.argv.slice(3);
  const [, body, , isCompressed] = BODIES[Number(kind)];
  console.log(await measureHere({ url, ws, body, isCompressed, count: Number(count) }));
  process.exit();
} else {
  run(async () => {
    const { rounds, messages } = readSettings({
      rounds: { fallback: 5, least: 1, most: 100 },
      messages: { fallback: 40_000, least: 100, most: 1_000_000 },
    });
    await compare(rounds, messages);
  });
}
