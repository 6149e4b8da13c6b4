// `npm run example -- stomp`: a broker, a worker, and a page that sends it orders. What dies is started again.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { servePage } from '../support/pages.js';
import { prepareBroker } from './broker.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
// Any page a browser shows may connect to this machine: RabbitMQ's well-known guest would let them all in.
const {
  PORT = 0,
  BROKER,
  LOGIN: login = 'orders',
  PASSCODE: passcode = randomUUID(),
} = process.env;
const folder = mkdtempSync(join(tmpdir(), 'wsimd-stomp-'));
const broker = BROKER ? undefined : await prepareBroker(folder, { login, passcode });
const url = BROKER ?? broker.url;

let isStopping = false;
let worker;

function startAgainWhenDead(name, child, startIt) {
  console.log(`${name}: process ${child.pid}`);
  child.once('exit', (code, signal) => {
    if (isStopping) return;
    console.log(`${name} ended with ${code ?? signal}; it is started again.`);
    startIt();
  });
}

function startWorker() {
  const env = { ...process.env, URL: url, LOGIN: login, PASSCODE: passcode };
  worker = spawn(process.execPath, [here('worker.js')], { env, stdio: 'inherit' });
  startAgainWhenDead('Worker', worker, startWorker);
}

async function startBroker() {
  try {
    await broker.start();
    startAgainWhenDead('Broker', broker.child, startBroker);
  } catch (error) {
    if (isStopping) return;
    console.error(`RabbitMQ cannot be started: ${error.message}`);
    process.exitCode = 1;
    await stop();
  }
}

async function stop() {
  isStopping = true;
  page.close();
  page.closeAllConnections();
  worker.kill();
  await broker?.stop();
  rmSync(folder, { recursive: true, force: true });
}

const routes = {
  '/': here('page'),
  '/desk/': here('desk'),
  '/stompjs/': here('node_modules/@stomp/stompjs/esm6'),
  '/settings.json': () => ({ url, login, passcode }),
};
const page = await servePage(routes, Number(PORT));
console.log(`Page: http://127.0.0.1:${page.address().port}/`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
startWorker();
if (broker) await startBroker();
