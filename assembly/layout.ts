// The memory map: every address of the module, drawn once.
//
//   0x00000  nothing: a stray null address stays visible
//   0x00400  static data (lookup tables), placed by asc --memoryBase 1024
//   0x00C00  STATE     what a connection carries from one scan to the next
//   0x01000  TABLE     4,096 entries of 16 bytes
//   0x11040  INPUT     one tile of a chunk, unmasked in place
//   0x21100  UTF16     text messages of the tile as UTF-16, in string mode
//   0x41200  SCRATCH   transient: mask, validate and transcode for the bare functions
//   0x51280  STAGING   outgoing frames while they are built
//   0x61300  COMPRESS  256 shuffles, made when the module is instantiated
//   0x62300  padding up to 7 pages
//
// Every region has 64 spare bytes on both sides: the loops load 16 bytes at a time, look back four
// bytes and store back what they loaded, so they may touch a neighbour's padding but never its data.
// Initial memory = maximum memory: views of it never detach.

export const STATE: usize = 0xc00;

export const TABLE: usize = 0x1000;
export const TABLE_ENTRIES: u32 = 4096;
export const ENTRY_BYTES: usize = 16;

export const INPUT: usize = 0x11040;
/** 64 KiB, the most a socket delivers at once, and room for the header of a 64 KiB payload. */
export const INPUT_BYTES: usize = 0x10040;

export const UTF16: usize = 0x21100;

export const SCRATCH: usize = 0x41200;
export const SCRATCH_BYTES: usize = 0x10000;

export const STAGING: usize = 0x51280;
export const STAGING_BYTES: usize = 0x10000;

export const COMPRESS: usize = 0x61300;

// STATE, by offset. Lengths are 64-bit floats because that is what JavaScript counts in.
//
//   +0   u32  rules            what the caller allows: RULE_* below
//   +4   u32  masking key      of the frame in progress, rotated to its next byte
//   +8   f64  remaining        payload bytes of the frame in progress still to come
//   +16  u32  current          flags of the frame in progress, 0 between frames
//   +20  u32  fragmented       opcode (and COMPRESSED) of the message in progress, 0 between messages
//   +24  f64  message length   payload bytes declared so far for the message in progress
//   +32  f64  max payload
//   +40  u32  check limit      text longer than this is left to the caller to validate
//   +44  u32  used             out: bytes of INPUT consumed
//   +48  u32  utf16 limit      text up to this many bytes is transcoded in string mode
//   +52  u32  utf16 used       out: code units written to UTF16
export const RULES: usize = 0;
export const KEY: usize = 4;
export const REMAINING: usize = 8;
export const CURRENT: usize = 16;
export const FRAGMENTED: usize = 20;
export const MESSAGE_LENGTH: usize = 24;
export const MAX_PAYLOAD: usize = 32;
export const CHECK_LIMIT: usize = 40;
export const USED: usize = 44;
export const UTF16_LIMIT: usize = 48;
export const UTF16_USED: usize = 52;

/** §5.1: this end is the server, so every frame must be masked; without it, none may be. */
export const RULE_SERVER: u32 = 1;
export const MODE_SKIP_UTF8: u32 = 2;
/** Text is wanted as strings: non-ASCII text is transcoded to UTF16. */
export const MODE_STRINGS: u32 = 4;
/** §5.2: an extension that defines RSV1 was negotiated. */
export const RULE_RSV1: u32 = 8;
/** §5.2 demands the shortest form of the payload length; some peers do not keep to it. */
export const RULE_LONG_LENGTHS: u32 = 16;

// An entry of TABLE: offset u32, length u32, flags u32, extra u32. The offset counts from INPUT.
// The low four bits of the flags are the opcode of the message (a continuation has its message's).
export const FLAG_FIN: u32 = 0x10;
/** The entry holds the first bytes of its frame's payload. */
export const FLAG_START: u32 = 0x20;
/** The entry holds the last bytes of its frame's payload. */
export const FLAG_END: u32 = 0x40;
/** The frame is the first of its message. */
export const FLAG_FIRST: u32 = 0x80;
/** The payload has a byte above 0x7F (text only). */
export const FLAG_NON_ASCII: u32 = 0x100;
/** The stream breaks a rule: extra is the violation's number, and nothing follows. */
export const FLAG_ERROR: u32 = 0x200;
/** The caller must validate the text. */
export const FLAG_CHECK: u32 = 0x400;
/** RSV1 is set on the message's first frame. */
export const FLAG_COMPRESSED: u32 = 0x800;
/** Transcoded: offset counts code units from UTF16, extra is their number. */
export const FLAG_UTF16: u32 = 0x1000;

// Violations, numbered as in src/protocol/errors.ts.
export const UNEXPECTED_RSV_1: u32 = 1;
export const UNEXPECTED_RSV_2_3: u32 = 2;
export const RESERVED_OPCODE: u32 = 3;
export const UNEXPECTED_CONTINUATION: u32 = 4;
export const EXPECTED_CONTINUATION: u32 = 5;
export const EXPECTED_FIN: u32 = 6;
export const INVALID_CONTROL_PAYLOAD_LENGTH: u32 = 7;
export const EXPECTED_MASK: u32 = 8;
export const UNEXPECTED_MASK: u32 = 9;
export const UNSUPPORTED_DATA_PAYLOAD_LENGTH: u32 = 10;
export const NON_MINIMAL_PAYLOAD_LENGTH: u32 = 11;
export const UNSUPPORTED_MESSAGE_LENGTH: u32 = 12;
export const INVALID_UTF8: u32 = 13;
