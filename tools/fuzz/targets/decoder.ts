// The decoder: both kernels and the oracle say the same of the same bytes, however they are cut, whatever the options,
// paused or not; and what it holds is in proportion to what has come.

import { type Backend, Decoder, type DecoderOptions } from '../../../src/index.ts';
import { DELIVERIES, recorder } from '../../../test/support/decode.ts';
import { type Event, naiveDecode } from '../../../test/support/naive-decoder.ts';
import type { Random } from '../../../test/support/random.ts';
import { randomStream } from '../../../test/support/streams.ts';
import { anyhow, type Case, Choices, chunksOf, type Target } from '../engine/case.ts';
import { ensure, same } from '../engine/same.ts';

/** The oracle is slow, and takes a whole payload at once. */
const ORACLE_BYTES = 60_000;

export function generateStream(random: Random): Case {
  const role = random.pick(['server', 'client'] as const);
  const stream = randomStream(role, random);
  // Most are short: there are more of them, then.
  const bytes = random.chance(0.9) ? stream.slice(0, 3000) : stream;
  const given = anyhow(bytes, random);
  return { ...given, choices: [role === 'server' ? 0 : 1, ...given.choices.slice(1)] };
}

function optionsOf(choices: Choices): DecoderOptions {
  return {
    role: choices.pick(['server', 'client'] as const),
    delivery: choices.pick(DELIVERIES),
    maxPayload: choices.pick([1 << 20, 200, 5000, Number.POSITIVE_INFINITY, 0]),
    skipUtf8Validation: choices.once(10),
    allowLongLengths: choices.once(5),
    preserve: choices.once(5),
    rsv1: choices.once(5),
    transform: (payload) => payload.slice(),
  };
}

/**
 * What is said, and after which chunk. What is held between chunks is bounded, but not the same for both kernels: a
 * payload that one scans, the other passes on, and then it lies in other pieces.
 */
function decodeBy(backend: Backend, given: Case, options: DecoderOptions) {
  const events: Event[] = [];
  const after: number[] = [];
  const decoder = new Decoder({ ...options, backend }, recorder(events));
  let fed = 0;
  let index = 0;
  for (const chunk of chunksOf(given)) {
    decoder.write(chunk);
    fed += chunk.length;
    const { bufferedBytes } = decoder;
    ensure(bufferedBytes <= 9 * fed + 2048, `${bufferedBytes} bytes are held of ${fed}`);
    while (after.length < events.length) after.push(index);
    index++;
  }
  const length = events.length;
  decoder.endOfStream();
  const end = events.splice(length);
  ensure(decoder.bufferedBytes === 0, 'something is held after the end');
  return { events, after, end };
}

/** The same where handlers pause, and chunks come before it is resumed. */
function decodePausing(backend: Backend, given: Case, options: DecoderOptions, every: number) {
  const events: Event[] = [];
  const handlers = recorder(events) as Record<string, (...args: never[]) => void>;
  for (const name of ['message', 'ping', 'pong']) {
    const tell = handlers[name];
    handlers[name] = (...args) => {
      tell(...args);
      decoder.pause();
    };
  }
  const how = { ...options, maxBufferedBytes: Number.POSITIVE_INFINITY, backend };
  const decoder: Decoder = new Decoder(how, handlers);
  let index = 0;
  for (const chunk of chunksOf(given)) {
    decoder.write(chunk);
    if (index++ % every === 0) decoder.resume();
  }
  let before: number;
  do {
    before = events.length;
    decoder.resume();
  } while (events.length > before);
  return events;
}

function check(given: Case): void {
  const choices = new Choices(given);
  const options = optionsOf(choices);
  const wasm = decodeBy('wasm', given, options);
  const js = decodeBy('js', given, options);
  same(wasm, js, 'wasm and js differ');
  const isOver = ['error', 'close'].includes(String(wasm.events.at(-1)?.[0]));
  const { length } = given.bytes;
  same(
    wasm.end,
    isOver ? [] : [['error', 'WS_ERR_UNEXPECTED_END', 1006, '7.1.5', length]],
    'the end of the stream',
  );
  // What an extension does is not the oracle's affair.
  if (length <= ORACLE_BYTES && !options.rsv1) {
    same(wasm.events, naiveDecode(given.bytes, options), 'the decoder and the oracle differ');
  }
  const backend: Backend = choices.pick(['wasm', 'js'] as const);
  const every = choices.pick([1, 2, 3]);
  // A decoder that paused says the same, but for a limit of memory that is left out.
  if (!wasm.events.some(([, code]) => code === 'WS_ERR_TOO_MANY_BUFFERED_BYTES')) {
    same(
      decodePausing(backend, given, options, every),
      wasm.events,
      'pausing changes what is said',
    );
  }
}

export const decoder: Target = { name: 'decoder', generate: generateStream, check };
