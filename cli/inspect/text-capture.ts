// A capture as text: the list of connections, then each of them in chronological order.

import type { Capture, ConnectionReport, DirectionReport } from './capture.ts';
import { frameLine, frameLines, problemLines } from './text-frame.ts';
import { endLines, headLines, messagesText } from './text-inspection.ts';
import { colors, plural, safe } from './text-lines.ts';

/** Connections of other protocols to list. */
const MAX_OTHERS = 20;

/** The text of a capture. `isShort`: one line per frame. */
export function* captureText(capture: Capture, isShort: boolean): Generator<string> {
  const { connections, others, packets, notes } = capture;
  yield colors.underline(
    `${plural(packets, 'packet')}, ${plural(connections.length, 'WebSocket connection')}`,
  );
  for (const { stream, client, server } of connections) {
    const frames = client.inspection.frames.length + server.inspection.frames.length;
    yield `stream ${stream}  ${client.address} -> ${server.address}  ${plural(frames, 'frame')}`;
  }
  for (const { stream, client, server, protocol } of others.slice(0, MAX_OTHERS)) {
    const why = protocol === 'TLS' ? 'TLS: encrypted' : protocol;
    yield colors.dim(`stream ${stream}  ${client} -> ${server}  not decoded: ${why}`);
  }
  if (others.length > MAX_OTHERS) yield colors.dim(`… ${others.length - MAX_OTHERS} more`);
  for (const note of notes) yield colors.yellow(safe(note));
  for (const connection of connections) yield* connectionText(connection, isShort);
}

function* connectionText(connection: ConnectionReport, isShort: boolean): Generator<string> {
  const { stream, client, server, order } = connection;
  yield '';
  yield colors.underline(`stream ${stream}: client ${client.address}, server ${server.address}`);
  yield* headLines(client.inspection.handshake);
  yield* headLines(server.inspection.handshake);
  for (const { sender, frame: index, time } of order) {
    const { inspection } = sender === 'client' ? client : server;
    const frame = inspection.frames[index];
    const arrow = sender === 'client' ? colors.cyan('client ->') : colors.magenta('<- server');
    const lines = isShort ? [frameLine(frame)] : frameLines(frame);
    if (!isShort) yield '';
    let isFirst = true;
    for (const line of lines) {
      yield isFirst ? `${colors.dim(`${time.toFixed(6)} s`)}  ${arrow}  ${line}` : line;
      isFirst = false;
    }
    if (isShort && frame.problem !== undefined) yield* problemLines(frame.problem);
  }
  yield* directionEnd('client', client, isShort);
  yield* directionEnd('server', server, isShort);
}

function* directionEnd(
  sender: 'client' | 'server',
  { inspection, notes, retransmitted, reordered }: DirectionReport,
  isShort: boolean,
): Generator<string> {
  const lines = [...messagesText(inspection, isShort), ...endLines(inspection)];
  const tcp = [
    ...(retransmitted > 0 ? [`${plural(retransmitted, 'segment')} retransmitted`] : []),
    ...(reordered > 0 ? [`${plural(reordered, 'segment')} out of order`] : []),
  ];
  if (tcp.length > 0) lines.push(colors.dim(`TCP: ${tcp.join(', ')}`));
  lines.push(...notes.map((note) => colors.yellow(note)));
  if (lines.length === 0) return;
  yield '';
  yield colors.bold(`from the ${sender}`);
  yield* lines;
}
