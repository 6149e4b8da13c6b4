// Serves a page's files to this machine only.

import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, extname, join } from 'node:path';
import { hasAllowedHost, rejectRequest } from './admission.js';
import { listen } from './settings.js';

const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };
/** Styles common to all pages. Every server serves them at /base.css. */
export const BASE_CSS = new URL('base.css', import.meta.url);
const STYLES = { '/base.css': BASE_CSS, '/page.css': new URL('page.css', import.meta.url) };

/** Reads a folder's files once. Maps each request path to `{ body, type }`. */
export function readPages(folder) {
  const files = readdirSync(folder).map((name) => new URL(name, folder));
  return new Map(
    [BASE_CSS, ...files].map((file) => {
      const name = basename(file.pathname);
      const type = `${TYPES[extname(name)]}; charset=utf-8`;
      return [name === 'index.html' ? '/' : `/${name}`, { body: readFileSync(file), type }];
    }),
  );
}

/** Sends the page at that path, or 404 with the hint `elsewhere`. */
export function sendPage(pages, path, response, elsewhere) {
  const page = pages.get(path);
  response.statusCode = page ? 200 : 404;
  response.setHeader('content-type', page?.type ?? 'text/plain');
  response.end(page?.body ?? `Not found: ${elsewhere}.\n`);
}

/** The request's path, unparsed: `//` is a path but not a valid URL. */
export function pathOf({ url }) {
  return url.split('?')[0];
}

/**
 * Serves `routes` on `port` of 127.0.0.1. A route that ends in '/' serves a folder's files; any other serves its
 * function's result as JSON. The examples' styles are at /base.css and /page.css.
 */
export async function servePage(routes, port = 0) {
  const server = createServer((request, response) => answer(routes, request, response));
  await listen(server, port, 'PORT');
  return server;
}

async function answer(routes, request, response) {
  if (!hasAllowedHost(request)) return rejectRequest(response);
  try {
    const { type, body } = await find(routes, new URL(`http://page${request.url}`).pathname);
    response.writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-store',
    });
    response.end(body);
  } catch {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found.\n');
  }
}

/** The path contains no '..': URL has resolved them. */
async function find(routes, path) {
  if (path in STYLES) return { type: TYPES['.css'], body: await readFile(STYLES[path]) };
  if (path !== '/' && routes[path]) {
    return { type: 'application/json', body: JSON.stringify(routes[path]()) };
  }
  const folders = Object.keys(routes).filter((route) => route.endsWith('/'));
  const folder = folders
    .filter((route) => path.startsWith(route))
    .sort((a, b) => b.length - a.length)[0];
  const name = path.slice(folder.length) || 'index.html';
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
  return { type, body: await readFile(join(routes[folder], name)) };
}
