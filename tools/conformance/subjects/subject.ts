// The process of one subject: an echoing server, or a client that echoes wherever it is told to connect to.
//
//   node subject.js ws|streams MODULE server|client

import { createRequire } from 'node:module';
import type { Order, Started } from './protocol.ts';
import { echoOverStreams, serveOverStreams } from './streams-echo.ts';
import { echoOverWs, serveOverWs, type Ws } from './ws-echo.ts';

const [, , kind, module, role] = process.argv;

function versionOf(name: string): string {
  return createRequire(import.meta.url)(`${name}/package.json`).version;
}

async function main(): Promise<void> {
  const isOurs = module.startsWith('wsimd');
  const ws = kind === 'ws' ? ((await import(module)) as Ws) : undefined;
  const port = role === 'client' ? 0 : await (ws ? serveOverWs(ws) : serveOverStreams());
  if (role === 'client') {
    process.on('message', ({ url, deflate }: Order) => {
      if (ws) echoOverWs(ws, url, deflate);
      else echoOverStreams(url);
    });
  }
  const backend = isOurs ? (await import('wsimd')).backend() : undefined;
  const version = versionOf(isOurs ? 'wsimd' : 'ws');
  process.send?.({ port, backend, version } satisfies Started);
  process.on('disconnect', () => process.exit());
}

void main();
