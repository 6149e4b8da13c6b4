// What `wsimd inspect` reads: captures and HAR files, right and damaged. Explained, or refused in one line; what is
// reported is in proportion to what there is.

import { UserError } from '../../../bin/terminal/user-error.ts';
import { readCapture } from '../../../cli/inspect/capture.ts';
import type { Options } from '../../../cli/inspect/command.ts';
import { readHar } from '../../../cli/inspect/har.ts';
import { captureText } from '../../../cli/inspect/text-capture.ts';
import { harText } from '../../../cli/inspect/text-har.ts';
import { utf8 } from '../../../test/support/bytes.ts';
import {
  handshake,
  LINKS,
  type Link,
  packet,
  pcap,
  pcapng,
  Sender,
} from '../../../test/support/pcap.ts';
import type { Random } from '../../../test/support/random.ts';
import { randomStream } from '../../../test/support/streams.ts';
import { anyhow, type Case, Choices, chunksOf, type Target } from '../engine/case.ts';
import { allowing, ensure } from '../engine/same.ts';

const links = Object.keys(LINKS) as Link[];

/** A conversation in packets of random sizes, some out of order, some lost, some twice. */
function capture(random: Random): Uint8Array {
  const [one, other] = random.chance(0.5)
    ? ['10.0.0.1:5000', '10.0.0.2:80']
    : ['[::1]:5000', '[::2]:80'];
  const client = new Sender(one, other, random.bits());
  const server = new Sender(other, one, random.bits());
  const { request, response } = handshake();
  const segments = random.chance(0.8) ? [client.send(new Uint8Array(0), 'S')] : [];
  segments.push(client.send(request), server.send(response));
  for (let i = random.below(4); i >= 0; i--) {
    const end = random.chance(0.5) ? client : server;
    const bytes = randomStream(end === client ? 'server' : 'client', random).slice(0, 3000);
    const size = 1 + random.below(1400);
    for (let at = 0; at < bytes.length; at += size)
      segments.push(end.send(bytes.slice(at, at + size)));
  }
  const packets = segments.map((one) => packet(one, random.pick(links)));
  for (let i = random.below(4); i > 0; i--) {
    const at = random.below(packets.length);
    const [moved] = packets.splice(at, 1);
    if (moved !== undefined && random.chance(0.8))
      packets.splice(random.below(packets.length + 1), 0, moved);
  }
  const write = random.pick([pcap, pcapng]);
  const link = random.pick(links);
  return write(
    packets.map((bytes) => ({ bytes })),
    link,
    random.chance(0.7),
  );
}

function har(random: Random): Uint8Array {
  const messages = Array.from({ length: random.below(5) }, () => ({
    type: random.pick(['send', 'receive', 7]),
    time: random.pick([1.5, 'soon', null]),
    opcode: random.pick([1, 2, 8, 99, 'x', -1]),
    data: random.pick(['hello', 'AAEC', '안녕', null, {}, '!!!']),
  }));
  const entry = {
    request: { url: 'ws://a/' },
    response: { status: 101 },
    _webSocketMessages: messages,
  };
  return utf8(JSON.stringify({ log: { entries: [entry, random.pick([null, 1, {}, entry])] } }));
}

async function* streamOf(given: Case): AsyncGenerator<Uint8Array> {
  yield* chunksOf(given);
}

/** Characters that a byte of input may become, and what any input may. */
const PER_BYTE = 400;
const AT_LEAST = 20_000;

function checkText(lines: Iterable<string>, length: number): void {
  let characters = 0;
  for (const line of lines) characters += line.length;
  ensure(
    characters <= AT_LEAST + PER_BYTE * length,
    `${length} bytes became ${characters} characters of text`,
  );
}

async function checkCapture(given: Case, choices: Choices): Promise<void> {
  const options = { maxFrames: choices.pick([1000, 0, 2]), maxPayloadPreview: 64 };
  const only = choices.pick([undefined, undefined, 0, 1]);
  try {
    const found = await readCapture(streamOf(given), 'it', { ...options, only });
    ensure(found.packets <= given.bytes.length, 'more packets than bytes');
    for (const isShort of [true, false]) checkText(captureText(found, isShort), given.bytes.length);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    ensure(!error.message.includes('\n'), 'an error of several lines');
  }
}

function checkHar(given: Case, choices: Choices): void {
  const text = new TextDecoder().decode(given.bytes);
  const stream = choices.pick([undefined, undefined, 0, 1]);
  const options = { maxFrames: choices.pick([1000, 0, 2]), preview: 64, stream } as Options;
  const found = allowing([UserError], () => readHar(text, 'it', options));
  if (found !== undefined) checkText(harText(found), given.bytes.length);
}

export const files: Target = {
  name: 'files',
  generate(random: Random): Case {
    const isHar = random.chance(0.25);
    const given = anyhow(isHar ? har(random) : capture(random), random);
    return { ...given, choices: [isHar ? 1 : 0, ...given.choices.slice(1)] };
  },
  async check(given: Case): Promise<void> {
    const choices = new Choices(given);
    if (choices.pick([false, true])) checkHar(given, choices);
    else await checkCapture(given, choices);
  },
};
