// A module that really traps, in the middle of a stream: that connection is told 1011, and the others, whose bytes go
// through the same module, are served before, between and behind.

import { afterEach, expect, it } from 'vitest';
import { Server, stopAll } from '../../../tools/hostile/support/processes.ts';
import { isServed, RawPeer } from '../../../tools/hostile/support/raw-peer.ts';
import { frame } from '../../support/bytes.ts';
import { programPath } from './support/run.ts';

const KEY = [1, 2, 3, 4];
const LENGTH = 3333;

afterEach(stopAll);

it.each(['wsimd', 'streams'] as const)('%s', async (library) => {
  const program = programPath('trap-server');
  const server = await Server.start(library, {}, { program, env: { TRAP: String(LENGTH) } });
  const other = await RawPeer.open(server.port, '/echo');
  // Half a message before, its other half afterwards.
  const message = frame({ opcode: 1, payload: new Uint8Array(3000).fill(0x61), key: KEY });
  await other.send(message.subarray(0, 1000));
  for (let round = 0; round < 3; round++) {
    const peer = await RawPeer.open(server.port);
    await peer.send(frame({ opcode: 2, payload: new Uint8Array(LENGTH - 8), key: KEY }));
    await peer.closed;
    expect(peer.closeCode).toBe(1011);
    expect(await isServed(server.port)).toBe(true);
  }
  const before = other.received;
  await other.send(message.subarray(1000));
  while (other.received < before + 3004 && !other.isClosed) await new Promise(setImmediate);
  expect(other.text.slice(4)).toBe('a'.repeat(3000));
  other.reset();
  const { codes, kernel } = await server.sample();
  expect([codes.WS_ERR_INTERNAL, kernel]).toEqual([3, 'wasm']);
});
