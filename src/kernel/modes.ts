// How a kernel treats payloads, as bits beside RULE_* of protocol/header-rules.ts: one number holds both.
// As MODE_* in assembly/layout.ts.

/** Text is not checked. */
export const MODE_SKIP_UTF8 = 2;
/** Text is wanted as strings. */
export const MODE_STRINGS = 4;
/** Parts of payloads, too, must end up where whole ones do. Means nothing to the module. */
export const MODE_PARTS = 32;
