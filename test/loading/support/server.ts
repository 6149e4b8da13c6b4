// A folder served as a real site would, with the headers a test asks for.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

/** No inline scripts, no eval, and no WebAssembly: for that it would have to say 'wasm-unsafe-eval'. */
export const STRICT_CSP =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'";
/** What a browser itself says of a violation. */
export const CSP_REPORT = /Content[ -]Security[ -]Policy/i;

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

export interface Site {
  url: string;
  close(): Promise<void>;
}

interface SiteOptions {
  csp?: string;
  /** What is said of WebAssembly files; null: that there are none. */
  wasmType?: string | null;
}

export async function serve(folder: string, options: SiteOptions = {}): Promise<Site> {
  const { csp, wasmType = TYPES['.wasm'] } = options;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/favicon.ico') return response.writeHead(204).end();
    const path = join(
      folder,
      normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname),
    );
    const extension = extname(path);
    const isHidden = extension === '.wasm' && wasmType === null;
    if (isHidden || !existsSync(path) || !statSync(path).isFile()) {
      return response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
    }
    const type = extension === '.wasm' ? String(wasmType) : TYPES[extension];
    response.setHeader('content-type', type ?? 'application/octet-stream');
    if (csp !== undefined) response.setHeader('content-security-policy', csp);
    return response.end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}
