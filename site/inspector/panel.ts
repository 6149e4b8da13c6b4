// The inspector: bytes pasted, dropped or opened, and what they say.

import { type InspectOptions, inspect, ParseBytesError, parseBytes } from 'wsimd/inspect';
import { byId, formatBytes, h, hexOf } from '../dom.ts';
import { EXAMPLES } from './examples.ts';
import { drawReport } from './report.ts';

/** Bytes that are looked at; the page says so where there are more. */
const MOST_BYTES = 4 << 20;
/** Characters a text field takes without making the browser slow. */
const MOST_TEXT = 256 * 1024;
const MOST_FRAMES = 500;

const text = byId<HTMLTextAreaElement>('bytes');
const verdict = byId('verdict');
const report = byId('report');
const role = byId<HTMLSelectElement>('role');
const deflate = byId<HTMLInputElement>('deflate');

/** The file that was asked for last, until something else is. */
let lastOpened: File | undefined;
/** What is looked at, where it is not what stands in the text field. */
let held: { bytes: Uint8Array; note: string } | undefined;

export function startInspector(): void {
  for (const example of EXAMPLES) {
    const button = h('button', { type: 'button' }, example.name);
    button.addEventListener('click', () => {
      role.value = 'auto';
      deflate.checked = example.deflate === true;
      show(example.hex);
    });
    byId('examples').append(button);
  }
  text.addEventListener('input', () => {
    held = lastOpened = undefined;
    draw();
  });
  text.addEventListener('paste', onPaste);
  role.addEventListener('change', draw);
  deflate.addEventListener('change', draw);
  byId<HTMLInputElement>('file').addEventListener('change', ({ target }) => {
    const input = target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file !== undefined) void open(file);
    // So that the same file can be chosen once more.
    input.value = '';
  });
  startDropping(byId('inspect'));
  show(EXAMPLES[0].hex);
}

/** Shows these bytes as if they had been pasted. */
export function showBytes(bytes: Uint8Array): void {
  role.value = 'auto';
  deflate.checked = false;
  show(hexOf(bytes, ' '));
}

function show(hex: string): void {
  held = undefined;
  text.value = hex;
  draw();
}

/** A text field with a gigabyte in it would stop the page: what is too long is read, not shown. */
function onPaste(event: ClipboardEvent): void {
  const pasted = event.clipboardData?.getData('text') ?? '';
  if (pasted.length <= MOST_TEXT) return;
  event.preventDefault();
  const most = MOST_BYTES * 2;
  const note =
    pasted.length > most
      ? `Of ${formatBytes(pasted.length)} of text the first ${formatBytes(most)} are looked at.`
      : '';
  hold(() => parseBytes(cut(pasted, most)), `${note} The text is too long to be shown.`.trim());
}

/** The beginning of a text of hex or base64, cut between bytes. */
function cut(long: string, most: number): string {
  if (long.length <= most) return long;
  const lines = long.lastIndexOf('\n', most);
  if (lines > most / 2) return long.slice(0, lines);
  const blank = long.lastIndexOf(' ', most);
  return long.slice(0, blank > most - 100 ? blank : most - (most % 4));
}

async function open(file: File): Promise<void> {
  const all = file.size <= MOST_BYTES;
  lastOpened = file;
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.slice(0, MOST_BYTES).arrayBuffer());
  } catch (error) {
    refuse(error);
    return;
  }
  // Whoever was quicker, or typed meanwhile, goes first.
  if (lastOpened !== file) return;
  const part = all ? '' : `, of which the first ${formatBytes(MOST_BYTES)} are looked at`;
  hold(() => textOrBytes(bytes), `The file ${file.name}, ${formatBytes(file.size)}${part}.`);
}

/** A file of hex or base64 as what it stands for, any other as it is. */
function textOrBytes(bytes: Uint8Array): Uint8Array {
  const isText = bytes.every(
    (byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127),
  );
  if (!isText) return bytes;
  try {
    const text = new TextDecoder().decode(bytes);
    return parseBytes(bytes.length < MOST_BYTES ? text : cut(text, MOST_BYTES - 1));
  } catch {
    return bytes;
  }
}

function hold(read: () => Uint8Array, note: string): void {
  text.value = '';
  try {
    held = { bytes: read(), note };
    draw();
  } catch (error) {
    held = undefined;
    refuse(error);
  }
}

function startDropping(area: HTMLElement): void {
  area.addEventListener('dragover', (event) => {
    event.preventDefault();
    area.classList.add('over');
  });
  area.addEventListener('dragleave', () => area.classList.remove('over'));
  area.addEventListener('drop', (event) => {
    event.preventDefault();
    area.classList.remove('over');
    const [file] = event.dataTransfer?.files ?? [];
    if (file !== undefined) void open(file);
  });
}

function draw(): void {
  let bytes: Uint8Array;
  try {
    bytes = held?.bytes ?? parseBytes(text.value);
  } catch (error) {
    refuse(error);
    return;
  }
  if (bytes.length === 0) {
    verdict.replaceChildren(h('p', { class: 'soft' }, 'Nothing to inspect yet.'));
    report.replaceChildren();
    return;
  }
  const options: InspectOptions = {
    role: role.value as InspectOptions['role'],
    maxFrames: MOST_FRAMES,
    ...(deflate.checked && { deflate: true }),
  };
  drawReport(inspect(bytes, options), bytes, held?.note ?? '', { verdict, report });
}

function refuse(error: unknown): void {
  const isExpected = error instanceof ParseBytesError;
  const message = isExpected ? error.message : `It cannot be read: ${String(error)}`;
  verdict.replaceChildren(
    h('div', { class: 'problem' }, h('strong', {}, 'These are no bytes: '), message),
  );
  report.replaceChildren();
}
