// A certificate for this machine, signed by itself: browsers ask before they trust it.

import { spawnSync } from 'node:child_process';

const ARGUMENTS = [
  ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
  ...['-days', '30', '-subj', '/CN=localhost', '-keyout', '-', '-out', '-'],
  ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'],
];

/** Its key and certificate in PEM, made by openssl and kept in memory only; null where there is no openssl. */
export function selfMade() {
  const { status, stdout, stderr, error } = spawnSync('openssl', ARGUMENTS, { encoding: 'utf8' });
  if (error) return null;
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
  return { key: stdout, cert: stdout };
}
