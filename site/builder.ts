// The frame builder: turns fields into a frame and shows it in the same diagram. Invalid frames are allowed.

import { inspect, ParseBytesError, parseBytes } from 'wsimd/inspect';
import { mask, writeFrameHeader } from 'wsimd/js';
import { byId, h, hexOf } from './dom.ts';
import { drawFrame } from './inspector/diagram.ts';

const OPCODES: readonly [number, string][] = [
  [0, 'continuation'],
  [1, 'text'],
  [2, 'binary'],
  [8, 'close'],
  [9, 'ping'],
  [10, 'pong'],
  [3, 'reserved (3)'],
  [11, 'reserved (B)'],
];

/** `inspectBytes` shows a frame in the inspector. */
export function startBuilder(inspectBytes: (bytes: Uint8Array) => void): void {
  const form = byId<HTMLFormElement>('fields');
  form.append(...fields());
  const built = byId('built');
  const draw = (): void => {
    try {
      show(built, buildFrame(new FormData(form)), inspectBytes);
    } catch (error) {
      const isExpected = error instanceof ParseBytesError || error instanceof RangeError;
      const message = isExpected ? error.message : String(error);
      built.replaceChildren(
        h(
          'div',
          { class: 'problem', role: 'alert' },
          h('strong', {}, 'Cannot build the frame: '),
          message,
        ),
      );
    }
  };
  form.addEventListener('input', draw);
  form.addEventListener('submit', (event) => event.preventDefault());
  draw();
}

function fields(): HTMLElement[] {
  const check = (name: string, label: string, checked = false): HTMLElement =>
    h('label', {}, h('input', { type: 'checkbox', name, checked }), ` ${label}`);
  const options = OPCODES.map(([value, label]) =>
    h('option', { value, selected: value === 1 }, label),
  );
  const forms = ['shortest', '16 bits', '64 bits'].map((label, value) =>
    h('option', { value }, label),
  );
  return [
    check('fin', 'FIN', true),
    ...[1, 2, 3].map((n) => check(`rsv${n}`, `RSV${n}`)),
    h('label', {}, 'Opcode ', h('select', { name: 'opcode' }, ...options)),
    check('masked', 'MASK', true),
    h(
      'label',
      {},
      'Masking-key ',
      h('input', { name: 'key', value: '37fa213d', size: 10, class: 'mono' }),
    ),
    h('label', {}, 'Payload length in ', h('select', { name: 'form' }, ...forms)),
    h(
      'label',
      {},
      'Close code ',
      h('input', { name: 'code', value: '1000', size: 5, inputmode: 'numeric' }),
    ),
    check('hex', 'Payload is hex or base64'),
    h('label', { class: 'wide' }, 'Payload (in a close frame, the reason)', textarea()),
  ];
}

function textarea(): HTMLElement {
  return h('textarea', { name: 'payload', rows: 2, spellcheck: 'false' }, '안녕하세요');
}

/** Builds the frame from the fields. Throws a ParseBytesError or RangeError on an invalid field. */
function buildFrame(data: FormData): Uint8Array {
  const isSet = (name: string): boolean => data.get(name) !== null;
  const text = (name: string): string => String(data.get(name) ?? '');
  const opcode = Number(text('opcode'));
  let payload: Uint8Array = isSet('hex')
    ? parseBytes(text('payload'))
    : new TextEncoder().encode(text('payload'));
  if (opcode === 8 && text('code') !== '') payload = withCode(Number(text('code')), payload);
  const key = isSet('masked') ? keyOf(text('key')) : undefined;
  const header = headerOf(opcode, payload.length, key, Number(text('form')));
  header[0] &= isSet('fin') ? 0xff : 0x7f;
  for (const n of [1, 2, 3]) if (isSet(`rsv${n}`)) header[0] |= 0x80 >> n;
  const frame = new Uint8Array(header.length + payload.length);
  frame.set(header);
  if (key === undefined) frame.set(payload, header.length);
  else mask(payload, key, frame, header.length);
  return frame;
}

function withCode(code: number, reason: Uint8Array): Uint8Array {
  if (!Number.isInteger(code) || code < 0 || code > 65535) {
    throw new RangeError('the close code must be empty or an integer from 0 to 65535');
  }
  const payload = new Uint8Array(2 + reason.length);
  payload.set([code >> 8, code & 255]);
  payload.set(reason, 2);
  return payload;
}

/** Parses four bytes into one little-endian number. */
function keyOf(text: string): number {
  const bytes = parseBytes(text, 'hex');
  if (bytes.length !== 4)
    throw new RangeError('the masking-key must be eight hex digits (four bytes)');
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** `form`: 0 for the shortest, 1 for 16 bits, 2 for 64 bits of payload length. */
function headerOf(
  opcode: number,
  length: number,
  key: number | undefined,
  form: number,
): Uint8Array {
  const header = new Uint8Array(14);
  const size = writeFrameHeader(header, 0, { opcode, payloadLength: length, maskingKey: key });
  const natural = length < 126 ? 0 : length < 65536 ? 1 : 2;
  if (form <= natural) return header.subarray(0, size);
  const longer = new Uint8Array(2 + (form === 1 ? 2 : 8));
  longer.set([header[0], (header[1] & 0x80) | (form === 1 ? 126 : 127)]);
  const view = new DataView(longer.buffer);
  if (form === 1) view.setUint16(2, length);
  else view.setBigUint64(2, BigInt(length));
  const maskingKey = key === undefined ? new Uint8Array(0) : header.subarray(size - 4, size);
  return Uint8Array.of(...longer, ...maskingKey);
}

function show(
  built: HTMLElement,
  bytes: Uint8Array,
  inspectBytes: (bytes: Uint8Array) => void,
): void {
  const { frames, problem } = inspect(bytes, {
    role: (bytes[1] & 0x80) === 0 ? 'server' : 'client',
  });
  const open = h('button', { type: 'button' }, 'Inspect');
  open.addEventListener('click', () => inspectBytes(bytes));
  const copy = h('button', { type: 'button' }, 'Copy as hex');
  copy.addEventListener('click', () => {
    void navigator.clipboard?.writeText(hexOf(bytes, ' ')).then(() => {
      copy.textContent = 'Copied';
    });
  });
  built.replaceChildren(
    problem === undefined
      ? h('p', { class: 'soft' }, 'This frame is valid on its own.')
      : h(
          'div',
          { class: 'problem' },
          h('strong', {}, problem.code),
          ` (§${problem.section}): ${problem.message}`,
        ),
    ...(frames[0] === undefined ? [] : [drawFrame(frames[0], bytes)]),
    h('div', { class: 'row' }, copy, open),
  );
}
