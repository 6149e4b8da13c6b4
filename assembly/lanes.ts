// Lane masks: how a loop of 16-byte steps handles the bytes left at its end.

const FULL_THEN_EMPTY: usize = memory.data<u8>(
  [
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ],
  16,
);

/** All ones in the first `count` lanes (0 to 16), zeros in the rest. */
// @ts-ignore: decorator
@inline
export function firstLanes(count: usize): v128 {
  return v128.load(FULL_THEN_EMPTY + 16 - count);
}

// @ts-ignore: decorator
@inline
export function zero(): v128 {
  return i64x2(0, 0);
}
