// The frame table: what a scan reports, in 32-bit words. As laid out in assembly/layout.ts.

/** Words an entry takes: offset, length, flags, extra. */
export const ENTRY_WORDS = 4;
/** Where the payload begins, counted from the scanned tile (or, transcoded, in code units). */
export const OFFSET = 0;
/** Bytes of the payload, or of the part of it this tile holds. */
export const LENGTH = 1;
export const FLAGS = 2;
/** Of an error, the violation; of transcoded text, its code units. */
export const EXTRA = 3;

/** The low four bits of the flags are the opcode of the message. */
export const OPCODE = 0x0f;

export const FLAG_FIN = 0x10;
/** The entry holds the first bytes of its frame's payload. */
export const FLAG_START = 0x20;
/** The entry holds the last bytes of its frame's payload. */
export const FLAG_END = 0x40;
/** The frame is the first of its message. */
export const FLAG_FIRST = 0x80;
/** The payload has a byte above 0x7F (text only). */
export const FLAG_NON_ASCII = 0x100;
/** The stream breaks a rule: extra is the violation's number, and nothing follows. */
export const FLAG_ERROR = 0x200;
/** The caller must validate the text. */
export const FLAG_CHECK = 0x400;
/** RSV1 is set on the message's first frame. */
export const FLAG_COMPRESSED = 0x800;
/** The text stands transcoded: offset and extra count code units. */
export const FLAG_UTF16 = 0x1000;
