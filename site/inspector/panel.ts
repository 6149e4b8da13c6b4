// The inspector: decodes bytes that were pasted, dropped or opened.

import { type InspectOptions, inspect, ParseBytesError, parseBytes } from 'wsimd/inspect';
import { byId, formatBytes, h, hexOf } from '../dom.ts';
import { EXAMPLES } from './examples.ts';
import { drawReport } from './report.ts';

/** Maximum bytes inspected. The page says so if there are more. */
const MOST_BYTES = 4 << 20;
/** Maximum characters shown in the text field: more would make the browser slow. */
const MOST_TEXT = 256 * 1024;
const MOST_FRAMES = 500;

const text = byId<HTMLTextAreaElement>('bytes');
const verdict = byId('verdict');
const report = byId('report');
const role = byId<HTMLSelectElement>('role');
const deflate = byId<HTMLInputElement>('deflate');

/** The file opened last; undefined once there is other input. */
let lastOpened: File | undefined;
/** The input, if it is not in the text field. */
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
    // Allows the same file to be selected again.
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

/** A paste that is too long is inspected but not shown: a gigabyte in a text field would freeze the page. */
function onPaste(event: ClipboardEvent): void {
  const pasted = event.clipboardData?.getData('text') ?? '';
  if (pasted.length <= MOST_TEXT) return;
  event.preventDefault();
  const most = MOST_BYTES * 2;
  const note =
    pasted.length > most
      ? `The text has ${formatBytes(pasted.length)}; only the first ${formatBytes(most)} are inspected.`
      : '';
  hold(() => parseBytes(cut(pasted, most)), `${note} The text is too long to display.`.trim());
}

/** The start of a hex or base64 text, cut between bytes. */
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
  // Newer input has arrived meanwhile.
  if (lastOpened !== file) return;
  const limit = all ? '' : `; only the first ${formatBytes(MOST_BYTES)} are inspected`;
  hold(() => textOrBytes(bytes), `File ${file.name}, ${formatBytes(file.size)}${limit}.`);
}

/** Decodes a file of hex or base64 text. Returns any other file's bytes unchanged. */
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
  const message = isExpected ? error.message : `cannot read the input: ${String(error)}`;
  verdict.replaceChildren(
    h('div', { class: 'problem' }, h('strong', {}, 'Invalid input: '), message),
  );
  report.replaceChildren();
}
