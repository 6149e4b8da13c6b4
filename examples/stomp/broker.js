// RabbitMQ with its Web STOMP plugin, in its own folder, on its own ports, on loopback only.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, start } from '../support/programs.js';

// Debian's /usr/sbin/rabbitmq-server requires the user rabbitmq and the system folders; this script does not.
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

// Own process group: Ctrl-C goes to this program only, which then stops the broker.
const DETACHED = { detached: true };

/**
 * Prepares a broker that stores its queues in `folder`. `start()` resolves to the broker's process. It may be called
 * again after the broker was stopped or killed: the broker comes back on the same address, with its queues.
 */
export async function prepareBroker(folder, { login, passcode }) {
  const [port, distribution, names] = [await freePort(), await freePort(), await freePort()];
  configure(folder, port, login, passcode);
  const env = environment(folder, distribution, names);
  let epmd;
  let server; // a promise, so that a broker that is still starting can be stopped
  return {
    url: `ws://127.0.0.1:${port}/ws`,
    async start() {
      // Started explicitly: Erlang would start its name server itself and leave it running.
      epmd ??= await start('epmd', ['-debug', '-port', `${names}`, '-address', '127.0.0.1'], {
        ...DETACHED,
        ready: /epmd running/,
      });
      const ready = /completed with \d+ plugins/;
      server = start(SERVER, [], { ...DETACHED, env, cwd: folder, ready, timeout: 120_000 });
      return (await server).child;
    },
    /** Stops the broker and the name server. */
    async stop() {
      const running = await server?.catch(() => undefined);
      await running?.stop('SIGKILL'); // its folder is no longer needed
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
    // Text frames must be UTF-8: a binary body would break the connection.
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
    HOME: folder, // Erlang stores its cookie here
    RUNNING_UNDER_SYSTEMD: 'true', // makes the script exec the server
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
