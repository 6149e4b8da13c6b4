// One process of the startup suite: imports the codec, decodes one frame, then holds many idle decoders.

const IDLE = 20_000;
/** RFC 6455 §5.7: "Hello", masked. */
const HELLO = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];

const started = performance.now();
const { Decoder } = await import('wsimd');
const imported = performance.now();

let text = '';
const handlers = {
  message(data: unknown) {
    text = String(data);
  },
};
const decode = () => {
  const decoder = new Decoder({ role: 'server' as const }, handlers);
  decoder.write(Buffer.from(HELLO));
  return decoder;
};
decode();
const decoded = performance.now();
if (text !== 'Hello') throw new Error(`decoded ${JSON.stringify(text)}`);

const used = (): number => {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
};
const decoders: unknown[] = new Array(IDLE).fill(null);
const before = used();
for (let i = 0; i < IDLE; i++) decoders[i] = decode();
const idleBytes = Math.round((used() - before) / decoders.length);

console.log(
  JSON.stringify({ import: imported - started, firstMessage: decoded - imported, idleBytes }),
);
