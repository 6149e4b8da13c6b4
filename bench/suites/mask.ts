// mask: the XOR of RFC 6455 §5.3 by itself, in place.

import { load, loadOurs, loadWs } from '../contenders/load.ts';
import { type Contender, measure } from '../harness.ts';
import { copy, payloadOf } from '../payloads.ts';
import { evaluate } from '../report.ts';
import { isWanted, type Plan, type Suite } from './suite.ts';

const KEY = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
/** Bytes masked in one timed run. */
const RUN_BYTES = 1 << 18;

type Unmask = (payload: Buffer) => void;

interface Unmasks {
  unmask(payload: Buffer, mask: Buffer): void;
}

async function findMasks(): Promise<Record<string, Unmask>> {
  const key = KEY.readInt32LE();
  const [wasm, js] = [await loadOurs(), await loadOurs('js')];
  const found: Record<string, Unmask | undefined> = {
    wsimd: (payload) => wasm.unmask(payload, key),
    'wsimd-js': (payload) => js.unmask(payload, key),
    ws: with_(loadWs(false, '/lib/buffer-util.js') as Unmasks | undefined),
    bufferutil: with_(load('bufferutil') as Unmasks | undefined),
    'node-core': nodeCore(),
  };
  return Object.fromEntries(
    Object.entries(found).filter(([, unmask]) => unmask !== undefined),
  ) as Record<string, Unmask>;
}

function with_(module: Unmasks | undefined): Unmask | undefined {
  return module && ((payload) => module.unmask(payload, KEY));
}

/** Node's own, from 26.12 on. */
function nodeCore(): Unmask | undefined {
  const http = process.getBuiltinModule('node:http') as unknown as {
    websocketUnmask?: (payload: Buffer, mask: Buffer) => void;
  };
  const { websocketUnmask } = http;
  return websocketUnmask && ((payload) => websocketUnmask(payload, KEY));
}

function assertRight(name: string, unmask: Unmask, bytes: number): void {
  const payload = payloadOf('binary', bytes);
  const masked = copy(payload.map((byte, i) => byte ^ KEY[i % 4]));
  unmask(masked);
  if (!masked.equals(payload)) throw new Error(`${name} masks wrongly`);
}

export const mask: Suite = {
  what: 'the XOR of payloads by itself',
  steps: ({ sizes }) => sizes.length,
  async *run(plan: Plan) {
    const masks = Object.entries(await findMasks()).filter(([name]) => isWanted(plan, name));
    for (const bytes of plan.sizes) {
      const times = Math.max(1, Math.min(1000, Math.floor(RUN_BYTES / bytes)));
      const contenders = masks.map(([name, unmask]): Contender => {
        assertRight(name, unmask, bytes);
        const payload = copy(payloadOf('binary', bytes));
        return {
          name,
          run() {
            for (let i = 0; i < times; i++) unmask(payload);
          },
        };
      });
      const taken = await measure(contenders, times, plan);
      const subject = { suite: 'mask', case: 'binary', role: '', bytes, chunks: '' } as const;
      yield evaluate(subject, 'ns/payload', taken);
    }
  },
};
