// Two copies of the package in one program, as when a dependency brings its own: each takes what the other prepared.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installed } from './support/installed.ts';

let installed: Installed;

beforeAll(() => {
  installed = new Installed({ dependencies: { ws: '8.23.0' } });
  const modules = join(installed.folder, 'node_modules');
  const second = join(modules, 'second', 'node_modules', 'wsimd');
  cpSync(join(modules, 'wsimd'), second, { recursive: true });
  installed.write(
    'node_modules/second/index.mjs',
    "export * from 'wsimd/ws'; export { BatchWriter } from 'wsimd';",
  );
});

afterAll(() => installed.remove());

/** Sends to a client what the other copy prepared, with and without permessage-deflate. */
const TALK = `
import * as first from 'wsimd/ws';
import * as second from 'second/index.mjs';
if (first.PreparedMessage === second.PreparedMessage) throw new Error('these are one copy');
const text = second.prepare('안녕'), bytes = second.prepare(Buffer.from('binary'));
function talk(perMessageDeflate, send) {
  return new Promise((resolve) => {
    const heard = [];
    const options = { host: '127.0.0.1', port: 0, perMessageDeflate };
    const server = new first.WebSocketServer(options, () => {
      const client = new first.WebSocket('ws://127.0.0.1:' + server.address().port);
      client.on('message', (data, isBinary) => {
        heard.push(isBinary + ' ' + data);
        if (heard.length < 2) return;
        client.terminate();
        server.close(() => resolve(heard.join()));
      });
    });
    server.on('connection', (socket) => send(socket, server));
  });
}
`;

describe('a message that another copy prepared', () => {
  it.each([
    ['send', '(socket) => { socket.send(text); socket.send(bytes); }'],
    [
      'send with options',
      '(socket) => { socket.send(text, {}); socket.send(bytes, {}, () => {}); }',
    ],
    [
      'broadcast',
      '(_, { clients }) => { first.broadcast(clients, text); first.broadcast(clients, bytes); }',
    ],
    [
      'broadcast of the other copy',
      '(_, { clients }) => { second.broadcast(clients, text); second.broadcast(clients, bytes); }',
    ],
  ])('arrives by %s', (_name, send) => {
    const source = `${TALK}
      for (const deflate of [false, true, { serverNoContextTakeover: true, threshold: 0 }]) {
        console.log(await talk(deflate, ${send}));
      }`;
    const heard = 'false 안녕,true binary';
    expect(installed.run('talk.mjs', source).split('\n')).toEqual([heard, heard, heard]);
  });

  it('is refused by send, broadcast and BatchWriter where its format is unknown', () => {
    const source = `${TALK}
      const later = { [Symbol.for('wsimd.prepared')]: 2, isBinary: false };
      const refused = (use) => { try { use(); return 'taken'; } catch ({ name, message }) { return name + ': ' + message; } };
      const errors = [];
      await talk(false, (socket, { clients }) => {
        errors.push(refused(() => socket.send(later)), refused(() => first.broadcast(clients, later)));
        errors.push(refused(() => new second.BatchWriter({ role: 'server' }).prepared(later)));
        socket.send('1');
        socket.send('2');
      });
      console.log(errors.join('\\n'));`;
    const message =
      'TypeError: the message was prepared by another version of wsimd: its format is 2, this version sends 1';
    expect(installed.run('later.mjs', source).split('\n')).toEqual([message, message, message]);
  });
});
