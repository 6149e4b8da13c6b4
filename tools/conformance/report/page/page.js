// Draws the table and the cases; a case's bytes are drawn when it is opened.

const { areas, cases, columns, strings } = JSON.parse(
  document.getElementById('report').textContent,
);
const areaOf = (id) => id.slice(0, id.indexOf('.'));

function element(name, text = '', className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  if (className !== '') made.className = className.replaceAll(' ', '-');
  return made;
}

function countOf(results) {
  const counts = { strict: 0, 'non-strict': 0, failed: 0, informational: 0, 'not offered': 0 };
  for (const { verdict } of results) counts[verdict]++;
  return counts;
}

function cell(results) {
  const counts = countOf(results);
  const asked = counts.strict + counts['non-strict'] + counts.failed;
  if (asked === 0)
    return element('td', counts['not offered'] > 0 ? 'not offered' : '–', 'not offered');
  if (counts.strict === asked) return element('td', String(asked), 'strict');
  const worst = counts.failed > 0 ? 'failed' : 'non-strict';
  return element('td', `${counts.strict} / ${counts['non-strict']} / ${counts.failed}`, worst);
}

function drawSummary() {
  const table = document.getElementById('summary');
  const head = element('tr');
  head.append(element('th'), ...Object.keys(areas).map((area) => element('th', `${area}.*`)));
  head.append(element('th', 'all'));
  table.append(head);
  for (const { title, results } of columns) {
    const row = element('tr');
    row.append(element('th', title));
    for (const area of Object.keys(areas)) {
      row.append(cell(results.filter((_, i) => areaOf(cases[i].id) === area)));
    }
    row.append(cell(results));
    table.append(row);
  }
}

function lines(title, numbers) {
  const made = element('div', title, 'section');
  const pre = element('pre', numbers.map((number) => strings[number]).join('\n') || 'nothing');
  const both = element('div');
  both.append(made, pre);
  return both;
}

function drawResult({ title, results }, index) {
  const { verdict, why, sent, received } = results[index];
  const made = element('details');
  const summary = element('summary', `${title}: `);
  summary.append(element('span', verdict, verdict));
  if (strings[why] !== '') summary.append(element('span', ` (${strings[why]})`));
  made.append(summary, lines('sent', sent), lines('came back', received));
  return made;
}

function drawCase(index) {
  const { id, title, section, expectation, isOurs } = cases[index];
  const made = element('details');
  const summary = element('summary', `${id} ${title} `);
  const counts = countOf(columns.map(({ results }) => results[index]));
  for (const [verdict, count] of Object.entries(counts)) {
    if (count > 0) summary.append(element('span', `${count} ${verdict} `, verdict));
  }
  made.append(summary);
  made.addEventListener('toggle', () => {
    if (made.childElementCount > 1) return;
    made.append(element('div', expectation));
    made.append(element('div', `${section}${isOurs ? '; a case of our own' : ''}`, 'section'));
    made.append(...columns.map((column) => drawResult(column, index)));
  });
  return made;
}

function isShown(index, words, onlyWorse) {
  const { id, title } = cases[index];
  const isWorse = ({ results }) => ['non-strict', 'failed'].includes(results[index].verdict);
  if (onlyWorse && !columns.some(isWorse)) return false;
  return words.every((word) => id.startsWith(word) || title.toLowerCase().includes(word));
}

function drawCases() {
  const words = document.getElementById('search').value.toLowerCase().split(' ').filter(Boolean);
  const onlyWorse = document.getElementById('only').checked;
  const place = document.getElementById('cases');
  place.replaceChildren();
  for (const [area, title] of Object.entries(areas)) {
    const drawn = cases
      .map((_, index) => index)
      .filter((index) => areaOf(cases[index].id) === area && isShown(index, words, onlyWorse));
    if (drawn.length > 0) place.append(element('h2', `${area}.* ${title}`), ...drawn.map(drawCase));
  }
}

drawSummary();
drawCases();
for (const id of ['search', 'only'])
  document.getElementById(id).addEventListener('input', drawCases);
