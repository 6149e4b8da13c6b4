// `wsimd inspect` as its user meets it: a process.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frame, hex, join as joinBytes, utf8 } from '../support/bytes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(root, 'dist', 'bench', 'cli.js');
const HELLO = '81 85 37 fa 21 3d 7f 9f 4d 51 58';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wsimd-inspect-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: Uint8Array | string) => {
  writeFileSync(join(folder, name), content);
  return name;
};

function run(
  args: readonly string[],
  input: Uint8Array | string = '',
  env: NodeJS.ProcessEnv = {},
) {
  return spawnSync(process.execPath, [CLI, 'inspect', ...args], {
    cwd: folder,
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 27,
    timeout: 60_000,
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, ...env },
  });
}

describe('input', () => {
  const bytes = hex(HELLO);

  it.each([
    ['--hex', ['--hex', HELLO], ''],
    ['--base64', ['--base64', 'gYU3+iE9f59NUVg='], ''],
    ['a pipe of bytes', [], bytes],
    ['- and a pipe of hex', ['-'], `${HELLO}\n`],
    ['a pipe of base64', [], 'gYU3+iE9f59NUVg=\n'],
    ['a hex dump', [], '00000000: 8185 37fa 213d 7f9f 4d51 58              ..7.!=..MQX\n'],
    ['--format', ['--format', 'hex'], HELLO],
    ['hex as PowerShell writes it', [], Buffer.from(`\ufeff${HELLO}\r\n`, 'utf16le')],
  ] as const)('%s: status 0', (_name, args, input) => {
    const { stdout, stderr, status } = run(args, input);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('sent by the client: 11 bytes, 1 frame, 1 message');
    expect(stdout).toContain('1 0 0 0 0001 | 1 0000101 | 37fa213d');
    expect(stdout).toMatch(/Masking-key +37fa213d/);
    expect(stdout).toContain('"Hello"');
  });

  it('a file: bytes, or text', () => {
    for (const name of [file('a.bin', bytes), file('a.txt', HELLO)]) {
      expect(run([name]).stdout).toContain('"Hello"');
    }
  });

  it.each([
    ['an odd digit', ['--hex', '81 8'], '', '--hex: line 1, column 4: odd number of hex digits'],
    ['text that is neither hex nor base64', [], 'hello world?', 'neither hex nor base64'],
    ['no file', ['nosuch.bin'], '', 'nosuch.bin: no such file'],
    ['a folder', ['.'], '', '.: is a directory'],
    ['nothing', [], '', 'standard input: is empty'],
    ['gzip', [], hex('1f 8b 08 00'), 'compressed with gzip'],
    ['two inputs', ['a', '--hex', '81'], '', 'only one of'],
    ['a wrong role', ['--role', 'both'], '', 'Allowed choices are auto, client, server'],
    ['a wrong format', ['--format', 'zip'], '', 'Allowed choices are raw, hex'],
    ['a wrong number', ['--max-frames', 'x'], '', 'Expected a non-negative integer'],
    ['an unknown option', ['--nosuch'], '', 'unknown option'],
    ['an invalid capture', ['--format', 'pcap'], hex('00 01 02 03 04 05'), 'not a valid capture'],
    ['a truncated HAR file', ['--format', 'har'], '{"log": ', 'is not valid JSON'],
    ['JSON that is not a HAR file', [], '{"log": 1}', 'log.entries is missing'],
    ['a HAR without WebSocket', [], '{"log": {"entries": [{}]}}', 'has no WebSocket messages'],
  ] as const)('%s: one line, and status 2', (_name, args, input, line) => {
    const { stdout, stderr, status } = run(args, input);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(line);
  });

  it('rejects input above 256 MiB, from a file and from a pipe', async () => {
    file('huge.bin', hex('82 7f'));
    truncateSync(join(folder, 'huge.bin'), 2 ** 30);
    const { stderr, status } = run(['huge.bin']);
    expect([status, stderr.trim()]).toEqual([
      2,
      'huge.bin: too large: the limit is 256 MiB for bytes, captures have none',
    ]);
    const child = spawn(process.execPath, [CLI, 'inspect'], { cwd: folder });
    child.stdin.on('error', () => {});
    const part = Buffer.alloc(1 << 20);
    part[0] = 0x82;
    const feed = () => {
      while (child.stdin.writable && child.stdin.write(part));
    };
    child.stdin.on('drain', feed);
    feed();
    const [code] = await once(child, 'close');
    expect(code).toBe(2);
  });
});

