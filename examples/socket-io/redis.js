// Redis connections that reconnect automatically and log the state of Redis.

import { createClient } from 'redis';

/**
 * Opens three connections: `log` fails immediately while Redis is away, so that clients can be told; `publisher` and
 * `subscriber` are for the adapter. `onBack` is called after each (re)connection.
 */
export function connectRedis(url, { log: say, onBack }) {
  let isAway = false;
  const open = (options) => {
    const client = createClient({ url, socket: { reconnectStrategy: 500 }, ...options });
    client.on('error', (error) => {
      if (!isAway)
        say(`No Redis at ${url} (${error.code ?? error.message}); retrying twice per second.`);
      isAway = true;
    });
    client.on('ready', () => {
      if (isAway) say('Connected to Redis.');
      isAway = false;
      onBack();
    });
    client.connect();
    return client;
  };
  const [log, publisher, subscriber] = [open({ disableOfflineQueue: true }), open(), open()];
  // The adapter ignores the result. Clients get a failed broadcast from the log.
  const publish = publisher.publish.bind(publisher);
  publisher.publish = (...args) => publish(...args).catch(() => {});
  return { log, publisher, subscriber };
}
