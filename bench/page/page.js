// The script of the report's page: draws what the report says. Plain JavaScript, for the page has no build.

const report = JSON.parse(document.getElementById('report').textContent);
const dark = matchMedia('(prefers-color-scheme: dark)').matches;
const COLORS = dark
  ? [
      '#4cc79a',
      '#8ab4f8',
      '#f6c26b',
      '#ff8a80',
      '#c58af9',
      '#78d9ec',
      '#bdc1c6',
      '#fcad70',
      '#a8dab5',
    ]
  : [
      '#12805c',
      '#1a63c9',
      '#b06f00',
      '#c0362c',
      '#7a3fc0',
      '#007b90',
      '#5d6470',
      '#b5540c',
      '#3d7a3d',
    ];
const ink = dark ? '#9aa3af' : '#5d6470';
const grid = { stroke: dark ? '#343a43' : '#e4e7ec', width: 1 };

const bytes = (n) =>
  n >= 1 << 20 ? `${n / (1 << 20)} MiB` : n >= 1024 ? `${n / 1024} KiB` : `${n} B`;
const nanoseconds = (n) =>
  n >= 1e6
    ? `${+(n / 1e6).toPrecision(3)} ms`
    : n >= 1e3
      ? `${+(n / 1e3).toPrecision(3)} µs`
      : `${+n.toPrecision(3)} ns`;
const milliseconds = (n) => nanoseconds(n * 1e6);

function element(name, text, parent, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  parent.append(made);
  return made;
}

/** Groups of what differs in nothing but size and contender. */
function groups() {
  const found = new Map();
  for (const row of report.rows) {
    const { suite, case: kind, role, chunks } = row;
    const title = [kind, role, chunks].filter(Boolean).join(', ');
    const key = `${suite}: ${title}`;
    const group = found.get(key) ?? { suite, title, rows: [], ratios: [] };
    group.rows.push(row);
    found.set(key, group);
  }
  for (const ratio of report.ratios) {
    const title = [ratio.case, ratio.role, ratio.chunks].filter(Boolean).join(', ');
    found.get(`${ratio.suite}: ${title}`)?.ratios.push(ratio);
  }
  return [...found.values()];
}

/** Sizes at which a line of ratios crosses 1, interpolated. */
function crossings(sizes, ratios) {
  const at = [];
  for (let i = 1; i < sizes.length; i++) {
    const [a, b] = [Math.log(ratios[i - 1]), Math.log(ratios[i])];
    if (a * b < 0) {
      const share = a / (a - b);
      at.push(Math.exp(Math.log(sizes[i - 1]) * (1 - share) + Math.log(sizes[i]) * share));
    }
  }
  return at;
}

const SIZES = { distr: 3, name: 'size', format: bytes };
/** Shares of answers, drawn by their nines: the tail is what people feel. */
const NINES = { distr: 1, name: 'share', format: (x) => `${+(100 * (1 - 10 ** -x)).toFixed(2)} %` };

function plot(parent, caption, across, at, lines, format, marks) {
  const figure = element('figure', '', parent);
  element('figcaption', caption, figure);
  const axis = { stroke: ink, grid, ticks: grid };
  const options = {
    width: Math.max(260, figure.clientWidth),
    height: 280,
    padding: [null, 24, null, null],
    scales: { x: { distr: across.distr, time: false }, y: { distr: 3 } },
    axes: [
      {
        ...axis,
        splits: () => at,
        filter: (_, splits) => splits,
        values: (_, all) => all.map(across.format),
        rotate: -45,
        size: 60,
      },
      {
        ...axis,
        size: 70,
        values: (_, all) => all.map((value) => (value === null ? '' : format(value))),
      },
    ],
    series: [
      { label: across.name, value: (_, value) => (value === null ? '' : across.format(value)) },
      ...lines.map(({ name }, i) => ({
        label: name,
        stroke: COLORS[i % COLORS.length],
        width: name === 'wsimd' || name.startsWith('against') ? 2.5 : 1.5,
        points: { size: 6 },
        value: (_, value) => (value === null ? '' : format(value)),
      })),
    ],
    hooks: {
      draw: [
        ({ ctx, bbox, valToPos }) => {
          ctx.save();
          ctx.strokeStyle = ink;
          ctx.fillStyle = ink;
          ctx.setLineDash([4, 4]);
          ctx.textAlign = 'left';
          const one = valToPos(1, 'y', true);
          if (marks && one > bbox.top && one < bbox.top + bbox.height) {
            ctx.beginPath();
            ctx.moveTo(bbox.left, one);
            ctx.lineTo(bbox.left + bbox.width, one);
            ctx.stroke();
            ctx.fillText('equal', bbox.left + 6, one - 6);
          }
          for (const mark of marks ?? []) {
            const x = valToPos(mark, 'x', true);
            ctx.beginPath();
            ctx.moveTo(x, bbox.top);
            ctx.lineTo(x, bbox.top + bbox.height);
            ctx.stroke();
            ctx.fillText(bytes(Math.round(mark)), x + 4, bbox.top + 14 * devicePixelRatio);
          }
          ctx.restore();
        },
      ],
    },
  };
  const chart = new uPlot(options, [at, ...lines.map(({ values }) => values)], figure);
  addEventListener('resize', () => chart.setSize({ width: figure.clientWidth, height: 280 }));
}

