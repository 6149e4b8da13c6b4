// The figures as a table for the terminal, and as docs/hostile.md.

import { cpus, release } from 'node:os';
import type { Attack, Figures } from './attack.ts';
import type { Library } from './processes.ts';

const NAMES: Record<Library, string> = { wsimd: 'wsimd/ws', streams: 'wsimd/streams', ws: 'ws' };

function bytes(count: number): string {
  if (Math.abs(count) < 1 << 20) return `${Math.round(count / 1024)} KiB`;
  return `${(count / (1 << 20)).toFixed(1)} MiB`;
}

const milliseconds = (time: number): string => time.toFixed(time < 10 ? 1 : 0);

function answerOf({ answers, end }: Figures): string {
  // Those that were open are reset by the test in the end.
  const isOurs = (code: string) =>
    answers[0] === 'ended' || !/CONNECTION_LOST|HANDSHAKE_ENDED/.test(code);
  const codes = Object.keys(end.codes).filter((code) => code.startsWith('WS_ERR') && isOurs(code));
  const text = answers.join(', ') || 'all gone';
  return codes.length === 0 ? text : `${text} ${codes.join(', ')}`;
}

const COLUMNS = [
  ...['sent', 'held', 'peak RSS', 'left', 'loop, ms'],
  ...['p50 idle, ms', 'p50, ms', 'p99 idle, ms', 'p99, ms', 'p99 / idle', 'answer'],
];

/** Round trips may take so many times as long under an attack; more is shown as a loss. */
const MOST_TIMES = 2;
const timesIdle = ({ idle, attacked }: Figures): number => attacked.p99 / idle.p99;

function cells(made: Figures): string[] {
  const { sent, held, peak, after, delay, idle, attacked } = made;
  return [
    ...[sent, held, peak, after].map(bytes),
    ...[delay, idle.median, attacked.median, idle.p99, attacked.p99].map(milliseconds),
    timesIdle(made).toFixed(1),
    answerOf(made),
  ];
}

/** The same, a loss in bold: against ws, and against what is wanted. */
function markedCells(made: Figures, all: readonly Figures[]): string[] {
  const texts = cells(made);
  const stock = all.find(({ library }) => library === 'ws');
  const isSlower = stock !== undefined && made.attacked.p99 > stock.attacked.p99;
  const mark = (name: string, isLoss: boolean): void => {
    const i = COLUMNS.indexOf(name);
    if (isLoss) texts[i] = `**${texts[i]}**`;
  };
  mark('p99, ms', isSlower);
  mark('p99 / idle', timesIdle(made) > MOST_TIMES);
  return texts;
}

export function table(figures: readonly Figures[]): string {
  const rows = [
    ['', '', ...COLUMNS],
    ...figures.map((made) => [NAMES[made.library], made.attack, ...cells(made)]),
  ];
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => row.map((text, i) => text.padEnd(widths[i])).join('  ')).join('\n');
}

const INTRODUCTION = `# Malicious peers

Memory held, event-loop delay, latency of other connections, and the answer that a server sends under each attack. The
servers run the built package, each in its own process with the WebAssembly kernel, and report their own memory.
\`npm run test:hostile\` asserts the bounds, and CI runs it. \`npm run test:hostile -- --write\` generates this page.

- **sent**: bytes the attackers sent after their handshakes
- **held**: increase in heap and external memory during the attack, after garbage collection
- **bound**: the limit that the test asserts for *held*
- **peak RSS**: largest increase in resident memory, including garbage and socket buffers
- **left**: increase in memory held after the attackers have disconnected
- **loop**: longest event-loop delay
- **p50**, **p99**: round-trip time of a well-behaved connection, without load (**idle**) and under attack. The attack
  is repeated for two seconds. The server and the probe run at higher priority than the attackers. A p99 in bold is longer
  than that of stock ws under the same attack
- **p99 / idle**: ratio of the two p99 values; bold above 2
- **answer**: the close code sent, or the state of the connections, and the error code

\`maxPayload\` is 4 MiB on these servers, so that the limits are reached soon. All other options have their defaults, unless
noted.
`;

const WS_NOTE =
  'The row *ws* is stock ws under the same attack, with the same options. Nothing is asserted for it.';

function sectionOf(attack: Attack, figures: readonly Figures[]): string {
  const made = figures.filter((one) => one.attack === attack.name);
  const head = ['', ...COLUMNS.slice(0, 2), 'bound', ...COLUMNS.slice(2)];
  const rows = made.map((one) => {
    const [sent, held, ...rest] = markedCells(one, made);
    const bound = one.library === 'ws' ? '' : bytes(attack.mayHold(one.library));
    return [NAMES[one.library], sent, held, bound, ...rest];
  });
  const lines = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  const name = attack.name[0].toUpperCase() + attack.name.slice(1);
  return `## ${name}\n\n${attack.what}. Limit: ${attack.limit}.\n\n${lines.join('\n')}\n`;
}

/** docs/hostile.md. */
export function documentOf(attacks: readonly Attack[], figures: readonly Figures[]): string {
  const [{ model }] = cpus();
  const where = `Node ${process.version}, ${cpus().length} × ${model.trim()}, ${process.platform} ${release()}.`;
  const sections = attacks.map((attack) => sectionOf(attack, figures));
  return `${INTRODUCTION}\n${WS_NOTE}\n\n${where}\n\n${sections.join('\n')}`;
}
