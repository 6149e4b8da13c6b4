// RabbitMQ with its Web STOMP plugin, in a folder and on ports of its own, kept to this machine.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, start } from '../support/programs.js';

// Debian's /usr/sbin/rabbitmq-server insists on the user rabbitmq and the system's folders; this one does not.
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

// The interrupt key ends this program, which stops the broker in good order.
const ALONE = { detached: true };

/**
 * Prepares a broker whose queues live in `folder`. `start()` may be called again after the broker was stopped or
 * killed: it comes back on the same address, with the queues it had. It gives the broker's process.
 */
export async function prepareBroker(folder, { login, passcode }) {
  const [port, distribution, names] = [await freePort(), await freePort(), await freePort()];
  configure(folder, port, login, passcode);
  const env = environment(folder, distribution, names);
  let epmd;
  let server; // a promise, so that what is being started can be stopped, too
  return {
    url: `ws://127.0.0.1:${port}/ws`,
    async start() {
      // Erlang would start its name server itself, and leave it behind.
      epmd ??= await start('epmd', ['-debug', '-port', `${names}`, '-address', '127.0.0.1'], {
        ...ALONE,
        ready: /epmd running/,
      });
      const ready = /completed with \d+ plugins/;
      server = start(SERVER, [], { ...ALONE, env, cwd: folder, ready, timeout: 120_000 });
      return (await server).child;
    },
    /** For good. */
    async stop() {
      const running = await server?.catch(() => undefined);
      await running?.stop('SIGKILL'); // nobody needs its folder any more
      await epmd?.stop();
      epmd = undefined;
    },
  };
}

function configure(folder, port, login, passcode) {
  writeFileSync(join(folder, 'enabled_plugins'), '[rabbitmq_web_stomp].\n');
  const config = [
    `default_user = ${login}`,
    `default_pass = ${passcode}`,
    'listeners.tcp = none',
    'stomp.listeners.tcp = none',
    `web_stomp.tcp.listener = 127.0.0.1:${port}`,
    // Text frames must be UTF-8: with them, a body of bytes would break the connection.
    'web_stomp.ws_frame = binary',
    'log.console = true',
    'log.console.level = warning',
    'log.file = false',
  ];
  writeFileSync(join(folder, 'rabbitmq.conf'), `${config.join('\n')}\n`);
}

function environment(folder, distribution, names) {
  return {
    ...process.env,
    HOME: folder, // where Erlang keeps its cookie
    RUNNING_UNDER_SYSTEMD: 'true', // the script becomes the server, rather than its parent
    ERL_EPMD_PORT: `${names}`,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_NODENAME: `wsimd-${distribution}@localhost`,
    RABBITMQ_DIST_PORT: `${distribution}`,
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
  };
}
