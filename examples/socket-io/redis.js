// Connections to Redis that come back by themselves, and say in words how Redis is.

import { createClient } from 'redis';

/**
 * Three connections: `log` fails at once while Redis is away, so that who waits can be told; `publisher` and
 * `subscriber` are for the adapter. `onBack` is called whenever one of them has been away.
 */
export function connectRedis(url, { log: say, onBack }) {
  let isAway = false;
  const open = (options) => {
    const client = createClient({ url, socket: { reconnectStrategy: 500 }, ...options });
    client.on('error', (error) => {
      if (!isAway)
        say(`No Redis at ${url} (${error.code ?? error.message}); trying twice a second.`);
      isAway = true;
    });
    client.on('ready', () => {
      if (isAway) say('Redis is there.');
      isAway = false;
      onBack();
    });
    client.connect();
    return client;
  };
  const [log, publisher, subscriber] = [open({ disableOfflineQueue: true }), open(), open()];
  // The adapter looks at no result. A broadcast that fails is in the log, and is read from there.
  const publish = publisher.publish.bind(publisher);
  publisher.publish = (...args) => publish(...args).catch(() => {});
  return { log, publisher, subscriber };
}