describe('output', () => {
  it('reports a violation with section and byte, status 1', () => {
    const { stdout, status } = run(['--hex', '81 02 6f 6b 81 03 61 ff 62 00']);
    expect(status).toBe(1);
    expect(stdout).toContain(
      'VIOLATION at byte 7: WS_ERR_INVALID_UTF8 (RFC 6455 §8.1; close with 1007)',
    );
    expect(stdout).toContain('1 byte after the violation were not read');
  });

  it('reports a violation in the handshake, status 1', () => {
    const { stdout, status } = run([], 'GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n');
    expect(status).toBe(1);
    expect(stdout).toContain(
      'VIOLATION in the handshake: the Host header is missing (RFC 6455 §4.2.1)',
    );
  });

  it('reports the missing bytes of truncated input, status 0', () => {
    const { stdout, status } = run(['--hex', '81 05 48']);
    expect(status).toBe(0);
    expect(stdout).toContain('The input ends inside the payload of frame 0: 4 bytes are missing.');
  });

  it('names close codes, formats JSON, joins fragments, inflates messages', () => {
    const text = '01 08 7b 22 61 22 3a 5b 31 2c 80 03 32 5d 7d 88 04 03 e9 62 79';
    const { stdout } = run(['--hex', text]);
    expect(stdout).toContain('1001 Going Away: the endpoint is going away');
    expect(stdout).toMatch(/message 0 {2}text, 11 bytes {2}of frames 0, 1\n {4}\{\n {6}"a": \[/);
    const deflated = run(['--deflate', '--hex', 'c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00']);
    expect(deflated.stdout.match(/inflated.*\n {4}"Hello"/g)).toHaveLength(2);
    const args = ['--deflate', '--no-context-takeover', '--hex'];
    expect(run([...args, 'c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00']).status).toBe(1);
  });

  it('--role overrides the detection', () => {
    const { stdout, status } = run(['--role', 'server', '--hex', HELLO]);
    expect([status, stdout]).toEqual([1, expect.stringContaining('WS_ERR_UNEXPECTED_MASK')]);
  });

  it('--json has the same data', () => {
    const { stdout, status } = run(['--json', '--hex', `${HELLO} 01 00`]);
    expect(status).toBe(1);
    const { frames, messages, problem, sender } = JSON.parse(stdout);
    expect(sender).toBe('client');
    expect(frames[0]).toMatchObject({
      maskingKey: '37fa213d',
      preview: { text: 'Hello', hex: '48656c6c6f' },
    });
    expect(frames[0].fields).toHaveLength(9);
    expect(messages).toMatchObject([{ text: 'Hello', length: 5 }]);
    expect(problem).toMatchObject({ code: 'WS_ERR_EXPECTED_MASK', offset: 11, section: '5.1' });
  });

  it('--json omits text that is longer than its preview', () => {
    const long = frame({ opcode: 1, payload: utf8(`["${'a'.repeat(300)}"]`) });
    const [message] = JSON.parse(run(['--json'], long).stdout).messages;
    expect([message.length, message.text, message.json]).toEqual([304, undefined, undefined]);
    const [whole] = JSON.parse(run(['--json', '--preview', '304'], long).stdout).messages;
    expect(whole.json).toEqual(['a'.repeat(300)]);
  });

  it('--json does not change the JSON of peers', () => {
    const sent = {
      ...{ preview: { bytesLeft: 5, hex: '00' }, text: 'a', json: [1], data: 'b', payload: 'c' },
      messages: [{ preview: { bytesLeft: 1 }, text: 'd', frames: [], json: { text: 'e' } }],
    };
    const payload = utf8(JSON.stringify(sent));
    const { frames, messages } = JSON.parse(run(['--json'], frame({ opcode: 1, payload })).stdout);
    expect(messages[0].json).toEqual(sent);
    expect(messages[0].preview.json).toEqual(sent);
    expect(frames[0].preview.json).toEqual(sent);
    const messagesOfHar = [{ type: 'send', opcode: 1, data: JSON.stringify(sent) }];
    const har = { log: { entries: [{ _webSocketMessages: messagesOfHar }] } };
    const { connections } = JSON.parse(run(['--json'], JSON.stringify(har)).stdout);
    expect(connections[0].messages[0].message.json).toEqual(sent);
  });

  it('--json is formatted as by JSON.stringify', () => {
    const { stdout } = run(['--json'], hex('81 02 7b 7d 01 02 5b 31 80 03 2c 5b 5d 88 00'));
    expect(stdout).toBe(`${JSON.stringify(JSON.parse(stdout), null, 1)}\n`);
  });

  it('shows deeply nested JSON as text', () => {
    const deep = frame({ opcode: 1, payload: utf8('['.repeat(20_000) + ']'.repeat(20_000)) });
    const { stdout, status } = run(['--preview', '40000'], deep);
    expect(status).toBe(0);
    expect(stdout.length).toBeLessThan(100_000);
    expect(run(['--preview', '40000', '--json'], deep).status).toBe(0);
  });

  it('--summary and --max-frames: one line per frame, and the number of others', () => {
    const many = joinBytes(...Array(30).fill(frame({ opcode: 1, payload: utf8('안녕') })));
    const { stdout } = run(['--summary', '--max-frames', '20'], many);
    expect(stdout.match(/^frame \d+ {2}text, 6 bytes {2}"안녕"/gm)).toHaveLength(20);
    expect(stdout).toContain('10 more frames');
  });

  it('escapes control characters', () => {
    const evil = utf8('\u001b[2J\u009b31m\u202e\r\n\u0007');
    const close = joinBytes(new Uint8Array([0x03, 0xe8]), evil);
    const bytes = joinBytes(
      frame({ opcode: 1, payload: evil }),
      frame({ opcode: 8, payload: close }),
    );
    const { stdout } = run([], bytes);
    expect(stdout).toContain('\\u{1b}[2J\\u{9b}31m\\u{202e}\\r\\n\\u{7}');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  const EVIL = '\u001b]0;x\u0007\u009b2J\u007f\u202e\u2066';
  const SEEN = '\\u{9b}2J\\u{7f}\\u{202e}\\u{2066}';

  it.each([
    ['a hex dump', ['--format', 'hex'], `00000000: ${EVIL}\n`],
    ['hex', ['--format', 'hex'], `81 85 ${EVIL}`],
    ['--hex', ['--hex', `81 ${EVIL}`], ''],
    ['--base64', ['--base64', EVIL.slice(6)], ''],
    ['a HAR that is not JSON', ['--format', 'har'], EVIL],
    ['a HAR that is not JSON inside', ['--format', 'har'], `{"log": ${EVIL}`],
    ['the name of a file', [EVIL], ''],
    ['an option', [`--${EVIL}`], ''],
    ['the value of an option', ['--role', EVIL], ''],
  ] as const)('nothing that a terminal would obey in an error about %s', (_name, args, input) => {
    const { stdout, stderr, status } = run(args, input);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.replace(/\n$/, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    if (stderr.includes('2J')) expect(stderr).toContain(SEEN);
  });

  it('escapes control characters of a head and of a HAR file', () => {
    const message = { type: 'send', opcode: 1, data: EVIL };
    const entry = {
      request: { url: `ws://a/${EVIL}` },
      response: { status: 101, statusText: EVIL },
      _webSocketMessages: [message, { ...message, data: JSON.stringify({ [EVIL]: EVIL }) }],
    };
    const har = run(['--format', 'har'], JSON.stringify({ log: { entries: [entry] } }));
    const head = run(
      [],
      `GET /${EVIL} HTTP/1.1\r\nOrigin: ${EVIL}\r\n${EVIL}: a\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Protocol: ${EVIL}\r\nSec-WebSocket-Version: ${EVIL}\r\n\r\n`,
    );
    expect([har.status, head.status]).toEqual([0, 1]);
    for (const { stdout } of [har, head]) {
      expect(stdout).toContain(SEEN);
      expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
  });

  it.each([
    ['no colours in a pipe', {}, [], false],
    ['FORCE_COLOR', { FORCE_COLOR: '1' }, [], true],
    ['--no-color', { FORCE_COLOR: '1' }, ['--no-color'], false],
  ])('colours: %s', (_name, env, args, hasColours) => {
    expect(run(['--hex', HELLO, ...args], '', env).stdout.includes('\u001b')).toBe(hasColours);
  });

  it('--help, of the command and among the commands', () => {
    const { stdout, status } = run(['--help']);
    expect(status).toBe(0);
    for (const word of ['--stream', 'Examples:', 'Exit status:']) expect(stdout).toContain(word);
    const all = spawnSync(process.execPath, [CLI, '--help'], { encoding: 'utf8' });
    expect(all.stdout).toMatch(/bench.*\n(.*\n)*.*inspect/);
  });

  it.each([
    ['in the middle of a capture', [hex('d4 c3 b2 a1 02 00 04 00')], /not a valid capture/],
    ['in the middle of a HAR', ['{"log": {"entries": ['], /is not valid JSON/],
    ['at once', [], /standard input: is empty/],
  ])('standard input closed %s: one line, and status 2', async (_name, parts, line) => {
    const child = spawn(process.execPath, [CLI, 'inspect'], { cwd: folder });
    let complaints = '';
    child.stderr.on('data', (chunk) => {
      complaints += chunk;
    });
    for (const part of parts) child.stdin.write(part);
    child.stdin.end();
    const [status] = await once(child, 'close');
    expect(status).toBe(2);
    expect(complaints).toMatch(line);
    expect(complaints.trim().split('\n')).toHaveLength(1);
  });

  it('exits without an error when the reader closes the pipe', async () => {
    const many = joinBytes(...Array(900).fill(frame({ opcode: 1, payload: utf8('hello') })));
    const child = spawn(process.execPath, [CLI, 'inspect', file('many.bin', many)], {
      cwd: folder,
    });
    child.stdout.destroy();
    let complaints = '';
    child.stderr.on('data', (chunk) => {
      complaints += chunk;
    });
    await once(child, 'close');
    expect(complaints).toBe('');
  });
});

describe('a HAR file', () => {
  const message = (type: string, opcode: number, data: string, time: number) => ({
    type,
    opcode,
    data,
    time,
  });
  const har = {
    log: {
      entries: [
        { request: { url: 'https://example.com/' } },
        {
          request: { url: 'wss://example.com/socket' },
          response: { status: 101, statusText: 'Switching Protocols' },
          _webSocketMessages: [
            message('send', 1, '{"안녕":1}', 1000.5),
            message('receive', 2, 'AAEC/w==', 1001),
            message('receive', 2, '!!', 1002),
            { type: 'receive', opcode: 1, time: 1003 },
            null,
          ],
        },
        { _webSocketMessages: [message('send', 1, 'second', 5)] },
      ],
    },
  };

  it('shows messages with sender and time', () => {
    const { stdout, status } = run([file('a.har', JSON.stringify(har))]);
    expect(status).toBe(0);
    expect(stdout).toContain('2 WebSocket connections');
    expect(stdout).toContain('stream 0: wss://example.com/socket  101 Switching Protocols');
    expect(stdout).toMatch(
      /0\.000000 s {2}client -> {2}message 0 {2}text, 12 bytes\n {4}\{\n {6}"안녕": 1/,
    );
    expect(stdout).toMatch(
      /0\.500000 s {2}<- server {2}message 1 {2}binary, 4 bytes\n {4}00 01 02 ff/,
    );
    expect(stdout).toContain('not valid base64');
    expect(stdout).toContain('it has no data');
  });

  it.each([
    ['an object that is not text', { toString: 1, valueOf: 2 }],
    ['lists in lists', JSON.parse('['.repeat(20_000) + ']'.repeat(20_000))],
    ['null', null],
    ['a number', 1e308],
    ['a flag', true],
  ])('fields that are %s are read as missing', (_name, value) => {
    const fields = { type: value, opcode: value, data: value, time: value };
    const entries = [
      {
        request: { url: value },
        response: { status: value, statusText: value },
        _webSocketMessages: [fields],
      },
      { request: value, response: value, _webSocketMessages: [value, fields, 'x', []] },
      { _webSocketMessages: value },
      value,
    ];
    const { stdout, stderr, status } = run([], toJson({ log: { entries } }));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('stream 0:');
    expect(stdout).toContain('it has no data');
    expect(run(['--json'], toJson({ log: { entries } })).status).toBe(0);
  });

  /** JSON.stringify that does not recurse: of lists in lists alone. */
  function toJson(value: unknown): string {
    const deep = '['.repeat(20_000) + ']'.repeat(20_000);
    return JSON.stringify(value, (_key, one) => (isDeep(one) ? 'DEEP' : one)).replaceAll(
      '"DEEP"',
      deep,
    );
  }
  const isDeep = (value: unknown): boolean =>
    Array.isArray(value) && value.length === 1 && Array.isArray(value[0]) && value[0].length === 1;

  it('--stream and --json', () => {
    const { stdout } = run(['--stream', '1', '--json'], JSON.stringify(har));
    const { connections } = JSON.parse(stdout);
    expect(connections).toMatchObject([{ stream: 1, messages: [{ message: { text: 'second' } }] }]);
    const { status, stderr } = run(['--stream', '2'], JSON.stringify(har));
    expect([status, stderr]).toEqual([
      2,
      'standard input: no connection 2: --stream must be from 0 to 1\n',
    ]);
  });
});
