// The two ways to speak with this chat, best first: `chat.v2` is JSON, with acknowledgements and resuming;
// `chat.v1` is lines of text, for wscat and the like.

import * as rules from './rules.js';

const { Refusal } = rules;

/** Of each command its fields, with their rules; those with a ? may be missing. */
const COMMANDS = {
  hello: { name: rules.name, key: rules.key },
  join: { room: rules.room, 'after?': rules.count, 'epoch?': rules.string },
  leave: { room: rules.room },
  say: { room: rules.room, n: rules.count, text: rules.string },
  typing: { room: rules.room },
  beat: {},
};

const v2 = {
  name: 'chat.v2',

  read(data) {
    const message = parse(data);
    const fields = fieldsOf(message?.type);
    if (fields === null) throw new Refusal('There is no such command in chat.v2.');
    const command = { type: message.type };
    try {
      for (const [field, rule] of Object.entries(fields)) {
        const key = field.replace('?', '');
        if (key === field || message[key] !== undefined) command[key] = rule(message[key]);
      }
    } catch (refusal) {
      // Whoever waits for what becomes of number `n` is told that it was this one.
      if (Number.isSafeInteger(message.n)) refusal.n = message.n;
      throw refusal;
    }
    return command;
  },

  write: JSON.stringify,
};

/** An object can make a name that is looked up throw: only text is one. */
function fieldsOf(type) {
  return typeof type === 'string' && Object.hasOwn(COMMANDS, type) ? COMMANDS[type] : null;
}

function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    throw new Refusal('That is not JSON, which chat.v2 is written in.');
  }
}

/** What v1 shows of each event; of those that are missing, nothing. */
const LINES = {
  welcome: ({ alone }) => (alone === null ? undefined : `* ${alone}`),
  // A line of its own begins further in, or it could be taken for somebody else's.
  message: ({ room, name, text, seq }) =>
    `[${room}] ${name}: ${text.replaceAll(/[\n\u2028\u2029]/g, '\n  ')}${seq === undefined ? ' (not kept yet)' : ''}`,
  joined: ({ room, entries }) =>
    [...entries.map((entry) => LINES.message({ room, ...entry })), `* You are in ${room}.`].join(
      '\n',
    ),
  refused: ({ why }) => `! ${why}`,
  state: ({ alone }) => `* ${alone ?? 'All is well again.'}`,
};

const v1 = {
  name: 'chat.v1',

  read(data) {
    const [, verb, rest] = /^\/(\w+) ?(.*)$/s.exec(data) ?? [];
    if (verb === undefined) return { type: 'say', text: data };
    if (verb === 'name') return { type: 'hello', name: rules.name(rest) };
    if (verb === 'join' || verb === 'leave') return { type: verb, room: rules.room(rest) };
    throw new Refusal('The commands are /name NAME, /join ROOM and /leave ROOM.');
  },

  write: (event) => LINES[event.type]?.(event),
};

/** By the server's preference. */
export const PROTOCOLS = new Map([v2, v1].map((protocol) => [protocol.name, protocol]));
