// The hostile vectors, as README.md beside this file describes them.

import close from './hostile/close.json' with { type: 'json' };
import fragments from './hostile/fragments.json' with { type: 'json' };
import headers from './hostile/headers.json' with { type: 'json' };
import lengths from './hostile/lengths.json' with { type: 'json' };
import utf8 from './hostile/utf8.json' with { type: 'json' };

export interface HostileVector {
  name: string;
  /** Why somebody would send it. */
  why: string;
  /** Who reads it. */
  role: 'server' | 'client';
  options?: { maxPayload?: number; maxFragments?: number; rsv1?: boolean };
  hex: string;
  repeat?: { hex: string; times: number };
  tail?: string;
  /** The stream ends behind it. */
  ends?: boolean;
  /** Whole messages before the error. */
  delivered: number;
  error: { code: string; closeCode: number; section: string; offset: number } | null;
}

export const HOSTILE: readonly HostileVector[] = [close, fragments, headers, lengths, utf8].flatMap(
  ({ vectors }) => vectors as HostileVector[],
);
