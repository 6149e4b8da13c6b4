// The drop-ins for ws, bufferutil and utf-8-validate as a user installs them, beside the real packages.

import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installed, root } from './support/installed.ts';

let installed: Installed;
const run: Installed['run'] = (...args) => installed.run(...args);

const shim = (name: string, version: string) => ({
  [`shims/${name}/package.json`]: JSON.stringify({ name, version, main: 'index.js' }),
  [`shims/${name}/index.js`]: `module.exports = require('wsimd/${name}');`,
});

beforeAll(() => {
  installed = new Installed(
    {
      dependencies: {
        ws: '8.23.0',
        websocket: '1.0.35',
        bufferutil: 'file:./shims/bufferutil',
        'utf-8-validate': 'file:./shims/utf-8-validate',
      },
      overrides: { bufferutil: '$bufferutil', 'utf-8-validate': '$utf-8-validate' },
    },
    { ...shim('bufferutil', '4.1.0'), ...shim('utf-8-validate', '6.0.6') },
  );
  const types = join(installed.folder, 'node_modules', '@types');
  symlinkSync(join(root, 'node_modules', '@types'), types, 'junction');
});

afterAll(() => installed.remove());

/** A server and a client talk; prints what each heard, and whether each is accelerated. */
const TALK = `
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => {
  const client = new WebSocket('ws://127.0.0.1:' + server.address().port);
  client.on('open', () => client.send('안녕'));
  client.on('message', (data) => { console.log(String(data), isAccelerated(client)); client.close(1000, 'bye'); });
  client.on('close', (code, reason) => { console.log(code, String(reason)); server.close(); });
});
server.on('connection', (socket) => socket.on('message', (data, binary) => {
  console.log(isAccelerated(socket));
  socket.send(data, { binary });
}));
`;
const TALKED = ['true', '안녕 true', '1000 bye'];

describe('wsimd/ws', () => {
  it.each([
    ['import', 'a.mjs', "import WebSocket, { WebSocketServer, isAccelerated } from 'wsimd/ws';"],
    [
      'require',
      'a.cjs',
      "const WebSocket = require('wsimd/ws'); const { WebSocketServer, isAccelerated } = WebSocket;",
    ],
    [
      'require, by names',
      'b.cjs',
      "const { WebSocket, WebSocketServer, isAccelerated } = require('wsimd/ws');",
    ],
    [
      'accelerate, on what require gives',
      'c.cjs',
      "const WebSocket = require('ws'); const { WebSocketServer } = WebSocket; const { accelerate, isAccelerated } = require('wsimd/ws'); accelerate(WebSocket);",
    ],
    [
      'accelerate, on what import gives',
      'b.mjs',
      "import * as ws from 'ws'; import { accelerate, isAccelerated } from 'wsimd/ws'; const { WebSocket, WebSocketServer } = accelerate(ws);",
    ],
  ])('by %s', (_name, file, head) => {
    expect(run(file, head + TALK).split('\n')).toEqual(TALKED);
  });

  // Node 21 and 22.0 to 22.2 have no process.getBuiltinModule.
  it.each([
    ['an older Node', "Reflect.deleteProperty(process, 'getBuiltinModule');"],
    ['this Node', ''],
  ])('gives Buffers, as ws does, on %s', (_name, prepare) => {
    const source = `${prepare}
      const { WebSocket, WebSocketServer } = await import('wsimd/ws');
      const print = (...given) => console.log(...given.map((one) => Buffer.isBuffer(one) ? 'Buffer ' + one : one));
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => {
        const client = new WebSocket('ws://127.0.0.1:' + server.address().port);
        client.on('open', () => { client.send('안녕'); client.ping('still there?'); client.send(Buffer.alloc(3, 'a')); });
        client.on('pong', print);
        client.on('message', (data, isBinary) => { print(data); if (isBinary) client.close(1000, 'bye'); });
      });
      server.on('connection', (socket) => {
        socket.on('message', (data, binary) => { print(data); socket.send(data, { binary }); });
        socket.on('ping', print);
        socket.on('close', (code, reason) => { print(code, reason); server.close(); });
      });`;
    expect(run('buffers.mjs', source).split('\n')).toEqual([
      ...['Buffer 안녕', 'Buffer still there?', 'Buffer aaa'],
      ...['Buffer 안녕', 'Buffer still there?', 'Buffer aaa'],
      '1000 Buffer bye',
    ]);
  });

  it('refuses to load where node:buffer is hidden, and says so', () => {
    const source = `process.getBuiltinModule = () => undefined;
      await import('wsimd/ws').catch(({ message }) => console.log(message));`;
    expect(run('hidden.mjs', source)).toBe(
      'wsimd cannot accelerate ws here: process.getBuiltinModule does not return node:buffer, so messages could not be Buffers',
    );
  });

  it('has the same names for a page', () => {
    const source = "console.log(JSON.stringify(Object.keys(await import('wsimd/ws')).sort()));";
    const forPages = run('names.mjs', source, ['--conditions=browser']);
    expect(JSON.parse(forPages)).toEqual(JSON.parse(run('names.mjs', source)));
  });

  it.each(['turn', 'tick'])('what is sent before process.exit() arrives (%s)', (flush) => {
    const source = `import { spawn } from 'node:child_process'; import { WebSocket, WebSocketServer } from 'wsimd/ws';
      if (process.argv[2]) { const c = new WebSocket(process.argv[2], { flush: '${flush}' }); c.on('open', () => { c.send('last words'); process.exit(); }); }
      else { const s = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => spawn(process.execPath, ['exit.mjs', 'ws://127.0.0.1:' + s.address().port]));
        s.on('connection', (c) => { c.on('message', (data) => console.log(String(data))); c.on('close', (code) => { console.log(code); s.close(); }); }); }`;
    expect(run('exit.mjs', source)).toBe('last words\n1006');
  });

  it.each(['ws', 'wsimd/ws'])(
    'delivers what listeners of exit send, early and late ones (%s)',
    (name) => {
      const source = `import { spawn } from 'node:child_process'; import { WebSocket, WebSocketServer } from '${name}';
      if (process.argv[2]) {
        let c;
        process.on('exit', () => c.send('early'));
        c = new WebSocket(process.argv[2]);
        c.on('open', () => {
          c.send('open');
          process.on('exit', () => { c.send('late'); c.send(Buffer.alloc(5000)); });
          process.exit();
        });
      } else { const s = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => spawn(process.execPath, ['exit.mjs', 'ws://127.0.0.1:' + s.address().port]));
        s.on('connection', (c) => { c.on('message', (data) => console.log(data.length)); c.on('close', (code) => { console.log(code); s.close(); }); }); }`;
      expect(run('exit.mjs', source)).toBe('4\n5\n4\n5000\n1006');
    },
  );

  it.each(['ws', 'wsimd/ws'])('a handler that throws, as with ws (%s)', (name) => {
    const source = `import { WebSocket, WebSocketServer } from '${name}';
      let b;
      process.on('uncaughtException', (error) => { console.log('uncaught', error.message); b.send('good'); });
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => {
        const url = 'ws://127.0.0.1:' + server.address().port;
        b = new WebSocket(url);
        b.on('message', (data) => { console.log('b', String(data)); process.exit(); });
        b.on('open', () => {
          const a = new WebSocket(url);
          a.on('open', () => a.send('bad'));
        });
      });
      server.on('connection', (socket) => socket.on('message', (data) => {
        if (String(data) === 'bad') throw new Error('handler');
        socket.send(data);
      }));`;
    expect(run('throws.mjs', source)).toBe('uncaught handler\nb good');
  });
});

