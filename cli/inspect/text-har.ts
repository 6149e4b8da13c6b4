// The messages of a HAR file as text.

import type { Har } from './har.ts';
import { messageLines } from './text-frame.ts';
import { colors, plural, safe } from './text-lines.ts';

/** The text of a HAR file. */
export function* harText({ connections }: Har): Generator<string> {
  yield colors.underline(plural(connections.length, 'WebSocket connection'));
  yield colors.dim('A HAR file has messages only, not the frames on the wire.');
  for (const { stream, url, status, statusText, messages, messagesLeft } of connections) {
    yield '';
    yield colors.underline(
      `stream ${stream}: ${safe(url)}  ${status} ${safe(statusText)}`.trimEnd(),
    );
    for (const [index, { sender, time, message, note }] of messages.entries()) {
      const arrow = sender === 'client' ? colors.cyan('client ->') : colors.magenta('<- server');
      const [first, ...rest] = messageLines(message, index);
      yield `${colors.dim(`${time.toFixed(6)} s`)}  ${arrow}  ${first}`;
      yield* rest;
      if (note !== undefined) yield colors.yellow(`    ${note}`);
    }
    if (messagesLeft > 0) yield `${plural(messagesLeft, 'more message')}; see --max-frames`;
  }
}
