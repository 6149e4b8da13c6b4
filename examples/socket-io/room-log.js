// The message log of each room, in Redis: numbered, without duplicates, the last thousand messages.

const KEPT = 1000;
/** Limits of a page. Bytes too: a hundred pictures could be a hundred MiB. A page has at least one message. */
const PAGE = 100;
const PAGE_BYTES = 1 << 20;

const APPEND = `
local had = redis.call('GET', KEYS[3])
if had then return tonumber(had) end
local at = redis.call('INCR', KEYS[1])
redis.call('ZADD', KEYS[2], at, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', at - ${KEPT})
redis.call('SET', KEYS[3], at, 'EX', 3600)
return at`;

const AFTER = `
local rows = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ${PAGE})
local page = {}
local bytes = 0
for i = 1, #rows, 2 do
  bytes = bytes + #rows[i]
  if i > 1 and bytes > ${PAGE_BYTES} then break end
  page[#page + 1] = { rows[i], rows[i + 1] }
end
return page`;

export class RoomLog {
  #redis;

  /** `redis`: a client with `disableOfflineQueue`, which fails immediately while Redis is away. */
  constructor(redis) {
    this.#redis = redis;
  }

  /** Stores a message and returns its number. A duplicate id returns the original number. */
  async append(room, { id, name, text, picture }) {
    const message = JSON.stringify({ id, name, text, picture: picture?.toString('base64') });
    const keys = [`count:${room}`, `messages:${room}`, `id:${room}:${id}`];
    return this.#redis.eval(APPEND, { keys, arguments: [message] });
  }

  /** Returns at most one page of messages after number `at`. */
  async after(room, at) {
    const rows = await this.#redis.eval(AFTER, {
      keys: [`messages:${room}`],
      arguments: [`${at}`],
    });
    return rows.map(([value, score]) => {
      const { picture, ...message } = JSON.parse(value);
      return {
        ...message,
        at: Number(score),
        ...(picture && { picture: Buffer.from(picture, 'base64') }),
      };
    });
  }
}