describe('wsimd/register', () => {
  const imports =
    "import { isAccelerated } from 'wsimd/ws'; import WebSocket, { WebSocketServer } from 'ws';";
  const requires =
    "const { isAccelerated } = require('wsimd/ws'); const WebSocket = require('ws'); const { WebSocketServer } = WebSocket;";

  it.each([
    ['ESM', 'program.mjs', imports],
    ['CommonJS', 'program.cjs', requires],
    ['CommonJS in a folder', 'deeper/program.cjs', requires],
  ])('accelerates the ws of a program in %s', (_name, file, head) => {
    expect(run(file, head + TALK, ['--import', 'wsimd/register']).split('\n')).toEqual(TALKED);
    expect(run(file, head + TALK).split('\n')).toEqual(['false', '안녕 false', '1000 bye']);
  });

  it.each(['.', 'linked.mjs'])('finds the ws of a program given as %s', (argument) => {
    installed.write('folder/index.mjs', imports + TALK);
    installed.write('folder/package.json', '{ "main": "index.mjs", "type": "module" }');
    installed.write('folder/index.js', imports + TALK);
    const at = join(installed.folder, argument === '.' ? 'folder' : 'elsewhere');
    installed.write('elsewhere/none', '');
    if (argument !== '.')
      symlinkSync(join(installed.folder, 'folder', 'index.mjs'), join(at, argument));
    const args = ['--import', 'wsimd/register', argument];
    const { stdout } = spawnSync(process.execPath, args, { cwd: at, encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toEqual(TALKED);
  });

  it('goes together with wsimd/ws', () => {
    const head = "import WebSocket, { WebSocketServer, isAccelerated } from 'wsimd/ws';";
    expect(run('both.mjs', head + TALK, ['--import', 'wsimd/register']).split('\n')).toEqual(
      TALKED,
    );
  });

  it('does no harm where there is no ws', () => {
    const { folder } = installed;
    expect(run('none.mjs', "console.log('fine')", ['--import', 'wsimd/register'])).toBe('fine');
    expect(folder).toBeTruthy();
  });

  it('warns where a ws cannot be accelerated', () => {
    installed.write(
      'node_modules/other/node_modules/ws/index.js',
      'module.exports = class WebSocket {};',
    );
    installed.write(
      'node_modules/other/node_modules/ws/package.json',
      '{ "name": "ws", "version": "7.0.0" }',
    );
    installed.write('node_modules/other/index.js', "require('ws');");
    const source = `process.on('warning', ({ code, message }) => code && console.log(code, message)); require('other');`;
    const printed = run('warns.cjs', source, ['--import', 'wsimd/register', '--no-warnings']);
    expect(printed).toMatch(
      /^WSIMD_NOT_ACCELERATED wsimd cannot accelerate this ws: it has no Server/,
    );
  });
});

describe('in place of the native addons, by overrides', () => {
  it('ws masks and validates with wsimd', () => {
    const source = `const bufferutil = require('bufferutil'); const { mask } = bufferutil; let masked = 0;
      bufferutil.mask = (...args) => { masked++; mask(...args); };
      const { WebSocket, WebSocketServer } = require('ws');
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => {
        const client = new WebSocket('ws://127.0.0.1:' + server.address().port);
        const sent = Buffer.alloc(100_000, '안녕');
        client.on('open', () => client.send(sent));
        client.on('message', (data) => { console.log(masked > 0, data.equals(sent)); client.close(); server.close(); });
      });
      server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));`;
    expect(run('d.cjs', source)).toBe('true true');
    const resolved = run(
      'e.cjs',
      "console.log(require.resolve('bufferutil'), require('bufferutil') === require('wsimd/bufferutil'))",
    );
    expect(resolved).toMatch(/shims.bufferutil.index\.js true$/);
  });

  it('websocket-node talks through them', () => {
    const source = `const { server: Server, client: Client } = require('websocket'); const http = require('node:http');
      const listener = http.createServer().listen(0, '127.0.0.1', () => {
        new Server({ httpServer: listener, autoAcceptConnections: true }).on('connect', (c) => c.on('message', (m) => c.sendUTF(m.utf8Data)));
        const client = new Client();
        client.on('connect', (c) => { c.on('message', (m) => { console.log(m.utf8Data === '안녕'.repeat(5000)); process.exit(); }); c.sendUTF('안녕'.repeat(5000)); });
        client.connect('ws://127.0.0.1:' + listener.address().port);
      });`;
    expect(run('f.cjs', source)).toBe('true');
    const found = run(
      'g.cjs',
      `const { createRequire } = require('node:module');
      console.log(createRequire(require.resolve('websocket')).resolve('bufferutil'));`,
    );
    expect(found).toMatch(/shims.bufferutil/);
  });
});

describe('the types of wsimd/ws', () => {
  const PROGRAM = `
import WebSocket, { accelerate, broadcast, createWebSocketStream, isAccelerated, prepare, type RawData, type ServerOptions, WebSocketServer } from 'wsimd/ws';
import type { IncomingMessage } from 'node:http';

const options: ServerOptions = { port: 0, perMessageDeflate: { threshold: 10 }, flush: 'tick' };
const server = new WebSocketServer(options, () => {});
server.on('connection', (socket, request) => {
  request satisfies IncomingMessage;
  socket satisfies WebSocket;
  socket.on('message', (data, isBinary) => {
    data satisfies RawData;
    isBinary satisfies boolean;
    socket.send(data as Buffer, { binary: isBinary }, (error) => { error satisfies Error | undefined; });
  });
  socket.on('close', (code, reason) => { code satisfies number; reason satisfies Buffer; });
  socket.on('ping', (data) => data.toString('hex'));
  socket.once('anything', () => {});
});
const client: WebSocket = new WebSocket('ws://127.0.0.1', ['a', 'b'], { headers: { a: 'b' }, generateMask(mask) { mask.fill(0); } });
client.onmessage = (event) => { event.data satisfies string | WebSocket.RawData; };
client.addEventListener('close', ({ code, wasClean }) => { code satisfies number; wasClean satisfies boolean; });
client.readyState === WebSocket.OPEN;
client.binaryType = 'arraybuffer';
class Mine extends WebSocket { greet(): void { this.send('hello'); } }
new Mine('ws://127.0.0.1').greet();
createWebSocketStream(client, { encoding: 'utf8' }).pipe(process.stdout);
broadcast(server.clients, prepare('a')) satisfies number;
isAccelerated(client) satisfies boolean;
// @ts-expect-error: no such policy
new WebSocketServer({ flush: 'never' });
const typed: WebSocket.Server = server;
typed.clients.forEach((each: WebSocket) => each.terminate());
accelerate({});
`;

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('hold without @types/ws, module %s, resolution %s', (module, moduleResolution) => {
    expect(installed.check(PROGRAM, { module, moduleResolution, types: ['node'] })).toBe('');
  });
});
