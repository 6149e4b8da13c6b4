// The chat's settings: environment variables and their defaults.

import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { bracketed, numberFrom, SettingError, wordFrom } from '../support/settings.js';
import { createCertificate } from './certificate.js';

/** Variable, default, minimum and maximum. */
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
    // Allowed host names, in addition to those of loopback.
    hosts: [bracketed(host), ...listFrom(env, 'HOSTS')].map((name) => name.toLowerCase()),
    origins: listFrom(env, 'ORIGINS'),
    engine: wordFrom(env, 'ENGINE', ['wsimd', 'ws']),
    tls: tlsFrom(env),
  };
  for (const [name, spec] of Object.entries(NUMBERS)) settings[name] = numberFrom(env, ...spec);
  return settings;
}

/** A comma-separated list. */
function listFrom(env, variable) {
  return (env[variable] ?? '').split(',').filter(Boolean);
}

/** The port and certificate for wss, from files or self-signed; null without TLS_PORT. */
function tlsFrom(env) {
  if (env.TLS_PORT === undefined) return null;
  const port = numberFrom(env, 'TLS_PORT', 8443, 0, 65535);
  if (env.CERT === undefined && env.KEY === undefined) {
    const created = createCertificate();
    if (created === null) {
      throw new SettingError('TLS_PORT needs openssl, or a certificate in the files CERT and KEY');
    }
    return { port, ...created };
  }
  const files = { cert: readPem(env, 'CERT'), key: readPem(env, 'KEY') };
  try {
    createSecureContext(files);
  } catch ({ message }) {
    throw new SettingError(`CERT and KEY must be a matching PEM certificate and key: ${message}`);
  }
  return { port, ...files };
}

function readPem(env, variable) {
  try {
    return readFileSync(env[variable] ?? '');
  } catch ({ code }) {
    throw new SettingError(`${variable} must be a PEM file, got "${env[variable] ?? ''}": ${code}`);
  }
}
