// An nginx with default settings, which does not forward WebSocket upgrades.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, start } from './programs.js';

const FOLDERS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** Starts nginx in front of `target`. */
export async function startProxyWithoutUpgrade(target) {
  const folder = mkdtempSync(join(tmpdir(), 'wsimd-nginx-'));
  const port = await freePort();
  const config = `
    daemon off; pid ${folder}/nginx.pid; error_log stderr notice;
    events {}
    http {
      access_log off; client_max_body_size 4m; client_body_buffer_size 4m; proxy_max_temp_file_size 0;
      ${FOLDERS.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
      server { listen 127.0.0.1:${port}; location / { proxy_pass ${target}; } }
    }`;
  writeFileSync(join(folder, 'nginx.conf'), config);
  const args = ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
  const program = await start('/usr/sbin/nginx', args, { ready: /start worker process/ });
  return {
    address: `http://127.0.0.1:${port}/`,
    async stop() {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
