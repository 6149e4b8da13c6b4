// A Redis client with three atomic scripts for rooms. The keys of a room contain its name in braces, which keeps them in
// one slot of a Redis Cluster.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createClient, defineScript } from 'redis';
import { KEEP, REMEMBER_MS } from '../chat/memory-bus.js';

export const channelOf = (room) => `chat:{${room}}`;
const keyOf = (room, what) => `chat:{${room}}:${what}`;

/** Defines a script. `argumentsOf` maps the method's arguments to `[keys, arguments]`. */
function script(file, count, argumentsOf) {
  return defineScript({
    SCRIPT: readFileSync(new URL(file, import.meta.url), 'utf8'),
    NUMBER_OF_KEYS: count,
    parseCommand(parser, ...given) {
      const [keys, rest] = argumentsOf(...given);
      parser.pushKeys(keys);
      parser.push(...rest.map(String));
    },
    transformReply: undefined,
  });
}

const scripts = {
  /** Resolves to the message's number. */
  say: script('publish.lua', 3, (room, message) => [
    [keyOf(room, 'state'), keyOf(room, 'log'), keyOf(room, `id:${message.id}`)],
    [randomUUID(), JSON.stringify(message), KEEP, REMEMBER_MS / 1000, channelOf(room)],
  ]),
  /** Resolves to `[epoch, from, messages]`, the first of which is number `from + 1`. */
  openRoom: script('open.lua', 2, (room, { epoch, seq }) => [
    [keyOf(room, 'state'), keyOf(room, 'log')],
    [randomUUID(), epoch ?? '', seq, KEEP],
  ]),
  /** Resolves to the presence of each process. */
  present: script('present.lua', 1, (room, owner, group, { holdsMs, isNews }) => [
    [keyOf(room, 'here')],
    [
      ...[owner, group.count > 0 ? JSON.stringify(group) : '', holdsMs],
      ...[channelOf(room), isNews ? 1 : 0],
    ],
  ]),
};

/** Commands fail immediately while disconnected. The client reconnects automatically. */
export function redisRooms(url) {
  return createClient({
    url,
    scripts,
    disableOfflineQueue: true,
    socket: { connectTimeout: 2000, reconnectStrategy: 200 },
  });
}
