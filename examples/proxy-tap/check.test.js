// End-to-end tests of the proxy with real servers and clients.

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Encoder } from 'wsimd';
import { freePort, start, until } from '../support/programs.js';
import {
  main,
  open,
  opened,
  openTcp,
  REQUEST,
  RESPONSE,
  startEcho,
  startProxy,
  startTcp,
} from './ends.js';

const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe('forwarding', () => {
  /** Exchanges an opening in each direction, then the rest of each end's bytes, and closes both ends. */
  async function exchange(flags, client, server) {
    const got = { client: [], server: [] };
    const lengthOf = (chunks) => chunks.reduce((sum, { length }) => sum + length, 0);
    const upstream = await startTcp((socket) => {
      socket.on('data', (chunk) => got.server.push(chunk));
      until(() => lengthOf(got.server) === client.opening.length, 'the opening').then(() => {
        socket.write(server.opening);
        socket.end(server.rest);
      });
    });
    const proxy = await startProxy(upstream, ...flags);
    const socket = openTcp(proxy.port).on('data', (chunk) => got.client.push(chunk));
    socket.write(client.opening);
    await until(() => lengthOf(got.client) >= server.opening.length, 'the answer');
    socket.end(client.rest);
    const all = {
      client: Buffer.concat([server.opening, server.rest]),
      server: Buffer.concat([client.opening, client.rest]),
    };
    for (const end of ['client', 'server']) {
      await until(() => lengthOf(got[end]) >= all[end].length, `all of it at the ${end}`);
      expect(sha(Buffer.concat(got[end]))).toBe(sha(all[end]));
    }
    return proxy;
  }

  const request = Buffer.from(REQUEST);
  const response = Buffer.from(RESPONSE);

  it.each([[[]], [['--check']], [['--no-tap']]])(
    'delivers the bytes unchanged with flags %j',
    async (flags) => {
      const encode = (role, sizes) => {
        const encoder = new Encoder({ role });
        return Buffer.concat(sizes.map((size) => encoder.binary(randomBytes(size))));
      };
      const proxy = await exchange(
        flags,
        { opening: request, rest: encode('client', [10, 200, 70_000, 2_000_000]) },
        { opening: response, rest: encode('server', [0, 126, 300_000]) },
      );
      if (flags.includes('--no-tap')) return;
      const [{ messages, bytes, violations }] = await proxy.connections();
      expect(messages).toEqual({ client: 4, server: 3 });
      expect(bytes).toEqual({ client: 2_070_210, server: 300_126 });
      expect(violations).toEqual([]);
    },
  );

  it('delivers invalid frames after a handshake, and reports the violation', async () => {
    const nonsense = Buffer.concat([Buffer.from([0xb3]), randomBytes(300_000)]);
    const ends = [
      { opening: request, rest: nonsense },
      { opening: response, rest: nonsense },
    ];
    const proxy = await exchange([], ...ends);
    for (const [sender, { length }] of [
      ['client', request],
      ['server', response],
    ]) {
      const expected = `the ${sender} violated §5.2, byte ${length}: RSV2 and RSV3 must be clear`;
      await until(() => proxy.output.includes(expected), expected);
    }
  });

  it('delivers bytes that are not HTTP', async () => {
    const ends = [1, 2].map(() => ({ opening: randomBytes(1000), rest: randomBytes(300_000) }));
    const proxy = await exchange(['--check'], ...ends);
    expect((await proxy.connections())[0].why).toBe('it does not start with HTTP');
  });

  it('delivers frames sent before the handshake response', async () => {
    const early = Buffer.concat([request, new Encoder({ role: 'client' }).text('early')]);
    const late = { opening: response, rest: new Encoder({ role: 'server' }).text('late') };
    const proxy = await exchange([], { opening: early, rest: randomBytes(1000) }, late);
    const [{ why, violations }] = await proxy.connections();
    expect(why).toBe('frames arrived before the handshake response');
    expect(violations).toEqual([]);
  });

  it('delivers plain HTTP', async () => {
    const server = createHttpServer((request, response) =>
      response.end(`you asked for ${request.url}`),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    opened.push(() => server.close());
    const { port } = await startProxy(server.address().port);
    const response = await fetch(`http://127.0.0.1:${port}/plain`, {
      headers: { connection: 'close' },
    });
    expect(await response.text()).toBe('you asked for /plain');
  });
});

describe('an end of the connection', () => {
  it.each(['client', 'server'])(
    'that does not read applies backpressure to the other: %s',
    async (slow) => {
      const most = 128 << 20;
      const block = Buffer.alloc(1 << 20);
      let atServer;
      const upstream = await startTcp((socket) => (atServer = socket.pause()));
      const proxy = await startProxy(upstream);
      const atClient = openTcp(proxy.port).pause();
      await until(() => atServer, 'connected');
      const [writer, reader] = slow === 'server' ? [atClient, atServer] : [atServer, atClient];
      let sent = 0;
      const write = () => {
        let takesMore = true;
        while (sent < most && takesMore) {
          takesMore = writer.write(block);
          sent += block.length;
        }
      };
      writer.on('drain', write);
      write();
      // The writer has stopped once nothing moves for a while. Only the kernel's buffers and little else are full.
      await until(async () => {
        const before = sent;
        await new Promise((resolve) => setTimeout(resolve, 300));
        return sent === before;
      }, 'the writer to stop');
      expect(sent).toBeLessThan(most / 2);
      let got = 0;
      reader.on('data', ({ length }) => (got += length)).resume();
      await until(() => got === most, 'all of it');
    },
  );

  it('can still be answered after it closes its half, for at most --linger', async () => {
    const answer = randomBytes(1_000_000);
    let keepsOpen;
    const upstream = await startTcp((socket) => {
      socket.resume().on('end', () => socket.write(answer));
      keepsOpen = socket;
    });
    const proxy = await startProxy(upstream, '--linger', 700);
    const client = openTcp(proxy.port);
    const got = [];
    client.on('data', (chunk) => got.push(chunk)).end('the last word');
    await until(() => Buffer.concat(got).length === answer.length, 'the answer');
    expect(sha(Buffer.concat(got))).toBe(sha(answer));
    await until(() => client.destroyed || client.readableEnded, 'cut');
    await until(async () => (await proxy.connections())[0].state === 'closed', 'at both ends');
    keepsOpen.write('too late');
    await until(() => keepsOpen.destroyed, 'noticed');
  });

  it('that is reset resets the other', async () => {
    let atServer;
    const upstream = await startTcp((socket) => {
      atServer = socket;
      socket.once('data', () => socket.write(RESPONSE));
    });
    const proxy = await startProxy(upstream);
    const client = openTcp(proxy.port);
    client.write(REQUEST);
    await once(client, 'data');
    atServer.resetAndDestroy();
    await until(() => client.destroyed, 'the client sees it');
    const ended = async () =>
      (await proxy.connections())[0].why === 'it ended without a close frame';
    await until(ended, 'the reason');
  });
});

describe('errors', () => {
  it('answers 502 if the server is down, and reports it in the log and on the page', async () => {
    const closedPort = await freePort();
    const proxy = await startProxy(closedPort);
    const response = await fetch(`http://127.0.0.1:${proxy.port}/`);
    expect(response.status).toBe(502);
    expect(await response.text()).toMatch(
      new RegExp(`127.0.0.1:${closedPort} is unreachable: .*ECONNREFUSED`),
    );
    const socket = open(proxy.url);
    const [{ message }] = await once(socket, 'error');
    expect(message).toBe('Unexpected server response: 502');
    expect(proxy.output).toContain(
      `502 Bad Gateway: the server at 127.0.0.1:${closedPort} is unreachable`,
    );
    expect((await proxy.connections()).at(-1).why).toMatch(/^502 Bad Gateway/);
  });

  it('answers 504 if the server does not accept the connection', async () => {
    // A stopped program with a full accept queue: the kernel accepts no more connections.
    const port = await freePort();
    const listen = `require('net').createServer().listen({ port: ${port}, host: '127.0.0.1', backlog: 1 }, () => console.log('up'))`;
    const program = await start(process.execPath, ['-e', listen], { ready: /up/ });
    opened.push(() => program.stop('SIGKILL'));
    program.child.kill('SIGSTOP');
    for (let i = 0; i < 4; i++) openTcp(port);
    const proxy = await startProxy(port, '--connect-timeout', 300);
    const response = await fetch(`http://127.0.0.1:${proxy.port}/`);
    expect(response.status).toBe(504);
    expect(await response.text()).toContain(`127.0.0.1:${port} did not answer in 300 ms`);
  });

  const failing = (...args) =>
    start(process.execPath, [main, ...args], { ready: /never/ }).catch(({ message }) => message);

  it.each([
    [
      ['--upstream', 'somewhere'],
      '--upstream must be a host and a port like localhost:3000, got "somewhere"',
    ],
    [['--linger', 'ever'], '--linger must be an integer from 1 to 3600000, got "ever"'],
    [['--taps', '1'], "Unknown option '--taps'"],
  ])('rejects %j', async (args, message) => {
    expect(await failing(...args)).toContain(`exited with 2:\n${message}`);
  });

  it('reports a port in use', async () => {
    const port = await startTcp(() => {});
    const output = await failing('--upstream', 'localhost:1', '--port', `${port}`);
    expect(output).toContain(`:${port} is in use: choose another port with --port`);
  });
});

describe('reports', () => {
  it('find invalid UTF-8 in a payload only with --check', async () => {
    const wrong = Buffer.alloc(100_000, 'a');
    wrong[90_000] = 0xff;
    for (const [flags, violations] of [
      [[], []],
      [['--check'], [/the client violated §8.1, byte \d+: /]],
    ]) {
      const proxy = await startProxy(await startEcho({ perMessageDeflate: false }), ...flags);
      const socket = open(proxy.url);
      await once(socket, 'open');
      socket.send(wrong, { binary: false });
      const [code] = await once(socket, 'close');
      expect(code).toBe(1007);
      await until(async () => (await proxy.connections())[0].state === 'closed', 'closed');
      expect((await proxy.connections())[0].violations.length).toBe(violations.length);
      for (const violation of violations) expect(proxy.output).toMatch(violation);
    }
  });

  it('count messages and bytes, and include close codes and times', async () => {
    const proxy = await startProxy(await startEcho());
    const socket = open(`${proxy.url}/room`, { perMessageDeflate: false });
    await once(socket, 'open');
    for (const size of [10, 70_000, 1_000_000]) socket.send(randomBytes(size));
    for (let count = 0; count < 3; count++) await once(socket, 'message');
    socket.ping('now');
    await once(socket, 'pong');
    socket.close(4001, '안녕');
    await once(socket, 'close');
    await until(async () => (await proxy.connections())[0].state === 'closed', 'closed');
    const [connection] = await proxy.connections();
    const each = { client: 3, server: 3 };
    expect(connection).toMatchObject({ target: '/room', messages: each, violations: [] });
    expect(connection.bytes).toEqual({ client: 1_070_010, server: 1_070_010 });
    expect(connection.why).toBe('client: 4001 Private use, "안녕"');
    for (const time of ['handshake', 'answer', 'server']) {
      expect(connection.latency[time], time).toBeGreaterThan(0);
    }
  });
});
