// One of the demo's servers in a process of its own, so that its CPU time can be told from the client's.
// Argument: which server. Over the parent's channel it tells its port, what it decoded, and its CPU time.

import { WebSocketServer } from 'ws';
import { listenWithCodec } from './codec-server.ts';

/** What the process tells its parent. */
export type FromServer =
  | { type: 'listening'; port: number; name: string }
  | { type: 'note'; what: string; detail: string }
  | { type: 'cpu'; microseconds: number };

/** What the parent asks. */
export type ToServer = 'cpu' | 'quiet';

const tell = (message: FromServer): void => {
  process.send?.(message);
};
const listening = (port: number, name: string): void => tell({ type: 'listening', port, name });

let isQuiet = false;
process.on('message', (asked: ToServer) => {
  if (asked === 'quiet') isQuiet = true;
  const { user, system } = process.cpuUsage();
  tell({ type: 'cpu', microseconds: user + system });
});
process.on('disconnect', () => process.exit());

if (process.argv[2] === 'wsimd') {
  listenWithCodec((what, describe) => {
    if (!isQuiet) tell({ type: 'note', what, detail: describe() });
  }, listening);
} else {
  const options = { host: '127.0.0.1', port: 0, perMessageDeflate: false };
  const server = new WebSocketServer(options, () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null)
      listening(address.port, 'stock ws, no addon');
  });
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
}
