// What can be set, each by an environment variable, and what it is when it is not.

import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { nameOf, numberFrom, SettingError, wordFrom } from '../support/settings.js';
import { selfMade } from './certificate.js';

/** Variable, default, least and most. */
const NUMBERS = {
  port: ['PORT', 8080, 0, 65535],
  beat: ['BEAT_MS', 15_000, 50, 3_600_000],
  rate: ['RATE', 10, 1, 100_000],
  burst: ['BURST', 30, 1, 100_000],
  maxText: ['MAX_TEXT', 2000, 1, 4000],
  slowBytes: ['SLOW_BYTES', 1 << 20, 1 << 10, 1 << 30],
  drain: ['DRAIN_MS', 5000, 0, 600_000],
  presence: ['PRESENCE_MS', 500, 10, 60_000],
};

export function settingsFrom(env) {
  const host = env.HOST ?? '127.0.0.1';
  const settings = {
    host,
    // Names this server is reached by, beside those of loopback.
    hosts: [nameOf(host), ...listFrom(env, 'HOSTS')].map((name) => name.toLowerCase()),
    origins: listFrom(env, 'ORIGINS'),
    engine: wordFrom(env, 'ENGINE', ['wsimd', 'ws']),
    tls: tlsFrom(env),
  };
  for (const [name, spec] of Object.entries(NUMBERS)) settings[name] = numberFrom(env, ...spec);
  return settings;
}

/** A list with commas between. */
function listFrom(env, variable) {
  return (env[variable] ?? '').split(',').filter(Boolean);
}

/** Where wss is wished for: its port, and a certificate, its own or one made here. */
function tlsFrom(env) {
  if (env.TLS_PORT === undefined) return null;
  const port = numberFrom(env, 'TLS_PORT', 8443, 0, 65535);
  if (env.CERT === undefined && env.KEY === undefined) {
    const made = selfMade();
    if (made === null) {
      throw new SettingError('TLS_PORT needs openssl, or a certificate in the files CERT and KEY');
    }
    return { port, ...made };
  }
  const files = { cert: contents(env, 'CERT'), key: contents(env, 'KEY') };
  try {
    createSecureContext(files);
  } catch ({ message }) {
    throw new SettingError(`CERT and KEY are a certificate and its key in PEM: ${message}`);
  }
  return { port, ...files };
}

function contents(env, variable) {
  try {
    return readFileSync(env[variable] ?? '');
  } catch ({ code }) {
    throw new SettingError(`${variable} is a file in PEM, but "${env[variable] ?? ''}": ${code}`);
  }
}
