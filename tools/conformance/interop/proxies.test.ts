// Our server behind real proxies, which read the opening handshake and pass on the rest.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EchoServer, expectedFullTalk, startEcho, talk } from './endpoints.ts';
import { freePort, runProgram, type Started, startListening } from './processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'wsimd-proxies-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

function nginx(port: number, server: number): Promise<Started> {
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr;
events {}
http {
  access_log off;
  ${TEMPORARY.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${server};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
    }
  }
}
`,
  );
  return startListening('/usr/sbin/nginx', ['-e', 'stderr', '-p', folder, '-c', file], port);
}

function haproxy(port: number, server: number): Promise<Started> {
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout tunnel 60s
listen websocket
  bind 127.0.0.1:${port}
  server echo 127.0.0.1:${server}
`,
  );
  return startListening('/usr/sbin/haproxy', ['-db', '-f', file], port);
}

describe.each([
  ['nginx', nginx],
  ['HAProxy', haproxy],
])('%s', (_, startProxy) => {
  describe.each([true, false])('permessage-deflate: %s', (deflate) => {
    let server: EchoServer;
    let proxy: Started;
    let url = '';
    beforeAll(async () => {
      server = await startEcho(deflate);
      proxy = await startProxy(await freePort(), server.port);
      url = `ws://127.0.0.1:${proxy.port}/`;
    });
    afterAll(() => {
      proxy?.stop();
      server.stop();
    });

    it('our client', async () => {
      expect(await talk(url, deflate)).toEqual(expectedFullTalk(deflate));
    });

    it("Python's websockets", async () => {
      const words = await runProgram(
        'python',
        'websockets_client.py',
        url,
        deflate ? 'deflate' : '',
      );
      expect(words).toEqual(expectedFullTalk(deflate));
    });
  });
});
