// receive: bytes as a socket delivers them -> messages, for every receiver there is.

import type { Role } from 'wsimd';
import type { Receiver } from '../contenders/receivers.ts';
import { type Contender, type Measured, measure, type Pace, ratioOf } from '../harness.ts';
import { type Case, type Chunking, copy, payloadOf, type Stream, streamOf } from '../payloads.ts';
import type { Ratio, Row, Subject } from '../report.ts';

/** Bytes of frames decoded in one timed run: as much as lies in a cache when a socket delivers it. */
const RUN_BYTES = 1 << 20;
const MOST_MESSAGES = 4096;

export interface ReceiveOptions {
  roles: readonly Role[];
  cases: readonly Case[];
  sizes: readonly number[];
  chunkings: readonly Chunking[];
  pace: Pace;
  /** Names of the receivers to measure; all where empty. */
  only: readonly string[];
  onSubject(rows: Row[], ratios: Ratio[]): void;
}

/** Runs the suite, subject by subject. */
export function runReceive(receivers: readonly Receiver[], options: ReceiveOptions): void {
  for (const role of options.roles) {
    for (const chunking of options.chunkings) {
      for (const kind of options.cases) {
        for (const bytes of options.sizes) {
          const able = receivers.filter(
            ({ name, roles }) =>
              roles.includes(role) && (options.only.length === 0 || options.only.includes(name)),
          );
          measureSubject(able, { role, chunking, kind, bytes }, options);
        }
      }
    }
  }
}

interface Setting {
  role: Role;
  chunking: Chunking;
  kind: Case;
  bytes: number;
}

function measureSubject(
  receivers: readonly Receiver[],
  setting: Setting,
  options: ReceiveOptions,
): void {
  const { role, chunking, kind, bytes } = setting;
  const fitting = Math.max(2, Math.floor(RUN_BYTES / (bytes + 8)));
  const messages = Math.min(fitting, chunking === 'frame' ? MOST_MESSAGES : fitting);
  const stream = streamOf(role, kind, payloadOf(kind, bytes), messages, chunking);
  for (const receiver of receivers) assertRight(receiver, role, stream);
  const contenders = receivers.map((receiver) => contenderOf(receiver, role, stream));
  const measured = measure(contenders, messages, options.pace);
  const chunks = chunking === 'frame' ? 'one frame a chunk' : `${chunking / 1024} KiB chunks`;
  const subject: Subject = { suite: 'receive', case: kind, role, bytes, chunks };
  const rows = measured.map(({ name, rounds, median, p99 }) => ({
    ...subject,
    ...{ impl: name, unit: 'ns/message', median, p99, rounds },
  }));
  options.onSubject(rows, ratiosOf(measured, receivers, subject));
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

/** Like with like: who makes strings against who makes strings, the rest against the rest. */
function ratiosOf(
  measured: readonly Measured[],
  receivers: readonly Receiver[],
  subject: Subject,
): Ratio[] {
  const isText = subject.case !== 'binary';
  const makesStrings = (name: string): boolean =>
    isText && receivers.find((receiver) => receiver.name === name)?.strings === true;
  const ours = measured.filter(({ name }) => name.startsWith('wsimd'));
  const theirs = measured.filter(({ name }) => !name.startsWith('wsimd'));
  return theirs.flatMap((other) =>
    ours
      .filter(({ name }) => makesStrings(name) === makesStrings(other.name))
      .map((one) => ({
        ...subject,
        ...{ impl: one.name, against: other.name, ratio: ratioOf(other, one) },
      })),
  );
}
