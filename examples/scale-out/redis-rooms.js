// A connection to Redis that knows what can be done to a room there: three scripts, each all or nothing. The keys
// of a room have its name in braces: in a cluster they are together.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createClient, defineScript } from 'redis';
import { KEEP, REMEMBER_MS } from '../chat/memory-bus.js';

export const channelOf = (room) => `chat:{${room}}`;
const keyOf = (room, what) => `chat:{${room}}:${what}`;

/** A script and how its arguments are made of the method's: `[keys, arguments]`. */
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
  /** Resolves to what each process says of itself. */
  present: script('present.lua', 1, (room, owner, group, { holdsMs, isNews }) => [
    [keyOf(room, 'here')],
    [
      ...[owner, group.count > 0 ? JSON.stringify(group) : '', holdsMs],
      ...[channelOf(room), isNews ? 1 : 0],
    ],
  ]),
};

/** Commands fail at once while there is no connection; it comes back by itself. */
export function redisRooms(url) {
  return createClient({
    url,
    scripts,
    disableOfflineQueue: true,
    socket: { connectTimeout: 2000, reconnectStrategy: 200 },
  });
}
