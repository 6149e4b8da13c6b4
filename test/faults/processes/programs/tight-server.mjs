// The server of the hostile peers where memory is tight: it may have so many bytes of address space more than it has by
// now, which is too little for WebAssembly. Environment: SPARE, the bytes; KERNEL=first where the codec is there before.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { backend } from 'wsimd';

if (process.env.KERNEL === 'first') backend();
await useFetch();
const [, kibibytes] = /VmSize:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
const bytes = Number(kibibytes) * 1024 + Number(process.env.SPARE);
execFileSync('prlimit', ['--pid', process.pid, `--as=${bytes}`]);

/** Node 20 and 22 have WebAssembly of their own behind Headers, and end the process where its memory is refused. */
async function useFetch() {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await (await fetch(`http://127.0.0.1:${server.address().port}`)).text();
  server.closeAllConnections();
  server.close();
}

await import('../../../../tools/hostile/programs/server.mjs');
