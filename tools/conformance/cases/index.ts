// All cases, by area.

import type { Case } from './case.ts';
import { closeCases } from './close.ts';
import { deflateCases } from './deflate.ts';
import { deflateDetailCases } from './deflate-details.ts';
import { fragmentationCases } from './fragmentation.ts';
import { framingCases, miscCases, pingCases } from './framing.ts';
import { limitCases } from './limits.ts';
import { bitCases, headerCases, opcodeCases } from './reserved.ts';
import { utf8Cases } from './utf8.ts';

/** By the first part of a case's number. */
export const AREAS: Readonly<Record<string, string>> = {
  1: 'Framing',
  2: 'Pings and pongs',
  3: 'Reserved bits',
  4: 'Reserved opcodes',
  5: 'Fragmentation',
  6: 'UTF-8',
  7: 'Closing',
  8: 'Masks and lengths',
  9: 'Limits',
  10: 'Fragments of a size',
  12: 'permessage-deflate: data',
  13: 'permessage-deflate: parameters',
};

export const areaOf = (id: string): string => id.slice(0, id.indexOf('.'));

export function allCases(): Case[] {
  const cases = [
    ...[framingCases, pingCases, bitCases, opcodeCases, fragmentationCases, utf8Cases],
    ...[closeCases, headerCases, limitCases, miscCases, deflateCases, deflateDetailCases],
  ].flatMap((make) => make());
  return cases.sort((a, b) => compareIds(a.id, b.id));
}

function compareIds(a: string, b: string): number {
  const [as, bs] = [a, b].map((id) => id.split('.').map(Number));
  for (let i = 0; i < Math.max(as.length, bs.length); i++) {
    const difference = (as[i] ?? 0) - (bs[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether a case is meant by one of the patterns: '6.*', '6.4.1', '*'. None mean all. */
export function isMeant(id: string, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return true;
  return patterns.some((pattern) => {
    if (!pattern.endsWith('*')) return id === pattern || id.startsWith(`${pattern}.`);
    return id.startsWith(pattern.slice(0, -1));
  });
}
