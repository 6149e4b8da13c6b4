// `wsimd/utf-8-validate`: a drop-in for the package utf-8-validate on this codec's kernel, for ws and websocket-node
// through npm's `overrides`.

import { selectKernel } from '../kernel/select.ts';

/** Whether the bytes are UTF-8 (RFC 3629). Borrows them. */
function isValidUTF8(buffer: Uint8Array): boolean {
  return selectKernel().isValidUtf8(buffer);
}

// For `require`, which returns the function itself.
export { isValidUTF8, isValidUTF8 as default, isValidUTF8 as 'module.exports' };
