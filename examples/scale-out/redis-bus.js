// The rooms of several processes, through Redis: a message is kept in a stream, with the next number of its room,
// and published in the same step. What is published may be lost on its way; what is in the stream is not, and a
// number that is missing tells. While Redis is away everything goes on in this process and is passed on later.

import { Refusal } from '../chat/rules.js';
import { safe } from '../support/terminal.js';
import { channelOf, redisRooms } from './redis-rooms.js';

const RETRY_MS = 250;
const WATCH_MS = 1000;
const HANGS_MS = 3000;
/** How long a process that is gone is still believed to have people. */
const PRESENCE_HOLDS_MS = 6000;
/** Messages one process holds while Redis is away. */
const MOST_HELD = 10_000;

const AWAY = 'Other servers cannot be reached: what is said is shown here, and passed on later.';
const FULL = 'Messages cannot be kept just now: what is said is shown here, and passed on later.';

export class RedisBus {
  /** As in the chat's own bus. */
  alone = AWAY;
  onalone = () => {};
  #url;
  #redis = null;
  #owner;
  #log;
  #rooms = new Map();
  /** Not yet kept, in the order in which they were said. */
  #unkept = new Map();
  /** Whether why it is cut off is in the log. */
  #isReported = false;
  #timer = null;
  #intervals = [];

  constructor({ url, owner, log = console.error }) {
    this.#url = url;
    this.#owner = owner;
    this.#log = (line) => log(safe(line));
  }

  /** Returns at once; the chat goes on whether Redis is there or not. */
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
    if (this.alone === null) await this.#catchUp(room, followed).catch((e) => this.#cutOff(e));
  }

  unfollow(room) {
    const { listener } = this.#rooms.get(room);
    this.#rooms.delete(room);
    if (listener !== null) this.#redis.unsubscribe(channelOf(room), listener).catch(() => {});
  }

  publish(room, message, held) {
    const same = this.#unkept.get(message.id);
    if (same === undefined && this.#unkept.size >= MOST_HELD) {
      throw new Refusal('The server holds more than it can pass on: it tries again.', 2000);
    }
    const unkept = same ?? this.#take(room, message);
    unkept.held = held;
    if (this.alone !== null) this.#show(unkept);
    else if (same === undefined) this.#keep(unkept).catch((error) => this.#cutOff(error));
    return unkept.kept;
  }

  tell(room, event) {
    if (this.alone !== null) this.#rooms.get(room).follower.hear(event);
    else this.#redis.publish(channelOf(room), `E ${JSON.stringify(event)}`).catch(() => {});
  }

  async present(room, group, isNews = true) {
    const followed = this.#rooms.get(room);
    if (followed === undefined) return;
    followed.group = group;
    let groups = [group];
    try {
      const options = { holdsMs: PRESENCE_HOLDS_MS, isNews };
      const said = await this.#redis.present(room, this.#owner, group, options);
      groups = said.map((words) => JSON.parse(words));
    } catch (error) {
      this.#cutOff(error);
    }
    if (this.#rooms.get(room) === followed) followed.follower.populate(groups);
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
    this.#redis.on('error', (error) => this.#cutOff(error));
    this.#redis.connect().catch((error) => this.#cutOff(error));
  }

  /** A Redis that hangs is as good as none, but its connection looks well: then a new one is made. */
  async #watch() {
    const redis = this.#redis;
    const hanging = setTimeout(() => {
      redis.destroy();
      this.#connect();
      this.#cutOff(new Error(`no answer for ${HANGS_MS} ms`));
    }, HANGS_MS);
    await redis.ping().catch(() => {});
    clearTimeout(hanging);
  }

  #take(room, message) {
    const unkept = { room, message, isShown: false };
    unkept.kept = new Promise((resolve) => {
      unkept.resolve = resolve;
    });
    this.#unkept.set(message.id, unkept);
    return unkept;
  }

  async #keep({ room, message, resolve }) {
    const seq = await this.#redis.say(room, message);
    this.#unkept.delete(message.id);
    resolve(seq);
  }

  /** Shows those of this process what others will see later, and tells who said it. */
  #show(unkept) {
    unkept.held();
    if (unkept.isShown) return;
    unkept.isShown = true;
    this.#rooms.get(unkept.room)?.follower.hold(unkept.message);
  }

  #cutOff(error) {
    const words = /^(OOM|MISCONF|READONLY|NOREPLICAS)/.test(error.message) ? FULL : AWAY;
    if (this.alone !== words || !this.#isReported) {
      this.#isReported = true;
      this.alone = words;
      this.#log(`Redis: ${error.message || error.code}`);
      this.onalone();
    }
    for (const unkept of this.#unkept.values()) if (!unkept.isShown) this.#show(unkept);
    this.#retryLater();
  }

  #retryLater() {
    this.#timer ??= setTimeout(() => this.#recover(), RETRY_MS);
  }

  /** Learns what others have said meanwhile, then passes on what was said here. */
  async #recover() {
    try {
      await this.#redis.ping();
      for (const [room, followed] of this.#rooms) await this.#catchUp(room, followed);
      for (const unkept of this.#unkept.values()) await this.#keep(unkept);
      this.alone = null;
      this.#isReported = false;
      this.#timer = null;
      this.#log('Redis: connected');
      this.onalone();
      this.#renew();
    } catch (error) {
      if (this.#timer === null) return;
      this.#timer = null;
      this.#cutOff(error);
    }
  }

  #renew() {
    if (this.alone !== null) return;
    for (const [room, { group }] of this.#rooms)
      if (group !== null) this.present(room, group, false);
  }

  async #catchUp(room, followed) {
    if (followed.listener === null) {
      followed.listener = (words) => this.#hear(room, followed, words);
      await this.#redis.subscribe(channelOf(room), followed.listener).catch((error) => {
        followed.listener = null;
        throw error;
      });
    }
    const [epoch, from, messages] = await this.#redis.openRoom(room, followed);
    followed.learn(epoch, from, messages);
  }

  /** What Redis passes on: a message, an event that is not kept, or that somebody came or went. */
  #hear(room, followed, words) {
    const [kind] = words;
    if (kind === 'E') followed.follower.hear(JSON.parse(words.slice(2)));
    else if (kind === 'P') this.#lookAgain(room, followed, words.slice(2));
    else {
      const [, epoch, seq, message] = /^M (\S+) (\d+) (.*)$/s.exec(words);
      if (followed.append(epoch, Number(seq), message)) return;
      this.#catchUp(room, followed).catch((error) => this.#cutOff(error));
    }
  }

  #lookAgain(room, { group }, owner) {
    if (owner !== this.#owner && group !== null) this.present(room, group, false);
  }
}

/** One room, and how far its log is known here. */
class Followed {
  epoch = null;
  seq = 0;
  group = null;
  listener = null;
  follower;

  constructor(follower) {
    this.follower = follower;
  }

  /** Passes the next message on; false where it is not the next one. */
  append(epoch, seq, text) {
    if (epoch !== this.epoch || seq > this.seq + 1) return false;
    if (seq === this.seq + 1) {
      this.seq = seq;
      this.follower.append({ ...JSON.parse(text), seq });
    }
    return true;
  }

  /** Messages from `from + 1` on, whatever of them is known. */
  learn(epoch, from, messages) {
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
