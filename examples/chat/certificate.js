// A self-signed certificate for this machine. Browsers ask before they trust it.

import { spawnSync } from 'node:child_process';

const ARGUMENTS = [
  ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
  ...['-days', '30', '-subj', '/CN=localhost', '-keyout', '-', '-out', '-'],
  ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'],
];

/** Creates a key and a certificate in PEM with openssl, in memory only. Returns null if openssl is missing. */
export function createCertificate() {
  const { status, stdout, stderr, error } = spawnSync('openssl', ARGUMENTS, { encoding: 'utf8' });
  if (error) return null;
  if (status !== 0) throw new Error(`openssl failed to create a certificate: ${stderr}`);
  return { key: stdout, cert: stdout };
}
