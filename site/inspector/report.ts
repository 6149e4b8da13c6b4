// Renders the inspector's result: summary, frames, the selected frame, messages.

import type { FrameReport, Inspection, MessageReport, Problem } from 'wsimd/inspect';
import { formatBytes, h } from '../dom.ts';
import { drawFrame } from './diagram.ts';

export function drawReport(
  found: Inspection,
  input: Uint8Array,
  note: string,
  { verdict, report }: { verdict: HTMLElement; report: HTMLElement },
): void {
  verdict.replaceChildren(...verdictOf(found, input.length, note));
  const current = h('div', {});
  const show = (frame: FrameReport): void => {
    const title = `Frame ${frame.index}: ${frame.opcodeName}, at byte ${frame.offset}`;
    current.replaceChildren(h('h3', {}, title), drawFrame(frame, input));
  };
  const faulty = found.frames.find(({ problem }) => problem !== undefined);
  const first = faulty ?? found.frames[0];
  if (first !== undefined) show(first);
  report.replaceChildren(
    ...(found.handshake === undefined ? [] : [handshakeOf(found.handshake)]),
    ...(found.frames.length === 0
      ? []
      : [h('h3', {}, 'Frames'), frameList(found, first, show), current]),
    ...(found.messages.length === 0 ? [] : [h('h3', {}, 'Messages'), messageTable(found)]),
  );
}

function verdictOf(found: Inspection, bytes: number, note: string): (Node | string)[] {
  const { frames, framesLeft, messages, problem, truncated, sender, notes } = found;
  const count = frames.length + framesLeft;
  const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
  const summary =
    `${formatBytes(bytes)} sent by a ${sender}: ${plural(count, 'frame')}, ` +
    `${plural(messages.length, 'message')}.`;
  const lines = [note, ...notes].filter((line) => line !== '');
  return [
    h('p', {}, summary),
    ...lines.map((line) => h('p', { class: 'soft' }, line)),
    ...(framesLeft > 0
      ? [h('p', { class: 'soft' }, `${framesLeft} more frames are not shown.`)]
      : []),
    ...(truncated === undefined ? [] : [h('p', {}, truncated.message)]),
    ...(problem === undefined ? [] : [problemOf(problem)]),
  ];
}

function problemOf({ code, message, section, closeCode, detail }: Problem): HTMLElement {
  const link = `https://www.rfc-editor.org/rfc/rfc6455#section-${section}`;
  const close = closeCode === 1006 ? '' : ` The receiver closes with ${closeCode}.`;
  return h(
    'div',
    { class: 'problem' },
    h('strong', {}, code),
    `: ${message.replace(/ \(RFC 6455 §[\d.]+\)$/, '')} (`,
    h('a', { href: link }, `RFC 6455 §${section}`),
    `).${detail === undefined ? '' : ` ${detail}.`}${close}`,
  );
}

function handshakeOf({ line, headers, faults }: NonNullable<Inspection['handshake']>): HTMLElement {
  const rows = headers.map(({ name, value }) =>
    h('tr', {}, h('th', { scope: 'row' }, name), h('td', { class: 'mono' }, value)),
  );
  return h(
    'div',
    { class: 'scroll' },
    h('h3', {}, 'Opening handshake'),
    h('p', { class: 'mono' }, line),
    h('table', {}, ...rows),
    ...faults.map(({ section, message }) =>
      h('div', { class: 'problem' }, h('strong', {}, `§${section} `), message),
    ),
  );
}

function frameList(
  { frames }: Inspection,
  first: FrameReport | undefined,
  show: (frame: FrameReport) => void,
): HTMLElement {
  const buttons = frames.map((frame) => {
    const button = h('button', { type: 'button', 'aria-pressed': String(frame === first) });
    button.textContent = lineOf(frame);
    button.addEventListener('click', () => {
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
      show(frame);
    });
    return button;
  });
  return h('ol', { class: 'frames', start: 0 }, ...buttons.map((button) => h('li', {}, button)));
}

/** "0  text, 5 B, masked, FIN: Hello". */
function lineOf(frame: FrameReport): string {
  const { index, opcodeName, payloadLength, masked, fin, rsv1, close, preview, problem } = frame;
  const traits = [opcodeName, formatBytes(payloadLength)];
  if (masked) traits.push('masked');
  if (rsv1) traits.push('RSV1');
  if (!fin) traits.push('more fragments follow');
  const content =
    close === undefined ? (preview.text ?? preview.hex) : `${close.code} ${close.reason}`;
  const mark = problem === undefined ? '' : `${problem.code}! `;
  return `${mark}${index}  ${traits.join(', ')}${content === '' ? '' : `: ${content.slice(0, 80)}`}`;
}

function messageTable({ messages }: Inspection): HTMLElement {
  const rows = messages.map((message, index) =>
    h(
      'tr',
      {},
      h('td', { class: 'number' }, String(index)),
      h('td', {}, kindOf(message)),
      h('td', {}, message.frames.join(', ')),
      h('td', {}, h('pre', {}, contentOf(message))),
    ),
  );
  const names = ['#', 'Type', 'Frames', 'Content'].map((name) => h('th', { scope: 'col' }, name));
  return h(
    'div',
    { class: 'scroll' },
    h('table', {}, h('thead', {}, h('tr', {}, ...names)), h('tbody', {}, ...rows)),
  );
}

const MOST_SHOWN = 2000;

/** "text, 5 B, compressed". */
function kindOf({ opcode, length, compressed, complete }: MessageReport): string {
  const traits = [opcode === 1 ? 'text' : 'binary', formatBytes(length)];
  if (compressed) traits.push('compressed');
  if (!complete) traits.push('incomplete');
  return traits.join(', ');
}

function contentOf({ json, text, preview, problem }: MessageReport): string {
  if (problem !== undefined) return problem.detail ?? problem.message;
  const whole = json === undefined ? (text ?? preview.hex) : JSON.stringify(json, null, 2);
  const left = whole.length - MOST_SHOWN;
  return left > 0 ? `${whole.slice(0, MOST_SHOWN)}\n… ${left} more characters` : whole;
}
