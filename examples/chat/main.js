// Starts the chat and prints the page's address. Shuts down gracefully on SIGINT and SIGTERM.

import { exitOnFault, onSignal } from '../support/process.js';
import { MemoryBus } from './memory-bus.js';
import { ChatServer } from './server.js';
import { settingsFrom } from './settings.js';

exitOnFault();
const chat = new ChatServer({ bus: new MemoryBus(), settings: settingsFrom(process.env) });
for (const address of await chat.listen()) console.log(`The chat is at ${address}`);
onSignal(() => chat.close());
