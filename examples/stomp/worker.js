// Answers the orders of a queue: `node worker.js`, as many of them as one likes. WS=ws takes stock ws in place of
// wsimd. An order is acknowledged when the broker has the answer, so that a worker may die at any moment.

import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { safe } from '../support/terminal.js';
import { connect } from './desk/connection.js';
import { uncompressed } from './uncompressed.js';

const ANSWERS = /^\/amq\/queue\/answers\.[\w-]+$/;

export function startWorker({ log: print, WebSocket, ...connection }) {
  // Headers of orders and words of the broker are logged.
  const log = (line) => print(safe(line));
  return connect({
    ...connection,
    WebSocket: uncompressed(WebSocket),
    onTrouble: log,
    onUp(client) {
      log(`Taking orders, by ${client.connectedVersion} and ${client.webSocket.protocol}.`);
      const options = { ack: 'client-individual', 'prefetch-count': '50' };
      client.subscribe('/queue/orders', (order) => take(client, order, log), options);
    },
  });
}

function take(client, order, log) {
  const { 'order-id': id, 'reply-to': destination } = order.headers;
  if (!id || !ANSWERS.test(destination)) {
    log(`An order that cannot be answered is put away: order-id ${id}, reply-to ${destination}.`);
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

/** What is done for an order: it is weighed and sealed. */
function work(bytes) {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { URL: url, LOGIN: login, PASSCODE: passcode, WS = 'wsimd/ws' } = process.env;
  const { WebSocket } = await import(WS);
  const worker = startWorker({ url, WebSocket, login, passcode, log: console.log });
  process.once('SIGTERM', () => worker.deactivate());
  process.once('disconnect', () => process.exit()); // main.js is gone
}
