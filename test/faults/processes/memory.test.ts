// Where memory is tight: WebAssembly cannot have its own and JavaScript runs; what a message wants is refused, and that
// connection ends with a typed error; a heap that is small. The server goes on in all of them.

import { afterEach, describe, expect, it } from 'vitest';
import { CONNECTIONS } from '../../../tools/hostile/attacks/connections.ts';
import { MESSAGES } from '../../../tools/hostile/attacks/messages.ts';
import { KiB, MiB } from '../../../tools/hostile/support/attack.ts';
import { type Library, Server, stopAll } from '../../../tools/hostile/support/processes.ts';
import { isServed, RawPeer } from '../../../tools/hostile/support/raw-peer.ts';
import { programPath } from './support/run.ts';

const OURS = ['wsimd', 'streams'] as const;

afterEach(stopAll);

/** A message of that length, of which a quarter is sent: memory for all of it is asked for meanwhile. */
async function wantMemory({ port }: Server, length: number): Promise<RawPeer> {
  const peer = await RawPeer.open(port);
  const header = new Uint8Array(14);
  header.set([0x82, 0xff]);
  new DataView(header.buffer).setBigUint64(2, BigInt(length));
  await peer.send(header);
  await peer.flood(new Uint8Array(64 * KiB), length / 4);
  await Promise.race([peer.closed, new Promise((resolve) => setTimeout(resolve, 3000))]);
  return peer;
}

describe.runIf(process.platform === 'linux')('address space is limited', () => {
  const program = programPath('tight-server');
  // Enough for Node, whose own allocations may not fail, too little for a message, or for WebAssembly (8 GiB).
  const SPARE = 448 * MiB;
  const LENGTH = 512 * MiB;
  const tight = (library: Library, KERNEL: string) =>
    Server.start(
      library,
      { maxPayload: LENGTH },
      { program, env: { WSIMD_BACKEND: '', SPARE: String(SPARE), KERNEL } },
    );

  it.each(
    OURS.flatMap(
      (library) =>
        [
          { library, when: 'before', kernel: 'js' },
          { library, when: 'behind', kernel: 'wasm' },
        ] as const,
    ),
  )(
    '$library, $when the first use: $kernel runs, and what is refused is one connection’s',
    async ({ library, when, kernel }) => {
      const server = await tight(library, when === 'behind' ? 'first' : 'later');
      const idle = await RawPeer.open(server.port, '/echo');
      for (let round = 0; round < 2; round++) {
        const peer = await wantMemory(server, LENGTH);
        expect([peer.closeCode, peer.isClosed]).toEqual([1011, true]);
        expect(await isServed(server.port, MiB)).toBe(true);
      }
      expect(idle.isClosed).toBe(false);
      idle.reset();
      const { kernel: used, codes } = await server.sample();
      expect([used, codes.WS_ERR_INTERNAL]).toEqual([kernel, 2]);
      expect(server.isRunning).toBe(true);
    },
  );
});

describe('a heap of 24 MiB', () => {
  const names = [
    'fragments of one byte',
    'thousands of frames in one chunk',
    'pings whose pongs are not read',
  ];
  const attacks = [...MESSAGES, ...CONNECTIONS].filter(({ name }) => names.includes(name));

  it.each(OURS)('%s: floods do not fill it', async (library) => {
    expect(attacks.length).toBe(names.length);
    const flags = ['--max-old-space-size=24'];
    const server = await Server.start(library, { maxPayload: 4 * MiB }, { flags });
    for (const attack of attacks) {
      const { peers } = await attack.run(server);
      expect([attack.name, await isServed(server.port)]).toEqual([attack.name, true]);
      for (const peer of peers) peer.reset();
    }
    expect(server.isRunning).toBe(true);
    expect((await server.sample()).heapUsed).toBeLessThan(24 * MiB);
  });
});
