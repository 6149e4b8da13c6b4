// Serves the files of a page to this machine, and nothing else.

import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, extname, join } from 'node:path';
import { isForHere, turnAway } from './admission.js';
import { listen } from './settings.js';

const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };
/** What all pages have in common, which every server here has at /base.css. */
export const BASE_CSS = new URL('base.css', import.meta.url);
const STYLES = { '/base.css': BASE_CSS, '/page.css': new URL('page.css', import.meta.url) };

/** The files of a folder, read once: `{ body, type }` by the path each is asked for with. */
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

/** Answers with the page of that path; where there is none, says in `elsewhere` what there is. */
export function sendPage(pages, path, response, elsewhere) {
  const page = pages.get(path);
  response.statusCode = page ? 200 : 404;
  response.setHeader('content-type', page?.type ?? 'text/plain');
  response.end(page?.body ?? `There is nothing here: ${elsewhere}.\n`);
}

/** What a request asks for, as it is written: `//` is a path, too, but no URL. */
export function pathOf({ url }) {
  return url.split('?')[0];
}

/**
 * Listens on `port` of 127.0.0.1. `routes` maps a path to what is there: below one that ends in '/' the files of
 * a folder, at any other what its function gives, as JSON. The examples' styles are at /base.css and /page.css.
 */
export async function servePage(routes, port = 0) {
  const server = createServer((request, response) => answer(routes, request, response));
  await listen(server, port, 'PORT');
  return server;
}

async function answer(routes, request, response) {
  if (!isForHere(request)) return turnAway(response);
  try {
    const { type, body } = await find(routes, new URL(`http://page${request.url}`).pathname);
    response.writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-store',
    });
    response.end(body);
  } catch {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is nothing here.\n');
  }
}

/** The path has no '..' left in it: URL has resolved them. */
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
