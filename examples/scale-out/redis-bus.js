// Connects the rooms of several processes through Redis. A message is appended to the room's stream with the next number
// and published, in one atomic step. A published message may be lost; the stream still has it, and the gap in the
// numbers reveals the loss. While Redis is away, the chat continues within this process and forwards messages later.

import { Refusal } from '../chat/rules.js';
import { safe } from '../support/terminal.js';
import { channelOf, redisRooms } from './redis-rooms.js';

const RETRY_MS = 250;
const WATCH_MS = 1000;
const HANGS_MS = 3000;
/** How long the presence of a dead process stays valid. */
const PRESENCE_HOLDS_MS = 6000;
/** Messages a process holds while Redis is away. */
const MOST_HELD = 10_000;

const AWAY =
  'Other servers are unreachable. Messages are shown on this server and delivered later.';
const FULL =
  'Messages cannot be saved at the moment. They are shown on this server and delivered later.';

export class RedisBus {
  /** See MemoryBus. */
  outage = AWAY;
  onoutage = () => {};
  #url;
  #redis = null;
  #owner;
  #log;
  #rooms = new Map();
  /** Messages not stored yet, in the order sent. */
  #pending = new Map();
  /** Whether the cause of the outage was logged. */
  #isReported = false;
  #timer = null;
  #intervals = [];

  constructor({ url, owner, log = console.error }) {
    this.#url = url;
    this.#owner = owner;
    this.#log = (line) => log(safe(line));
  }

  /** Returns immediately. The chat runs with or without Redis. */
  open() {
    this.#connect();
    this.#retryLater();
    this.#intervals = [
      setInterval(() => this.#renew(), PRESENCE_HOLDS_MS / 3),
      setInterval(() => this.#watch(), WATCH_MS),
    ];
  }

  async follow(room, follower) {
    const followed = new Followed(follower);
    this.#rooms.set(room, followed);
    if (this.outage === null)
      await this.#catchUp(room, followed).catch((e) => this.#reportOutage(e));
  }

  unfollow(room) {
    const { listener } = this.#rooms.get(room);
    this.#rooms.delete(room);
    if (listener !== null) this.#redis.unsubscribe(channelOf(room), listener).catch(() => {});
  }

  publish(room, message, held) {
    const same = this.#pending.get(message.id);
    if (same === undefined && this.#pending.size >= MOST_HELD) {
      throw new Refusal('Too many messages are waiting to be saved. Yours will be retried.', 2000);
    }
    const pending = same ?? this.#take(room, message);
    pending.held = held;
    if (this.outage !== null) this.#show(pending);
    else if (same === undefined) this.#keep(pending).catch((error) => this.#reportOutage(error));
    return pending.stored;
  }

  broadcast(room, event) {
    if (this.outage !== null) this.#rooms.get(room).follower.receive(event);
    else this.#redis.publish(channelOf(room), `E ${JSON.stringify(event)}`).catch(() => {});
  }

  async present(room, group, isNews = true) {
    const followed = this.#rooms.get(room);
    if (followed === undefined) return;
    followed.group = group;
    let groups = [group];
    try {
      const options = { holdsMs: PRESENCE_HOLDS_MS, isNews };
      const replies = await this.#redis.present(room, this.#owner, group, options);
      groups = replies.map((payload) => JSON.parse(payload));
    } catch (error) {
      this.#reportOutage(error);
    }
    if (this.#rooms.get(room) === followed) followed.follower.setPresence(groups);
  }

  async close() {
    clearTimeout(this.#timer);
    for (const interval of this.#intervals) clearInterval(interval);
    this.#timer = null;
    this.#redis.destroy();
  }

  #connect() {
    for (const followed of this.#rooms.values()) followed.listener = null;
    this.#redis = redisRooms(this.#url);
    this.#redis.on('error', (error) => this.#reportOutage(error));
    this.#redis.connect().catch((error) => this.#reportOutage(error));
  }

  /** Reconnects if Redis hangs: its connection stays open but does not answer. */
  async #watch() {
    const redis = this.#redis;
    const hanging = setTimeout(() => {
      redis.destroy();
      this.#connect();
      this.#reportOutage(new Error(`no answer for ${HANGS_MS} ms`));
    }, HANGS_MS);
    await redis.ping().catch(() => {});
    clearTimeout(hanging);
  }

  #take(room, message) {
    const pending = { room, message, isShown: false };
    pending.stored = new Promise((resolve) => {
      pending.resolve = resolve;
    });
    this.#pending.set(message.id, pending);
    return pending;
  }

  async #keep({ room, message, resolve }) {
    const seq = await this.#redis.say(room, message);
    this.#pending.delete(message.id);
    resolve(seq);
  }

  /** Shows a pending message to users of this process, and tells its sender that it is held. */
  #show(pending) {
    pending.held();
    if (pending.isShown) return;
    pending.isShown = true;
    this.#rooms.get(pending.room)?.follower.hold(pending.message);
  }

