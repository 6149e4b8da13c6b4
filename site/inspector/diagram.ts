// Draws one frame as in RFC 6455 §5.2: each field as a box as wide as its bits, with the bytes below. A field and its
// bytes are highlighted together.

import type { Field, FrameReport } from 'wsimd/inspect';
import { formatBytes, h } from '../dom.ts';

/** Bits per row of the diagram. Must match the style sheet. */
const rowBits = (): number => (matchMedia('(max-width: 40rem)').matches ? 16 : 32);
/** Maximum bytes of a frame shown as hex. */
const SHOWN = 512;

/** `input`: the bytes that contain the frame. */
export function drawFrame(frame: FrameReport, input: Uint8Array): HTMLElement {
  const explained = h('p', { class: 'explained', 'aria-live': 'polite' });
  explained.textContent = 'Hover over a field, or reach it with the Tab key, to see its meaning.';
  const bytes = new Map<number, HTMLElement>();
  const boxes: { field: Field; box: HTMLElement }[] = [];
  const light = (field: Field | undefined): void => {
    for (const one of boxes) one.box.classList.toggle('lit', one.field === field);
    for (const [at, byte] of bytes) {
      byte.classList.toggle('lit', field !== undefined && at >= field.from && at < field.to);
    }
    if (field !== undefined) explained.replaceChildren(...explain(field));
  };
  const row = rowBits();
  for (const field of frame.fields) {
    for (const box of boxesOf(field, row, () => light(field))) boxes.push({ field, box });
  }
  const fieldAt = (at: number): Field | undefined =>
    frame.fields.findLast((field) => at >= field.from && at < field.to);
  const end = Math.min(input.length, frame.offset + Math.min(frame.length, SHOWN));
  const hex = drawBytes(input, frame.offset, end, bytes, (at) => light(fieldAt(at)));
  const left = Math.min(input.length, frame.offset + frame.length) - end;
  return h(
    'div',
    {},
    h('div', { class: 'diagram' }, ...boxes.map(({ box }) => box)),
    explained,
    hex,
    left > 0 ? h('p', { class: 'soft' }, `${left} more bytes of this frame are not shown.`) : '',
  );
}

/** The boxes of a field, one per row it spans. Payload data gets a single box. */
function boxesOf(field: Field, row: number, light: () => void): HTMLElement[] {
  const isPayload = field.name === 'Payload data';
  const room = row - (field.bit % row);
  const first = isPayload ? room : Math.min(field.bits, room);
  const boxes = [firstBox(field, first, row)];
  for (let left = isPayload ? 0 : field.bits - first; left > 0; left -= row) {
    const style = `--bits: ${Math.min(left, row)}`;
    boxes.push(h('div', { class: 'box more', style, 'aria-hidden': 'true' }, `${field.name}, …`));
  }
  for (const box of boxes) {
    for (const event of ['mouseenter', 'focus', 'click']) box.addEventListener(event, light);
  }
  return boxes;
}

function firstBox(field: Field, bits: number, row: number): HTMLElement {
  const value = field.name === 'Payload data' ? formatBytes(Number(field.value)) : field.value;
  return h(
    'button',
    {
      type: 'button',
      style: `--bits: ${bits}`,
      class: bits * 8 < row ? 'box narrow' : 'box',
      'aria-description': field.meaning,
    },
    h('span', {}, field.name),
    ' ',
    h('span', { class: 'mono' }, String(value)),
  );
}

function explain({ name, bits, meaning, section, from, to }: Field): (Node | string)[] {
  const where = to - from === 1 ? `byte ${from}` : `bytes ${from} to ${to - 1}`;
  const size = bits === 1 ? '1 bit' : `${bits} bits`;
  const link = `https://www.rfc-editor.org/rfc/rfc6455#section-${section}`;
  return [
    h('strong', {}, name),
    ` (${size}, ${to > from ? where : 'empty'}, `,
    h('a', { href: link }, `§${section}`),
    `): ${meaning}`,
  ];
}

function drawBytes(
  input: Uint8Array,
  from: number,
  to: number,
  bytes: Map<number, HTMLElement>,
  light: (at: number) => void,
): HTMLElement {
  const lines: (Node | string)[] = [];
  for (let at = from; at < to; at += 16) {
    const end = Math.min(to, at + 16);
    lines.push(h('span', { class: 'at' }, `${at.toString(16).padStart(8, '0')}  `));
    for (let i = at; i < end; i++) {
      // Not focusable: keyboards and screen readers use the fields above.
      const byte = h('span', { class: 'byte' });
      byte.textContent = input[i].toString(16).padStart(2, '0');
      byte.addEventListener('mouseenter', () => light(i));
      byte.addEventListener('click', () => light(i));
      bytes.set(i, byte);
      lines.push(byte);
    }
    const text = Array.from(input.subarray(at, end), (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
    ).join('');
    const gap = ' '.repeat(2 + (16 - (end - at)) * 3);
    lines.push(h('span', { class: 'text' }, `${gap}${text}\n`));
  }
  return h(
    'div',
    { class: 'hex', tabindex: 0, role: 'img', 'aria-label': 'The bytes in hex' },
    ...lines,
  );
}
