// Serves the page: a fixed list of files, nothing else from the disk.

import { readFileSync } from 'node:fs';
import { BASE_CSS } from '../support/pages.js';

const TYPES = {
  html: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  json: 'application/json',
};

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
};

/** Maps each path to its file's URL. */
export const PAGE = {
  '/': new URL('page/index.html', import.meta.url),
  '/base.css': BASE_CSS,
  '/page.css': new URL('page/page.css', import.meta.url),
  '/page.js': new URL('page/page.js', import.meta.url),
  '/view.js': new URL('page/view.js', import.meta.url),
  '/client.js': new URL('client.js', import.meta.url),
  '/outbox.js': new URL('outbox.js', import.meta.url),
  '/close-reasons.js': new URL('close-reasons.js', import.meta.url),
};

export function serve(files, request, response) {
  const file = new Map(Object.entries(files)).get(request.url.split('?')[0]);
  if (file === undefined || !['GET', 'HEAD'].includes(request.method)) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found.\n');
    return;
  }
  const type = TYPES[file.pathname.split('.').at(-1)];
  response.writeHead(200, { ...HEADERS, 'Content-Type': `${type}; charset=utf-8` });
  response.end(readFileSync(file));
}
