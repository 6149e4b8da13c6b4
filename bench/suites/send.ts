// send: messages -> the bytes to write, with no socket under it: what a write costs, the other suites tell.

import { Decoder, type Role } from 'wsimd';
import { loadOurs, loadWs } from '../contenders/load.ts';
import { type Contender, measure } from '../harness.ts';
import { type Case, payloadOf } from '../payloads.ts';
import { evaluate } from '../report.ts';
import { isWanted, type Plan, type Suite } from './suite.ts';

const RUN_BYTES = 1 << 20;
const MOST_MESSAGES = 1000;

/** Takes what is to be written. */
type Write = (bytes: Uint8Array) => void;

interface Sending {
  name: string;
  /** Sends `count` messages; all that is written has been by the time it returns. */
  open(role: Role, write: Write): (data: string | Buffer, count: number) => void;
}

interface Sender {
  send(data: string | Buffer, options: object): void;
}
interface WsModule {
  Sender: new (socket: object, extensions: object) => Sender;
}

async function ours(name: string, backend?: 'js'): Promise<Sending> {
  const { BatchWriter } = await loadOurs(backend);
  return {
    name,
    open(role, write) {
      const writer = new BatchWriter({ role });
      return (data, count) => {
        for (let i = 0; i < count; i++) {
          if (typeof data === 'string') writer.text(data);
          else writer.binary(data);
        }
        for (const segment of writer.take()) write(segment);
      };
    },
  };
}

function ofWs(name: string, withAddon: boolean): Sending[] {
  const module = loadWs(withAddon) as WsModule | undefined;
  if (module === undefined) return [];
  return [
    {
      name,
      open(role, write) {
        const socket = {
          ...{ cork() {}, uncork() {} },
          write: (bytes: Uint8Array | string) =>
            write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
        };
        const sender = new module.Sender(socket, {});
        const mask = role === 'client';
        return (data, count) => {
          const options = { binary: typeof data !== 'string', mask, fin: true, compress: false };
          for (let i = 0; i < count; i++) sender.send(data, options);
        };
      },
    },
  ];
}

/** Sends twice and decodes what was written. Throws where it is not what was sent. */
function assertRight(sending: Sending, role: Role, data: string | Buffer): void {
  let count = 0;
  const other = role === 'client' ? 'server' : 'client';
  const decoder = new Decoder(
    { role: other, delivery: 'copy', maxPayload: 1 << 28 },
    {
      message(got, isBinary) {
        const isSame =
          Buffer.from(data as Buffer).equals(got) && isBinary === (typeof data !== 'string');
        if (!isSame) throw new Error(`${sending.name} sends something else`);
        count++;
      },
    },
  );
  sending.open(role, (bytes) => decoder.write(Buffer.from(bytes)))(data, 2);
  if (count !== 2) throw new Error(`${sending.name} sent ${count} of 2 messages`);
}

export const send: Suite = {
  what: 'framing, masking and gathering of messages, with no socket',
  steps: ({ roles, cases, sizes }) => roles.length * cases.length * sizes.length,
  async *run(plan: Plan) {
    const all = [
      await ours('wsimd'),
      await ours('wsimd-js', 'js'),
      ...ofWs('ws', false),
      ...ofWs('ws+bufferutil', true),
    ].filter(({ name }) => isWanted(plan, name));
    for (const role of plan.roles) {
      for (const kind of plan.cases) {
        for (const bytes of plan.sizes) yield await measureSubject(all, role, kind, bytes, plan);
      }
    }
  },
};

async function measureSubject(
  all: readonly Sending[],
  role: Role,
  kind: Case,
  bytes: number,
  plan: Plan,
) {
  const payload = Buffer.from(payloadOf(kind, bytes));
  const data = kind === 'binary' ? payload : payload.toString();
  const count = Math.max(1, Math.min(MOST_MESSAGES, Math.floor(RUN_BYTES / bytes)));
  const contenders: Contender[] = [];
  for (const sending of all) {
    assertRight(sending, role, data);
    let written = 0;
    const run = sending.open(role, (segment) => {
      written += segment.length;
    });
    contenders.push({
      name: sending.name,
      run() {
        written = 0;
        run(data, count);
        if (written < count * bytes) throw new Error(`${sending.name} wrote too little`);
      },
    });
  }
  const taken = await measure(contenders, count, plan);
  return evaluate({ suite: 'send', case: kind, role, bytes, chunks: '' }, 'ns/message', taken);
}