const unique = (values) => [...new Set(values)];

function charts(group, parent) {
  const sizes = unique(group.rows.map((row) => row.bytes)).sort((a, b) => a - b);
  if (sizes.length < 2) return;
  const at = (list, pick) =>
    sizes.map((size) => pick(list.find((one) => one.bytes === size)) ?? null);
  const box = element('div', '', parent, 'charts');
  const against = unique(
    group.ratios.filter(({ impl }) => impl === 'wsimd').map((ratio) => ratio.against),
  );
  const ratioLines = against.map((name) => ({
    name: `against ${name}`,
    values: at(
      group.ratios.filter((ratio) => ratio.impl === 'wsimd' && ratio.against === name),
      (one) => one?.ratio,
    ),
  }));
  if (ratioLines.length > 0) {
    const marks = ratioLines.flatMap(({ values }) => crossings(sizes, values));
    plot(
      box,
      'How many times as fast wsimd is; crossovers marked',
      SIZES,
      sizes,
      ratioLines,
      (value) => `${+value.toPrecision(3)}x`,
      marks,
    );
  }
  const impls = unique(group.rows.map(({ impl }) => impl));
  if (group.rows[0].unit === 'ms') return;
  const times = impls.map((name) => ({
    name,
    values: at(
      group.rows.filter(({ impl }) => impl === name),
      (one) => one?.median,
    ),
  }));
  const caption = `Time (${group.rows[0].unit.replace('ns', 'time')})`;
  plot(box, caption, SIZES, sizes, times, nanoseconds);
}

/** How the answers' times are distributed: a plot for each size. */
function distributions(group, parent) {
  const rows = group.rows.filter(({ distribution }) => distribution);
  if (rows.length === 0) return;
  const box = element('div', '', parent, 'charts');
  for (const size of unique(rows.map((row) => row.bytes))) {
    const those = rows.filter((row) => row.bytes === size);
    const shares = those[0].distribution.map(([share]) => share).filter((share) => share < 1);
    const lines = those.map(({ impl, distribution }) => ({
      name: impl,
      values: shares.map((share) => distribution.find(([one]) => one === share)[1]),
    }));
    const caption = `Which share of answers came within${size === 0 ? '' : `, ${bytes(size)}`}`;
    const nines = shares.map((share) => -Math.log10(1 - share));
    plot(box, caption, NINES, nines, lines, milliseconds);
  }
}

/** "1.23 µs", with the tail where it is a latency. */
function textOf({ median, p99, unit }) {
  if (median === null) return 'not measured';
  if (unit.startsWith('ns')) return nanoseconds(median);
  const tail = unit === 'ms' && p99 !== null ? ` (p99 ${+p99.toPrecision(3)})` : '';
  return `${+median.toPrecision(3)} ${unit}${tail}`;
}

/** Under each competitor's value, what wsimd is to it. */
function addRatio(ratio, cell) {
  if (!ratio || ratio.ratio === null) return;
  const kind = ratio.tie ? 'tie' : ratio.ratio < 1 ? 'loss' : 'win';
  const text = `${+ratio.ratio.toPrecision(3)}x${kind === 'win' ? '' : ` ${kind}`}`;
  element('span', text, cell, kind);
}

function table(group, parent) {
  const made = element('table', '', element('div', '', parent, 'table'));
  const impls = unique(group.rows.map(({ impl }) => impl));
  const head = element('tr', '', element('thead', '', made));
  for (const name of ['', ...impls]) element('th', name, head);
  const body = element('tbody', '', made);
  for (const size of unique(group.rows.map((row) => row.bytes))) {
    const line = element('tr', '', body);
    element('td', size === 0 ? '' : bytes(size), line);
    for (const name of impls) {
      const row = group.rows.find(({ impl, bytes: of }) => impl === name && of === size);
      const cell = element('td', row ? textOf(row) : '', line);
      const isIt = ({ impl, against, bytes: of }) =>
        impl === 'wsimd' && against === name && of === size;
      addRatio(group.ratios.find(isIt), cell);
    }
  }
}

let suite = '';
for (const group of groups()) {
  if (group.suite !== suite) {
    suite = group.suite;
    element('h2', suite, document.body);
  }
  element('p', group.title, document.body);
  charts(group, document.body);
  distributions(group, document.body);
  table(group, document.body);
}
