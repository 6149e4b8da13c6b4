// The two subprotocols, preferred first: `chat.v2` is JSON with acknowledgements and resuming, `chat.v1` is lines of
// text for tools such as wscat.

import * as rules from './rules.js';

const { Refusal } = rules;

/** The fields of each command and their validators. Fields with a ? are optional. */
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
    if (fields === null) throw new Refusal('Unknown chat.v2 command.');
    const command = { type: message.type };
    try {
      for (const [field, rule] of Object.entries(fields)) {
        const key = field.replace('?', '');
        if (key === field || message[key] !== undefined) command[key] = rule(message[key]);
      }
    } catch (refusal) {
      // Lets the sender match the refusal to its message.
      if (Number.isSafeInteger(message.n)) refusal.n = message.n;
      throw refusal;
    }
    return command;
  },

  write: JSON.stringify,
};

/** Strings only: an object with a bad toString would make the lookup throw. */
function fieldsOf(type) {
  return typeof type === 'string' && Object.hasOwn(COMMANDS, type) ? COMMANDS[type] : null;
}

function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    throw new Refusal('Invalid JSON: chat.v2 messages are JSON.');
  }
}

/** How v1 prints each event. Events not listed are not shown. */
const LINES = {
  welcome: ({ outage }) => (outage === null ? undefined : `* ${outage}`),
  // Continuation lines are indented: otherwise they could pass for another user's.
  message: ({ room, name, text, seq }) =>
    `[${room}] ${name}: ${text.replaceAll(/[\n\u2028\u2029]/g, '\n  ')}${seq === undefined ? ' (not saved yet)' : ''}`,
  joined: ({ room, entries }) =>
    [...entries.map((entry) => LINES.message({ room, ...entry })), `* You are in ${room}.`].join(
      '\n',
    ),
  refused: ({ why }) => `! ${why}`,
  state: ({ outage }) => `* ${outage ?? 'Back to normal.'}`,
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

/** In the server's order of preference. */
export const PROTOCOLS = new Map([v2, v1].map((protocol) => [protocol.name, protocol]));
