// One process of the chat. With REDIS_URL it shares its rooms with all processes on the same Redis, on any machine.
// Without it, it runs on its own.

import cluster from 'node:cluster';
import { hostname } from 'node:os';
import { PAGE } from '../chat/files.js';
import { MemoryBus } from '../chat/memory-bus.js';
import { ChatServer } from '../chat/server.js';
import { settingsFrom } from '../chat/settings.js';
import { exitOnFault, onSignal } from '../support/process.js';
import { RedisBus } from './redis-bus.js';

const FILES = {
  ...PAGE,
  '/figures.json': new URL('page/figures.json', import.meta.url),
  '/arithmetic.js': new URL('page/arithmetic.js', import.meta.url),
  '/reckon.html': new URL('page/reckon.html', import.meta.url),
  '/reckon.js': new URL('page/reckon.js', import.meta.url),
  '/reckon.css': new URL('page/reckon.css', import.meta.url),
};

exitOnFault();
const name = `${hostname()}:${process.pid}`;
const log = (line) => console.error(`${name} ${line}`);
const { REDIS_URL: url = 'none' } = process.env;
const bus = url === 'none' ? new MemoryBus() : new RedisBus({ url, owner: name, log });
const server = new ChatServer({
  ...{ bus, log, files: FILES, server: name },
  settings: settingsFrom(process.env),
});
const addresses = await server.listen();
if (cluster.isPrimary) console.log(`The chat is at ${addresses.join(' and ')}`);
// Ctrl-C is handled by the primary, which sends SIGTERM to the workers.
onSignal(() => server.close(), cluster.isPrimary ? undefined : ['SIGTERM']);
if (!cluster.isPrimary) process.on('SIGINT', () => {});
