// Pages are served to this machine only.

import { once } from 'node:events';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { servePage } from './pages.js';

async function startPage() {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const server = await servePage({ '/': here, '/settings.json': () => ({ passcode: 'secret' }) });
  onTestFinished(() => server.close());
  const { port } = server.address();
  return async (path, host = `127.0.0.1:${port}`) => {
    const [response] = await once(get({ port, path, headers: { host } }), 'response');
    return [response.statusCode, (await response.setEncoding('utf8').toArray()).join('')];
  };
}

it('serves its files, and 404 for paths outside the folder', async () => {
  const ask = await startPage();
  expect(await ask('/settings.json')).toEqual([200, '{"passcode":"secret"}']);
  expect((await ask('/page.css'))[0]).toBe(200);
  for (const path of ['//', '/none', '/../vitest.config.ts', '/%2e%2e/vitest.config.ts'])
    expect((await ask(path))[0], path).toBe(404);
});

it('rejects a request for another host name with 403', async () => {
  const ask = await startPage();
  expect((await ask('/settings.json', 'localhost:1'))[0]).toBe(200);
  const [status, words] = await ask('/settings.json', 'evil.example');
  expect(status).toBe(403);
  expect(words).not.toContain('secret');
});
