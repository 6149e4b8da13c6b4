// What the runner and the process of a subject tell each other.

/** From a subject that is ready. */
export interface Started {
  /** A server's. */
  readonly port: number;
  readonly backend: 'wasm' | 'js' | undefined;
  readonly version: string;
}

/** To a client: connect and echo. */
export interface Order {
  readonly url: string;
  /** Options of permessage-deflate, in ws's words. */
  readonly deflate: object | false;
}

/** The largest message of a case is 16 MiB. */
export const MAX_PAYLOAD = 64 * 1024 * 1024;

/** Where a testing client asks a server for permessage-deflate with these options. */
export function pathOf(deflate: object | undefined): string {
  return deflate === undefined ? '/' : `/?deflate=${encodeURIComponent(JSON.stringify(deflate))}`;
}

export function deflateOf(path: string): object | undefined {
  const options = new URL(path, 'ws://localhost').searchParams.get('deflate');
  return options === null ? undefined : JSON.parse(options);
}
