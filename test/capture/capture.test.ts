// Our reading of a real conversation against Wireshark's: tshark dissects the same capture, and every field of
// every frame must be the same.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FrameReport, MessageReport } from '../../src/inspect/index.ts';
import { CLIENT_TEXTS, captureConversation } from './conversation.ts';

const CLI = fileURLToPath(new URL('../../dist/bench/cli.js', import.meta.url));

/** A frame in the words of tshark. */
type Dissected = Record<string, string> & {
  'websocket.payload'?: string | Record<string, string | Record<string, string>>;
};

interface Direction {
  address: string;
  inspection: {
    frames: FrameReport[];
    messages: MessageReport[];
    deflate?: object;
    problem?: object;
  };
}
interface Connection {
  client: Direction;
  server: Direction;
}

let folder = '';
let connections: Connection[] = [];
/** By stream and source port: frames in order, with the data layer of its packet where it is the only frame. */
const dissected = new Map<string, { frame: Dissected; data: string | undefined }[]>();

function output(command: string, args: readonly string[]): string {
  const { stdout, stderr, status, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return stdout;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wsimd-capture-'));
  const file = join(folder, 'conversation.pcapng');
  const port = await captureConversation(file);
  const preview = ['--preview', '200000'];
  ({ connections } = JSON.parse(
    output(process.execPath, [CLI, 'inspect', file, '--json', ...preview]),
  ));
  const as = [
    '-d',
    `tcp.port==${port},http`,
    '-Y',
    'websocket',
    '-T',
    'json',
    '--no-duplicate-keys',
  ];
  const packets = JSON.parse(output('tshark', ['-r', file, ...as, '-J', 'tcp websocket data']));
  for (const { _source } of packets) {
    const { tcp, websocket, data } = _source.layers;
    const key = `${tcp['tcp.stream']} ${tcp['tcp.srcport']}`;
    const frames: Dissected[] = [websocket].flat();
    const known = dissected.get(key) ?? [];
    const bytes = frames.length === 1 ? data?.['data.data'] : undefined;
    dissected.set(key, [...known, ...frames.map((frame) => ({ frame, data: bytes }))]);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fieldOf = ({ fields }: FrameReport, name: string) =>
  fields.find((field) => field.name === name)?.value;
const colons = (hex: string) => hex.replace(/(..)(?!$)/g, '$1:');
const text = (value: unknown) => (value === undefined ? undefined : `${value}`);

/** Our frame in the words of tshark. */
function asDissected(frame: FrameReport): Dissected {
  const rsv = (frame.rsv1 ? 4 : 0) + (frame.rsv2 ? 2 : 0) + (frame.rsv3 ? 1 : 0);
  const form = fieldOf(frame, 'Payload length');
  const extended = text(fieldOf(frame, 'Extended payload length'));
  const found: Record<string, string | undefined> = {
    'websocket.fin': text(fieldOf(frame, 'FIN')),
    'websocket.rsv': `0x0${rsv}`,
    'websocket.opcode': text(frame.opcode),
    'websocket.mask': text(fieldOf(frame, 'MASK')),
    'websocket.payload_length': text(form),
    'websocket.payload_length_ext_16': form === 126 ? extended : undefined,
    'websocket.payload_length_ext_64': form === 127 ? extended : undefined,
    'websocket.masking_key': frame.maskingKey && colons(frame.maskingKey),
  };
  return JSON.parse(JSON.stringify(found));
}

describe.each([
  ['without permessage-deflate', 0],
  ['with permessage-deflate', 1],
])('a conversation %s', (_name, stream) => {
  const sides = () => {
    const { client, server } = connections[stream];
    return [client, server].map(({ address, inspection }) => {
      const port = address.slice(address.lastIndexOf(':') + 1);
      return { ...inspection, theirs: dissected.get(`${stream} ${port}`) ?? [] };
    });
  };

  it('is there, whole and right', () => {
    expect(connections).toHaveLength(2);
    const [client, server] = sides();
    expect([client.frames.length, server.frames.length]).toEqual([16, 6]);
    expect([client.problem, server.problem]).toEqual([undefined, undefined]);
    expect(client.deflate !== undefined).toBe(stream === 1);
  });

  it('has the same fields in every frame', () => {
    for (const { frames, theirs } of sides()) {
      expect(frames).toHaveLength(theirs.length);
      for (const [i, { frame }] of theirs.entries()) {
        const ours = asDissected(frames[i]);
        const same = Object.fromEntries(
          Object.entries(frame).filter(([key]) => key in ours || /length|key|mask$/.test(key)),
        );
        expect(ours, `frame ${i}`).toEqual(same);
      }
    }
  });

  it('has the same control frames', () => {
    let count = 0;
    for (const { frames, theirs } of sides()) {
      for (const [i, { frame }] of theirs.entries()) {
        const payload = frame['websocket.payload'];
        if (typeof payload !== 'object') continue;
        const { close, opcodeName, preview } = frames[i];
        const their = payload[`websocket.payload.${opcodeName}`];
        if (opcodeName === 'close') {
          expect(their).toEqual({
            'websocket.payload.close.status_code': text(close?.code),
            'websocket.payload.close.reason': close?.reason,
          });
          count++;
        } else if (opcodeName === 'ping' || opcodeName === 'pong') {
          expect(their).toBe(colons(preview.hex));
          count++;
        }
      }
    }
    expect(count).toBe(6);
  });

  it('has the same messages, inflated and unmasked', () => {
    let [texts, binaries] = [0, 0];
    for (const { messages, theirs } of sides()) {
      for (const { frames, opcode, compressed, text: ours, preview } of messages) {
        const { frame, data } = theirs[frames.at(-1) as number];
        const payload = frame['websocket.payload'];
        const their = typeof payload === 'object' ? payload['websocket.payload.text'] : undefined;
        // tshark does not inflate messages of several frames.
        if (opcode === 1 && their !== undefined && !(compressed && frames.length > 1)) {
          expect(ours).toBe(their);
          texts++;
        }
        if (opcode === 2 && data !== undefined) {
          expect(colons(preview.hex)).toBe(data);
          binaries++;
        }
      }
    }
    expect(texts).toBeGreaterThanOrEqual(10);
    expect(binaries).toBe(2);
  });

  it('has what was said', () => {
    const [client, server] = sides();
    const said = client.messages
      .filter(({ opcode }) => opcode === 1)
      .map((message) => message.text);
    expect(said).toEqual(CLIENT_TEXTS);
    expect(server.messages.map(({ length }) => length)).toEqual([33, 70_000, 0]);
  });
});
