// The measurement panel: a button, a live plot, a table and a summary.

import { byId, formatBytes, h } from '../dom.ts';
import { NAMES, type Name } from './decoders.ts';
import type { Result } from './measure.ts';
import { drawPlot } from './plot.ts';
import type { FromWorker } from './worker.ts';

const LABELS: Record<Name, string> = {
  wasm: 'WebAssembly',
  js: 'JavaScript',
  naive: 'byte by byte',
};

export function startMeasuring(): void {
  const button = byId<HTMLButtonElement>('run');
  let worker: Worker | undefined;
  const stop = (): void => {
    worker?.terminate();
    worker = undefined;
    button.textContent = 'Run';
  };
  button.addEventListener('click', () => {
    if (worker !== undefined) {
      stop();
      byId('outcome').textContent = 'Stopped.';
      return;
    }
    button.textContent = 'Stop';
    worker = measure(stop, (one) => one === worker);
  });
}

/** `isCurrent` filters messages of a stopped worker that are still queued. */
function measure(onEnd: () => void, isCurrent: (worker: Worker) => boolean): Worker {
  const results: Result[] = [];
  const outcome = byId('outcome');
  const progress = byId<HTMLProgressElement>('progress');
  progress.value = 0;
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    if (!isCurrent(worker)) return;
    if (data.type === 'started')
      outcome.textContent = `Measuring with the ${data.backend} backend…`;
    else if (data.type === 'result') {
      results.push(data.result);
      progress.value = data.done;
      drawPlot(byId('plot'), results, LABELS);
      drawTable(byId('table'), results);
    } else {
      onEnd();
      outcome.textContent = data.type === 'finished' ? sentenceOf(results) : data.message;
    }
  });
  worker.addEventListener('error', (event) => {
    onEnd();
    outcome.textContent = `The worker failed: ${event.message || 'it did not load'}`;
  });
  return worker;
}

/** Throughput relative to the byte loop; undefined if either is not available. */
function timesNaive({ throughput }: Result, name: Name): number | undefined {
  const { [name]: own, naive } = throughput;
  return own === undefined || naive === undefined ? undefined : own / naive;
}

function sentenceOf(results: readonly Result[]): string {
  const ratios = [1024, 65_536].flatMap((size) => {
    const result = results.find((one) => one.size === size);
    const times = result && timesNaive(result, 'wasm');
    return times === undefined ? [] : [`${times.toFixed(1)} times as fast at ${formatBytes(size)}`];
  });
  return ratios.length === 0
    ? 'WebAssembly is not available in this browser; the JavaScript decoder is used.'
    : `WebAssembly relative to the byte loop: ${ratios.join(', ')}.`;
}

function drawTable(parent: HTMLElement, results: readonly Result[]): void {
  const head = [
    'Message',
    ...NAMES.map((name) => `${LABELS[name]}, MB/s`),
    'WebAssembly / byte loop',
  ];
  const rows = results.map((result) => {
    const times = timesNaive(result, 'wasm');
    const cells = NAMES.map((name) => {
      const speed = result.throughput[name];
      return speed === undefined ? 'not available' : Math.round(speed).toLocaleString('en');
    });
    const all = [
      formatBytes(result.size),
      ...cells,
      times === undefined ? '' : `${times.toFixed(2)}x`,
    ];
    return h(
      'tr',
      {},
      ...all.map((text, i) => h('td', { class: i > 0 ? 'number' : undefined }, text)),
    );
  });
  const names = head.map((text, i) =>
    h('th', { scope: 'col', class: i > 0 ? 'number' : undefined }, text),
  );
  // A region that scrolls horizontally must be reachable by keyboard.
  parent.tabIndex = 0;
  parent.setAttribute('role', 'region');
  parent.setAttribute('aria-label', 'Results');
  parent.replaceChildren(
    h('table', {}, h('thead', {}, h('tr', {}, ...names)), h('tbody', {}, ...rows)),
  );
}
