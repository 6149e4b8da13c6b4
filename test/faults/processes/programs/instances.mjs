// Thousands of decoders and encoders that have worked, and what each pair costs: prints bytes, garbage collected.

import { backend, Decoder, Encoder } from 'wsimd';

const INSTANCES = 2000;
const payload = new Uint8Array(3000);
let right = 0;

/** A pair at work: two thirds of a message have come, and the rest. */
function work({ encoder, decoder }, i) {
  payload.fill(i);
  const frame = encoder.binary(payload);
  const events = [...decoder.decode(frame.slice(0, 2000)), ...decoder.decode(frame.slice(2000))];
  if (events.length === 1 && Buffer.compare(events[0].data, payload) === 0) right++;
}

async function held() {
  // Buffers are freed a turn later than what held them.
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const create = () => ({
  encoder: new Encoder({ role: 'client' }),
  decoder: new Decoder({ role: 'server' }),
});

// What is made once is there already.
for (let i = 0; i < 200; i++) work(create(), i);
right = 0;
const before = await held();
const pairs = Array.from({ length: INSTANCES }, create);
for (let round = 0; round < 3; round++) pairs.forEach(work);
const each = ((await held()) - before) / pairs.length;
console.log(JSON.stringify({ backend: backend(), right, each }));
