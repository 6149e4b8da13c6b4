// receive: bytes as a socket delivers them -> messages, for every receiver there is.

import type { Role } from 'wsimd';
import { findReceivers, type Receiver } from '../contenders/receivers.ts';
import { type Contender, measure } from '../harness.ts';
import { type Case, type Chunking, copy, payloadOf, type Stream, streamOf } from '../payloads.ts';
import { evaluate, type Subject } from '../report.ts';
import { type Findings, isWanted, type Plan, type Suite } from './suite.ts';

/** Bytes of frames decoded in one timed run: as much as lies in a cache when a socket delivers it. */
const RUN_BYTES = 1 << 20;
const MOST_MESSAGES = 4096;

export const receive: Suite = {
  what: 'bytes as a socket delivers them to messages, with no socket',
  steps: (plan) => [...settingsOf(plan)].length,
  async *run(plan: Plan) {
    const receivers = await findReceivers();
    for (const setting of settingsOf(plan)) {
      const able = receivers.filter(
        ({ name, roles }) => roles.includes(setting.role) && isWanted(plan, name),
      );
      yield await measureSubject(able, setting, plan);
    }
  },
};

interface Setting {
  role: Role;
  chunking: Chunking;
  kind: Case;
  bytes: number;
}

/** Smaller chunks say something of messages that are larger. */
function* settingsOf({ roles, chunkings, cases, sizes }: Plan): Generator<Setting> {
  for (const role of roles) {
    for (const chunking of chunkings) {
      for (const kind of cases) {
        for (const bytes of sizes) {
          const isLarge = chunking === 'frame' || chunking === chunkings[0] || bytes > chunking;
          if (isLarge) yield { role, chunking, kind, bytes };
        }
      }
    }
  }
}

async function measureSubject(
  receivers: readonly Receiver[],
  setting: Setting,
  plan: Plan,
): Promise<Findings> {
  const { role, chunking, kind, bytes } = setting;
  const fitting = Math.max(2, Math.floor(RUN_BYTES / (bytes + 8)));
  const messages = Math.min(fitting, chunking === 'frame' ? MOST_MESSAGES : fitting);
  const stream = streamOf(role, kind, payloadOf(kind, bytes), messages, chunking);
  for (const receiver of receivers) assertRight(receiver, role, stream);
  const contenders = receivers.map((receiver) => contenderOf(receiver, role, stream));
  const taken = await measure(contenders, messages, plan);
  const chunks = chunking === 'frame' ? 'one frame a chunk' : `${chunking / 1024} KiB chunks`;
  const subject: Subject = { suite: 'receive', case: kind, role, bytes, chunks };
  // Like with like: who makes strings against who makes strings, the rest against the rest.
  const makesStrings = (name: string): boolean =>
    kind !== 'binary' && receivers.find((receiver) => receiver.name === name)?.strings === true;
  return evaluate(
    subject,
    'ns/message',
    taken,
    (our, their) => makesStrings(our) === makesStrings(their),
  );
}

/** Decodes the stream once and compares every message with what was sent. Throws where one differs. */
function assertRight(receiver: Receiver, role: Role, { chunks, messages, payload }: Stream): void {
  const expected = Buffer.from(payload);
  let count = 0;
  const write = receiver.open(role, (data, start, end) => {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data.subarray(start, end);
    if (!expected.equals(bytes)) throw new Error(`${receiver.name} gave a wrong message`);
    count++;
  });
  for (const chunk of chunks) write(copy(chunk));
  if (count !== messages) throw new Error(`${receiver.name} gave ${count} of ${messages} messages`);
}

/** Chunks are mutated by most receivers: each has its own, made as they were before every run. */
function contenderOf(receiver: Receiver, role: Role, stream: Stream): Contender {
  const chunks = stream.chunks.map((chunk) => copy(chunk));
  let count = 0;
  const write = receiver.open(role, () => {
    count++;
  });
  return {
    name: receiver.name,
    prepare() {
      count = 0;
      for (let i = 0; i < chunks.length; i++) chunks[i].set(stream.chunks[i]);
    },
    run() {
      for (let i = 0; i < chunks.length; i++) write(chunks[i]);
      if (count !== stream.messages) throw new Error(`${receiver.name} lost messages`);
    },
  };
}
