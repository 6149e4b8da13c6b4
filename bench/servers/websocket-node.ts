// A server on the package `websocket`: echoes, and broadcasts as servers.ts has it.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { load } from '../contenders/load.ts';
import { createBroadcast, orderOf } from './orders.ts';

/** Of the package, what is used here. */
interface Connection {
  on(event: 'message', listener: (message: Message) => void): void;
  sendUTF(data: string): void;
  sendBytes(data: Buffer): void;
}
type Message = { type: 'utf8'; utf8Data: string } | { type: 'binary'; binaryData: Buffer };
interface Package {
  server: new (
    options: object,
  ) => {
    connections: Connection[];
    on(event: 'connect', listener: (connection: Connection) => void): void;
  };
}

const LARGEST = 1 << 28;

/** Listens on a free port of the loopback interface and tells which. */
export function listenWithWebsocketNode(whenListening: (port: number) => void): void {
  const httpServer: Server = createServer();
  const server = new (load('websocket') as Package).server({
    ...{ httpServer, autoAcceptConnections: true, fragmentOutgoingMessages: false },
    ...{ maxReceivedFrameSize: LARGEST, maxReceivedMessageSize: LARGEST },
  });
  server.on('connect', (connection) => {
    connection.on('message', (message) => {
      if (message.type === 'binary') connection.sendBytes(message.binaryData);
      else {
        const order = orderOf(message.utf8Data);
        if (order === null) connection.sendUTF(message.utf8Data);
        else createBroadcast(order, (payload) => sendToAll(server.connections, payload));
      }
    });
  });
  httpServer.listen(0, '127.0.0.1', () =>
    whenListening((httpServer.address() as AddressInfo).port),
  );
}

function sendToAll(connections: readonly Connection[], payload: Buffer): void {
  for (const connection of connections) connection.sendBytes(payload);
}
