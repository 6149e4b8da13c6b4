// `node worker.js`: answers orders from a queue. Several workers may run. WS=ws selects stock ws instead of wsimd. An
// order is acknowledged only once the broker has the answer, so a worker may die at any time.

import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { safe } from '../support/terminal.js';
import { connect } from './desk/connection.js';
import { uncompressed } from './uncompressed.js';

const ANSWERS = /^\/amq\/queue\/answers\.[\w-]+$/;

export function startWorker({ log: print, WebSocket, ...connection }) {
  // Log lines contain order headers and broker messages.
  const log = (line) => print(safe(line));
  return connect({
    ...connection,
    WebSocket: uncompressed(WebSocket),
    onTrouble: log,
    onUp(client) {
      log(
        `Taking orders with STOMP ${client.connectedVersion}, subprotocol ${client.webSocket.protocol}.`,
      );
      const options = { ack: 'client-individual', 'prefetch-count': '50' };
      client.subscribe('/queue/orders', (order) => take(client, order, log), options);
    },
  });
}

function take(client, order, log) {
  const { 'order-id': id, 'reply-to': destination } = order.headers;
  if (!id || !ANSWERS.test(destination)) {
    log(
      `Rejected an order without a valid reply address: order-id ${id}, reply-to ${destination}.`,
    );
    order.nack({ requeue: 'false' });
    return;
  }
  const receipt = `answered-${order.headers['message-id']}`;
  client.watchForReceipt(receipt, () => order.ack());
  client.publish({
    destination,
    headers: { 'order-id': id, receipt, persistent: 'true' },
    body: JSON.stringify(work(order.binaryBody)),
  });
}

/** Processes an order: returns its size and hash. */
function work(bytes) {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { URL: url, LOGIN: login, PASSCODE: passcode, WS = 'wsimd/ws' } = process.env;
  const { WebSocket } = await import(WS);
  const worker = startWorker({ url, WebSocket, login, passcode, log: console.log });
  process.once('SIGTERM', () => worker.deactivate());
  process.once('disconnect', () => process.exit()); // main.js has exited
}
