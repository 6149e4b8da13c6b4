// What was said in each room, in Redis: numbered, each message once, the last thousand of a room.

const KEPT = 1000;
const PAGE = 100;

const APPEND = `
local had = redis.call('GET', KEYS[3])
if had then return tonumber(had) end
local at = redis.call('INCR', KEYS[1])
redis.call('ZADD', KEYS[2], at, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', at - ${KEPT})
redis.call('SET', KEYS[3], at, 'EX', 3600)
return at`;

export class RoomLog {
  #redis;

  /** A client of the package redis that fails at once while Redis is away: `disableOfflineQueue`. */
  constructor(redis) {
    this.#redis = redis;
  }

  /** Keeps a message and returns its number. One that is sent again, with the same id, keeps its number. */
  async append(room, { id, name, text, picture }) {
    const message = JSON.stringify({ id, name, text, picture: picture?.toString('base64') });
    const keys = [`count:${room}`, `said:${room}`, `id:${room}:${id}`];
    return this.#redis.eval(APPEND, { keys, arguments: [message] });
  }

  /** The messages after a number, at most a page of them. */
  async after(room, at) {
    const options = { BY: 'SCORE', LIMIT: { offset: 0, count: PAGE } };
    const rows = await this.#redis.zRangeWithScores(`said:${room}`, `(${at}`, '+inf', options);
    return rows.map(({ value, score }) => {
      const { picture, ...message } = JSON.parse(value);
      return { ...message, at: score, ...(picture && { picture: Buffer.from(picture, 'base64') }) };
    });
  }
}
