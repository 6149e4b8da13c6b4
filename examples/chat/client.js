// The chat client, for pages and Node: reconnects automatically, resumes in every room, and resends unacknowledged
// messages. It does not depend on a page.

import { describeClose } from './close-reasons.js';
import { Outbox } from './outbox.js';

/** Close codes after which reconnecting would only repeat the error. */
const FINAL = new Set([1000, 1003, 1008]);
const TOO_BIG = 1009;
/** Milliseconds between two checks whether all rooms are joined. */
const ENTERING_MS = 250;

export class ChatClient {
  #options;
  #handlers;
  #outbox = new Outbox((n) => this.#handlers.lost?.(n));
  #rooms = new Map();
  /** Rooms whose join was refused by the rate limit. They are joined one at a time. */
  #delayed = new Set();
  #delayedJoin = null;
  /** Milliseconds between two delayed joins, set by the server. */
  #pace = 0;
  #author = null;
  #socket = null;
  #tries = 0;
  #retry = null;
  #beat = null;
  #isAlive = true;
  /** Why the connection was lost, not why the last retry failed. */
  #why = null;

  /**
   * `handlers`, all optional: `status({ status, why, inMs })`; `welcome`, `state`, `message`, `presence` and
   * `typing` with the server's event; `forgotten(room)` if the server lost its history; `missed(room, count)`;
   * `kept(n)`, `held(n)`, `refused(n, why, willRetry)` and `lost(n)` for the user's own messages.
   */
  constructor(options, handlers) {
    this.#options = {
      WebSocket: globalThis.WebSocket,
      key: randomKey(),
      beat: 15_000,
      firstRetry: 250,
      longestRetry: 10_000,
      ...options,
    };
    this.#handlers = handlers;
  }

  /** Connects immediately. */
  open() {
    clearTimeout(this.#retry);
    if (this.#socket !== null) return;
    const { WebSocket, url, beat } = this.#options;
    const socket = new WebSocket(url, ['chat.v2']);
    this.#socket = socket;
    this.#status('connecting');
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }) => this.#closed(code, describeClose(code, reason));
    this.#isAlive = true;
    this.#beat = setInterval(() => this.#sendBeat(), beat);
  }

  /** Closes the connection and does not reconnect. */
  close() {
    clearTimeout(this.#retry);
    this.#drop(1000, 'The user left.');
    this.#status('closed', 'You left the chat.');
  }

  join(room) {
    if (this.#rooms.has(room)) return;
    this.#rooms.set(room, { epoch: null, last: 0, isBehind: true });
    this.#join(room);
  }

  leave(room) {
    if (this.#rooms.delete(room)) this.#send({ type: 'leave', room });
    this.#stopDelaying(room);
  }

  /** Sends a message. Returns its number, which the handlers get. */
  say(room, text) {
    return this.#outbox.add(room, text);
  }

  typing(room) {
    if (!this.#delayed.has(room)) this.#send({ type: 'typing', room });
  }

  rename(name) {
    this.#options.name = name;
    this.#hello();
  }

  #opened() {
    this.#hello();
    for (const room of this.#rooms.keys()) this.#join(room);
  }

  #hello() {
    const { name, key } = this.#options;
    this.#send({ type: 'hello', name, key });
  }

  #join(room) {
    const here = this.#rooms.get(room);
    const { epoch, last } = here;
    here.isBehind = true;
    this.#send({ type: 'join', room, ...(epoch === null ? {} : { epoch, after: last }) });
  }

  /** Retries a join that the rate limit refused. */
  #joinLater(room, inMs) {
    this.#delayed.add(room);
    this.#pace = inMs;
    this.#joinNext();
  }

  #joinNext() {
    clearTimeout(this.#delayedJoin);
    const [room] = this.#delayed;
    if (room !== undefined) this.#delayedJoin = setTimeout(() => this.#join(room), this.#pace);
  }

  /** Called when the room is joined, refused for good, or left. */
  #stopDelaying(room) {
    if (this.#delayed.delete(room)) this.#joinNext();
  }

  /**
   * Messages wait until all rooms are joined: both at once would exceed the rate limit again. A message that is
   * too long is refused here, because the server would close the connection each time it is sent.
   */
  #sendMessage(message, most) {
    const { n, text } = message;
    if (this.#delayed.size > 0) return this.#outbox.retry(n, ENTERING_MS);
    if (text.length <= most) return this.#send(message);
    const why = `The message has ${text.length} characters; the maximum is ${most}.`;
    queueMicrotask(() => this.#events.refused({ n, why }));
  }

  #send(command) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(command));
  }

  /** Sends a heartbeat. Drops the connection if nothing arrived since the last one. */
  #sendBeat() {
    const { beat } = this.#options;
    if (!this.#isAlive) this.#closed(1006, `The server was silent for ${beat / 1000} s.`);
    else {
      this.#isAlive = false;
      this.#send({ type: 'beat' });
    }
  }

  /** Detaches the socket and closes it without waiting: closing a dead connection can take long. */
  #drop(...reason) {
    const socket = this.#socket;
    this.#socket = null;
    clearInterval(this.#beat);
    clearTimeout(this.#delayedJoin);
    this.#delayed.clear();
    this.#outbox.close();
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(...reason);
  }

  #closed(code, why) {
    this.#drop();
    this.#why ??= why;
    // If it were sent again, the server would close the next connection too.
    if (code === TOO_BIG) this.#outbox.refuse((n) => this.#handlers.refused?.(n, why, false));
    if (FINAL.has(code)) return this.#status('closed', this.#why);
    const { firstRetry, longestRetry } = this.#options;
    // Random, so that the clients of a failed server do not reconnect all at once.
    const inMs = Math.random() * Math.min(longestRetry, firstRetry * 2 ** this.#tries++);
    this.#retry = setTimeout(() => this.open(), inMs);
    this.#status('waiting', this.#why, inMs);
  }

  #status(status, why = '', inMs = 0) {
    this.#handlers.status?.({ status, why, inMs });
  }

  #receive(event) {
    this.#isAlive = true;
    const handle = this.#events[event.type];
    if (handle) handle(event);
    else this.#handlers[event.type]?.(event);
  }

  /** Events that are handled here. All others go to the handlers. */
  #events = {
    welcome: (event) => {
      this.#author = event.author;
      this.#tries = 0;
      this.#why = null;
      this.#status('open');
      this.#handlers.welcome?.(event);
      this.#handlers.state?.(event);
      this.#outbox.open((message) => this.#sendMessage(message, event.maxText));
    },
    joined: (event) => this.#joined(event),
    reset: ({ room }) => this.#rooms.has(room) && this.#join(room),
    message: (event) => {
      // Until the client has caught up, live messages are also in the awaited reply.
      const isEarly = event.seq !== undefined && this.#rooms.get(event.room)?.isBehind;
      if (!isEarly) this.#message(event.room, event);
    },
    kept: ({ n }) => {
      this.#outbox.remove(n);
      this.#handlers.kept?.(n);
    },
    held: ({ n }) => {
      this.#outbox.hold(n);
      this.#handlers.held?.(n);
    },
    refused: ({ n, room, why, retryIn }) => {
      if (n === undefined) {
        if (retryIn !== undefined && this.#rooms.get(room)?.isBehind)
          this.#joinLater(room, retryIn);
        else {
          this.#stopDelaying(room);
          this.#handlers.refused?.(n, why, false);
        }
      } else {
        if (retryIn === undefined) this.#outbox.remove(n);
        else this.#outbox.retry(n, retryIn);
        this.#handlers.refused?.(n, why, retryIn !== undefined);
      }
    },
    beat: () => {},
  };

  #joined({ room, epoch, entries, held, more }) {
    const here = this.#rooms.get(room);
    if (here === undefined) return;
    if (epoch !== null && here.epoch !== epoch) {
      if (here.epoch !== null) this.#handlers.forgotten?.(room);
      Object.assign(here, { epoch, last: 0 });
    }
    const first = entries[0]?.seq ?? 0;
    if (here.last > 0 && first > here.last + 1) {
      this.#handlers.missed?.(room, first - here.last - 1);
    }
    for (const entry of [...entries, ...held]) this.#message(room, entry);
    here.isBehind = false;
    if (more) this.#join(room);
    else this.#stopDelaying(room);
  }

  /** Delivers each stored message once and in order. Messages without a number are not stored yet. */
  #message(room, entry) {
    const here = this.#rooms.get(room);
    if (here === undefined || entry.seq <= here.last) return;
    if (entry.seq !== undefined) here.last = entry.seq;
    const [author, n] = entry.id.split('.');
    const isMine = author === this.#author;
    this.#handlers.message?.({ ...entry, room, author, isMine, n: isMine ? Number(n) : null });
  }
}

/** crypto.randomUUID is not available on http pages. */
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
