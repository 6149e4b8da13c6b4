// Plots throughput by message size. Redrawn with each result.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatBytes } from '../dom.ts';
import { NAMES, type Name } from './decoders.ts';
import type { Result } from './measure.ts';

const HEIGHT = 300;

const formatSpeed = (speed: number): string =>
  speed >= 1000 ? `${+(speed / 1000).toPrecision(3)} GB/s` : `${+speed.toPrecision(3)} MB/s`;

let chart: uPlot | undefined;

export function drawPlot(
  parent: HTMLElement,
  results: readonly Result[],
  labels: Record<Name, string>,
): void {
  chart?.destroy();
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name);
  const colors: Record<Name, string> = {
    wasm: color('--accent'),
    js: color('--ink'),
    naive: color('--bad'),
  };
  const dashes: Record<Name, number[]> = { wasm: [], js: [6, 4], naive: [2, 3] };
  const axis = { stroke: color('--soft'), grid: { stroke: color('--line'), width: 1 } };
  const sizes = results.map(({ size }) => size);
  chart = new uPlot(
    {
      width: Math.max(280, parent.clientWidth),
      height: HEIGHT,
      padding: [null, 24, null, null],
      scales: { x: { distr: 3, time: false }, y: { distr: 3 } },
      axes: [
        {
          ...axis,
          splits: () => sizes,
          filter: (_, splits) => splits,
          values: (_, all) => all.map(formatBytes),
        },
        {
          ...axis,
          size: 80,
          values: (_, all) => all.map((n) => (n === null ? '' : formatSpeed(n))),
        },
      ],
      series: [
        { label: 'message', value: (_, size) => (size === null ? '' : formatBytes(size)) },
        ...NAMES.map((name) => ({
          label: labels[name],
          stroke: colors[name],
          dash: dashes[name],
          width: 2,
          value: (_: uPlot, speed: number | null) => (speed === null ? '' : formatSpeed(speed)),
        })),
      ],
    },
    [sizes, ...NAMES.map((name) => results.map(({ throughput }) => throughput[name] ?? null))],
    parent,
  );
}

addEventListener('resize', () => {
  const parent = chart?.root.parentElement;
  if (chart !== undefined && parent) chart.setSize({ width: parent.clientWidth, height: HEIGHT });
});
