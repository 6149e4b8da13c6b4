// A report as one page that needs nothing else: no network, no other file.

import uPlot from 'uplot/dist/uPlot.iife.min.js?raw';
import uPlotStyle from 'uplot/dist/uPlot.min.css?raw';
import style from './page/page.css?raw';
import script from './page/page.js?raw';
import { recommend } from './recommend.ts';
import type { Report } from './report.ts';
import { isTie } from './stats.ts';

/** The page. What the report holds is text to it, never markup. */
export function toHtml(report: Report): string {
  const { meta } = report;
  const words = recommend(report).map((sentence) => `<li>${markup(sentence)}</li>`);
  const about = `Node ${meta.node}, ${meta.os}, ${meta.cpu}, commit ${meta.commit}, ${meta.date}`;
  const beside = Object.entries(meta.competitors)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  const ratios = report.ratios.map((ratio) => ({ ...ratio, tie: isTie(ratio) }));
  const data = JSON.stringify({ ...report, ratios }).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>wsimd, measured</title>
<style>${uPlotStyle}
${style}</style>
<h1>wsimd, measured</h1>
<p class="meta">${markup(about)}</p>
<p class="meta">beside it: ${markup(beside)}</p>
<ul class="words">${words.join('')}</ul>
<p>Under each competitor’s figure stands what wsimd is to it, as the median of interleaved rounds: above 1 wsimd is faster or cheaper; below 1 is a loss; a tie is what the rounds cannot tell apart.</p>
<script type="application/json" id="report">${data}</script>
<script>${uPlot.replaceAll('</script', '<\\/script')}</script>
<script>${script}</script>
</html>
`;
}

function markup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
