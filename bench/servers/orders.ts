// What a client can order of a server that echoes: "broadcast COUNT BYTES".

export interface Order {
  count: number;
  bytes: number;
}

/** The order a text is; null where it is to be echoed. */
export function orderOf(text: string): Order | null {
  if (text.length > 40 || !text.startsWith('b')) return null;
  const match = /^broadcast (\d+) (\d+)$/.exec(text);
  return match && { count: Number(match[1]), bytes: Number(match[2]) };
}

/** Gives every message of an order to `send`. */
export function createBroadcast({ count, bytes }: Order, send: (payload: Buffer) => void): void {
  for (let i = 0; i < count; i++) send(Buffer.alloc(bytes, 97));
}
