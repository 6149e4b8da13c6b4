// What a soak says of memory, and the page made of it.

/** Of a soak's time, what it takes to warm up. */
const WARM_UP = 0.25;
/** Memory may be this much more at the end: collections come when they come. */
const SLACK = 1.1;
const SLACK_BYTES = 16 << 20;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Whether memory at the end is what it was after warming up: medians of thirds, RSS and heap alike. */
export function isFlat(samples) {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  const third = Math.max(1, Math.floor(warm.length / 3));
  return ['rss', 'heapUsed', 'external'].every((key) => {
    const first = median(warm.slice(0, third).map((sample) => sample[key]));
    const last = median(warm.slice(-third).map((sample) => sample[key]));
    return last <= first * SLACK + SLACK_BYTES;
  });
}

/** Milliseconds of the server's CPU for 1,000 messages. */
const cpuOf = ({ after, counts }) => (after.cpu * 1e6) / counts.echoed;

const mebibytes = (bytes) => (bytes / (1 << 20)).toFixed(1);

export function toMarkdown({ node, date, results }) {
  const head = ['', ...results.map(({ name }) => name)];
  const row = (label, of) => [label, ...results.map((result) => String(of(result)))];
  const warmest = (result, key) =>
    mebibytes(
      median(result.samples.slice(Math.floor(result.samples.length * WARM_UP)).map((s) => s[key])),
    );
  const at = (result, key) => mebibytes(result.samples.at(-1)?.[key] ?? 0);
  const rows = [
    row('minutes', ({ minutes }) => minutes),
    row('connections at a time', ({ connections }) => connections),
    row('connections made', ({ counts }) => counts.connections),
    row('messages echoed', ({ counts }) => counts.echoed),
    row('messages pushed', ({ server }) => server.pushed),
    row('lost', ({ counts }) => counts.lost),
    row('changed or out of order', ({ counts, server }) => counts.wrong + server.wrong),
    row('under way when a connection was cut on purpose', ({ counts }) => counts.cut),
    row('RSS once warm, MiB (median)', (result) => warmest(result, 'rss')),
    row('RSS at the end, MiB', (result) => at(result, 'rss')),
    row('heap once warm, MiB (median)', (result) => warmest(result, 'heapUsed')),
    row('heap at the end, MiB', (result) => at(result, 'heapUsed')),
    row('memory flat', ({ isFlat: flat }) => (flat ? 'yes' : 'no')),
    row('CPU of the server, seconds', ({ after }) => Math.round(after.cpu)),
    row('the same for 1,000 messages echoed, ms', (result) => {
      const isLoss = result.name === 'wsimd' && cpuOf(result) > Math.min(...results.map(cpuOf));
      return isLoss ? `**${cpuOf(result).toFixed(1)}**` : cpuOf(result).toFixed(1);
    }),
    row('longest delay of the event loop, ms', ({ samples }) =>
      Math.round(Math.max(...samples.map(({ delay }) => delay))),
    ),
  ];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `# Reliability\n\nMade by \`npm run soak\`, Node ${node}, ${date.slice(0, 10)}, the servers side by side on one machine: mixed traffic (0 to 300,000 bytes, text and binary,
whole and in fragments, compressed and not, pings, pushes from the server) with churn, every message numbered and
checksummed both ways. A loss is bold.\n\n${lines.join('\n')}\n`;
}
