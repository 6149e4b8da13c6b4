// A report as one page that needs nothing else: no network, no other file.

import { AREAS, areaOf } from '../cases/index.ts';
import style from './page/page.css?raw';
import script from './page/page.js?raw';
import { columnOf, type Report } from './report.ts';

/** What the page's script reads. Lines are numbers into `strings`: most come many times. */
interface PageData {
  readonly areas: Readonly<Record<string, string>>;
  readonly cases: Report['cases'];
  readonly columns: readonly { readonly title: string; readonly results: readonly PageResult[] }[];
  readonly strings: readonly string[];
}

interface PageResult {
  readonly verdict: string;
  readonly why: number;
  readonly sent: readonly number[];
  readonly received: readonly number[];
}

/** The page. What the report holds is text to it, never markup. */
export function toHtml(report: Report): string {
  const { meta } = report;
  const versions = Object.entries(meta.versions).map(([name, version]) => `${name} ${version}`);
  const about = `${meta.date}, Node ${meta.node}, ${versions.join(', ')}, ${meta.scale} size`;
  const data = JSON.stringify(pageData(report)).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>wsimd, conformance</title>
<style>${style}</style>
<h1>wsimd, conformance</h1>
<p class="meta">${markup(about)}</p>
<p>Every case is played over real sockets by a peer that shares no code with the codec. <b>Strict</b>: as expected. <b>Non-strict</b>: allowed, but later than it could be or with another close code. <b>Informational</b>: the RFC leaves it open.</p>
<div class="wide"><table id="summary"></table></div>
<p><label><input type="checkbox" id="only"> only what is not strict</label>
<label>cases <input id="search" type="search" placeholder="6.4, close, surrogate"></label></p>
<div id="cases"></div>
<script type="application/json" id="report">${data}</script>
<script>${script}</script>
</html>
`;
}

function pageData({ cases, subjects }: Report): PageData {
  const strings: string[] = [];
  const numbers = new Map<string, number>();
  const intern = (line: string): number => {
    let number = numbers.get(line);
    if (number === undefined) {
      number = strings.push(line) - 1;
      numbers.set(line, number);
    }
    return number;
  };
  const columns = subjects.map((subject) => ({
    title: columnOf(subject),
    results: subject.results.map(({ verdict, why, sent, received }) => ({
      ...{ verdict, why: intern(why), sent: sent.map(intern), received: received.map(intern) },
    })),
  }));
  const used = new Set(cases.map(({ id }) => areaOf(id)));
  const areas = Object.fromEntries(Object.entries(AREAS).filter(([area]) => used.has(area)));
  return { areas, cases, columns, strings };
}

function markup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
