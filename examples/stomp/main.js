// `npm run example -- stomp`: a broker, a worker, and a page that sends orders.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Keeper } from '../support/keeper.js';
import { servePage } from '../support/pages.js';
import { run } from '../support/process.js';
import { numberFrom } from '../support/settings.js';
import { prepareBroker } from './broker.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
// Any page in a browser can connect to this machine, and RabbitMQ's default account guest would admit it.
const { BROKER, LOGIN: login = 'orders', PASSCODE: passcode = randomUUID() } = process.env;

run(async () => {
  const port = numberFrom(process.env, 'PORT', 0, 0, 65_535);
  const folder = mkdtempSync(join(tmpdir(), 'wsimd-stomp-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const broker = BROKER ? undefined : await prepareBroker(folder, { login, passcode });
  const url = BROKER ?? broker.url;
  const page = await servePage(
    {
      '/': here('page'),
      '/desk/': here('desk'),
      '/stompjs/': here('node_modules/@stomp/stompjs/esm6'),
      '/settings.json': () => ({ url, login, passcode }),
    },
    port,
  );
  console.log(`Page: http://127.0.0.1:${page.address().port}/`);

  const keeper = new Keeper();
  async function stop() {
    page.close();
    page.closeAllConnections();
    await keeper.stop('SIGKILL'); // their files are deleted with the folder
    await broker?.stop();
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);

  const env = { ...process.env, URL: url, LOGIN: login, PASSCODE: passcode };
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  keeper.keep('Worker', () => spawn(process.execPath, [here('worker.js')], { env, stdio }));
  try {
    if (broker) await keeper.keep('Broker', () => broker.start());
  } catch (error) {
    console.error(`Cannot start RabbitMQ: ${error.message}`);
    process.exitCode = 1;
    await stop();
  }
});
