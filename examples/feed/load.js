// CPU per tick of the server and the client: the same programs with wsimd and with ws; only the import differs.
// Interleaved rounds in random order; medians; a loss is bold.
//
//   node examples/feed/load.js [--rounds 5] [--seconds 3] [--rates 20000,100000] > figures.md

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median } from '../support/medians.js';
import { run } from '../support/process.js';
import { readSettings, SettingError } from '../support/settings.js';

const SERVER = 'wsimd/ws';
const STOCK = { WS_NO_BUFFER_UTIL: '1' };

const CONTENDERS = [
  { name: 'wsimd/ws at both ends', library: SERVER, reader: 'wsimd/ws' },
  { name: 'ws', library: 'ws', reader: 'ws', env: STOCK },
  { name: 'ws + bufferutil', library: 'ws', reader: 'ws' },
  { name: 'wsimd/ws, read by Decoder, borrowed', library: SERVER, reader: 'decoder-borrowed' },
  { name: 'wsimd/ws, read by Decoder, views', library: SERVER, reader: 'decoder-view' },
  { name: 'wsimd/ws, read by ws', library: SERVER, reader: 'ws', env: STOCK },
];

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Starts a program. Returns it with an iterator over its output lines. */
function start(name, flags, env) {
  const child = spawn(process.execPath, [pathOf(name), ...flags], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function stop({ child }) {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

const microseconds = ({ user, system }) => user + system;

/** Nanoseconds of CPU per tick at each end, and ticks received per second. */
async function measure({ library, reader, env }, rate, seconds) {
  const flags = ['--port', '0', '--rate', `${rate}`, '--lag-time', '60000'];
  const server = start(
    'main.js',
    [...flags, '--library', library, '--lag-bytes', '1000000000'],
    env,
  );
  await server.lines.next();
  const port = /:(\d+)\//.exec((await server.lines.next()).value)[1];
  const url = `ws://127.0.0.1:${port}/feed`;
  const client = start('client.js', ['--json', '--url', url, '--reader', reader], env);
  const look = async () => {
    const report = JSON.parse((await client.lines.next()).value);
    const status = await (await fetch(`http://127.0.0.1:${port}/status`)).json();
    return { at: performance.now(), report, server: microseconds(status.cpu) };
  };
  try {
    for (let warm = 0; warm < 2; warm++) await look();
    const before = await look();
    for (let second = 1; second < seconds; second++) await look();
    const after = await look();
    const { lost, outOfOrder, skipped } = after.report;
    if (lost + outOfOrder + skipped > 0) throw new Error(`ticks are missing with ${library}`);
    const count = after.report.received - before.report.received;
    const atClient = microseconds(after.report.cpu) - microseconds(before.report.cpu);
    return {
      server: (1000 * (after.server - before.server)) / count,
      client: (1000 * atClient) / count,
      rate: (1000 * count) / (after.at - before.at),
    };
  } finally {
    await stop(client);
    await stop(server);
  }
}

/** The median of ws / row over adjacent rounds. Below 1 is a loss. */
function ratio(rounds, base, end) {
  const value = median(rounds.map((round, index) => base[index][end] / round[end]));
  const text = `${value.toPrecision(3)}x`;
  return value < 1 ? `**${text}**` : text;
}

function print(rate, taken) {
  console.log(
    `\n| ${rate.toLocaleString('en')} ticks per second | server | client | ticks/s received |`,
  );
  console.log('|---|---|---|---|');
  const base = taken[CONTENDERS.findIndex(({ name }) => name === 'ws')];
  CONTENDERS.forEach(({ name }, index) => {
    const rounds = taken[index];
    const [server, client] = ['server', 'client'].map((end) => {
      const time = `${Math.round(median(rounds.map((round) => round[end])))} ns`;
      return rounds === base ? time : `${time}, ${ratio(rounds, base, end)}`;
    });
    const arrived = Math.round(median(rounds.map((round) => round.rate))).toLocaleString('en');
    console.log(`| ${name} | ${server} | ${client} | ${arrived} |`);
  });
}

run(async () => {
  const settings = readSettings({
    rounds: { fallback: 5, least: 1, most: 100 },
    seconds: { fallback: 3, least: 1, most: 60 },
    rates: { fallback: '20000,100000' },
  });
  const rates = settings.rates.split(',').map(Number);
  if (!rates.every((rate) => rate >= 1 && rate <= 1_000_000)) {
    throw new SettingError(
      `--rates must be numbers from 1 to 1000000 like 20000,100000, got "${settings.rates}"`,
    );
  }
  console.log(`CPU per tick, one client; Node ${process.version}, ${cpus()[0].model}`);
  for (const rate of rates) {
    const taken = CONTENDERS.map(() => []);
    for (let round = 1; round <= settings.rounds; round++) {
      process.stderr.write(`${rate} ticks per second, round ${round} of ${settings.rounds}\n`);
      const order = CONTENDERS.map((_, index) => ({ index, by: Math.random() }));
      for (const { index } of order.sort((one, other) => one.by - other.by)) {
        taken[index].push(await measure(CONTENDERS[index], rate, settings.seconds));
      }
    }
    print(rate, taken);
  }
});