  #reportOutage(error) {
    const outage = /^(OOM|MISCONF|READONLY|NOREPLICAS)/.test(error.message) ? FULL : AWAY;
    if (this.outage !== outage || !this.#isReported) {
      this.#isReported = true;
      this.outage = outage;
      this.#log(`Redis: ${error.message || error.code}`);
      this.onoutage();
    }
    for (const pending of this.#pending.values()) if (!pending.isShown) this.#show(pending);
    this.#retryLater();
  }

  #retryLater() {
    this.#timer ??= setTimeout(() => this.#recover(), RETRY_MS);
  }

  /** Catches up on every room, then stores the pending messages. */
  async #recover() {
    try {
      await this.#redis.ping();
      for (const [room, followed] of this.#rooms) await this.#catchUp(room, followed);
      for (const pending of this.#pending.values()) await this.#keep(pending);
      this.outage = null;
      this.#isReported = false;
      this.#timer = null;
      this.#log('Redis: connected');
      this.onoutage();
      this.#renew();
    } catch (error) {
      if (this.#timer === null) return;
      this.#timer = null;
      this.#reportOutage(error);
    }
  }

  #renew() {
    if (this.outage !== null) return;
    for (const [room, { group }] of this.#rooms)
      if (group !== null) this.present(room, group, false);
  }

  async #catchUp(room, followed) {
    if (followed.listener === null) {
      followed.listener = (payload) => this.#handle(room, followed, payload);
      await this.#redis.subscribe(channelOf(room), followed.listener).catch((error) => {
        followed.listener = null;
        throw error;
      });
    }
    const [epoch, from, messages] = await this.#redis.openRoom(room, followed);
    followed.update(epoch, from, messages);
  }

  /** Handles a published message (M), an event that is not stored (E), or a presence change (P). */
  #handle(room, followed, payload) {
    const [kind] = payload;
    if (kind === 'E') followed.follower.receive(JSON.parse(payload.slice(2)));
    else if (kind === 'P') this.#refreshPresence(room, followed, payload.slice(2));
    else {
      const [, epoch, seq, message] = /^M (\S+) (\d+) (.*)$/s.exec(payload);
      if (followed.append(epoch, Number(seq), message)) return;
      this.#catchUp(room, followed).catch((error) => this.#reportOutage(error));
    }
  }

  #refreshPresence(room, { group }, owner) {
    if (owner !== this.#owner && group !== null) this.present(room, group, false);
  }
}

/** One room, and the last message number known here. */
class Followed {
  epoch = null;
  seq = 0;
  group = null;
  listener = null;
  follower;

  constructor(follower) {
    this.follower = follower;
  }

  /** Delivers the next message. Returns false if there is a gap. */
  append(epoch, seq, text) {
    if (epoch !== this.epoch || seq > this.seq + 1) return false;
    if (seq === this.seq + 1) {
      this.seq = seq;
      this.follower.append({ ...JSON.parse(text), seq });
    }
    return true;
  }

  /** Takes messages from number `from + 1`. Those already known are skipped. */
  update(epoch, from, messages) {
    if (epoch === this.epoch && from <= this.seq) {
      for (const [i, text] of messages.entries()) this.append(epoch, from + 1 + i, text);
      return;
    }
    this.epoch = epoch;
    this.seq = from + messages.length;
    const entries = messages.map((text, i) => ({ ...JSON.parse(text), seq: from + 1 + i }));
    this.follower.reset(epoch, entries);
  }
}
