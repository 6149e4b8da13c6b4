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
const isTie = ({ ratio, low, high }) => (low <= 1 && high >= 1) || Math.abs(Math.log(ratio)) < 0.03;

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

function plot(parent, caption, sizes, lines, format, marks) {
  const figure = element('figure', '', parent);
  element('figcaption', caption, figure);
  const axis = { stroke: ink, grid, ticks: grid };
  const options = {
    width: Math.max(260, figure.clientWidth),
    height: 280,
    scales: { x: { distr: 3, time: false }, y: { distr: 3 } },
    axes: [
      {
        ...axis,
        splits: () => sizes,
        filter: (_, splits) => splits,
        values: (_, all) => all.map(bytes),
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
      { label: 'size', value: (_, value) => (value === null ? '' : bytes(value)) },
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
  const chart = new uPlot(options, [sizes, ...lines.map(({ values }) => values)], figure);
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
      sizes,
      ratioLines,
      (value) => `${+value.toPrecision(3)}x`,
      marks,
    );
  }
  const impls = unique(group.rows.map(({ impl }) => impl));
  const times = impls.map((name) => ({
    name,
    values: at(
      group.rows.filter(({ impl }) => impl === name),
      (one) => one?.median,
    ),
  }));
  plot(box, `Time (${group.rows[0].unit.replace('ns', 'time')})`, sizes, times, nanoseconds);
}

function table(group, parent) {
  const box = element('div', '', element('div', '', parent, 'table'));
  const made = element('table', '', box);
  const against = unique(
    group.ratios.filter(({ impl }) => impl === 'wsimd').map((ratio) => ratio.against),
  );
  const impls = unique(group.rows.map(({ impl }) => impl));
  const head = element('tr', '', element('thead', '', made));
  for (const name of ['', ...impls, ...against.map((one) => `wsimd / ${one}`)])
    element('th', name, head);
  const body = element('tbody', '', made);
  for (const size of unique(group.rows.map((row) => row.bytes))) {
    const line = element('tr', '', body);
    element('td', size === 0 ? '' : bytes(size), line);
    for (const name of impls) {
      const row = group.rows.find((one) => one.impl === name && one.bytes === size);
      const value =
        row &&
        (row.unit.startsWith('ns')
          ? nanoseconds(row.median)
          : `${+row.median.toPrecision(3)} ${row.unit}`);
      const tail =
        row && row.unit === 'ms' && row.p99 !== undefined
          ? ` (p99 ${+row.p99.toPrecision(3)})`
          : '';
      element('td', row ? value + tail : '', line);
    }
    for (const name of against) {
      const ratio = group.ratios.find(
        (one) => one.impl === 'wsimd' && one.against === name && one.bytes === size,
      );
      if (!ratio) element('td', '', line);
      else {
        const kind = isTie(ratio) ? 'tie' : ratio.ratio < 1 ? 'loss' : 'win';
        element(
          'td',
          `${+ratio.ratio.toPrecision(3)}x${kind === 'win' ? '' : ` ${kind}`}`,
          line,
          kind,
        );
      }
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
  table(group, document.body);
}
