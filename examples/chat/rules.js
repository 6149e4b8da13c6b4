// Validators for the fields of commands. Invalid values are refused with a reason for the user.

/** Why a command was refused, for the user. */
export class Refusal extends Error {
  /** `retryIn`: milliseconds after which the client may try again. */
  constructor(why, retryIn) {
    super(why);
    this.retryIn = retryIn;
  }
}

const ROOM =
  /^[\p{L}\p{N}\p{M}\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\p{Join_Control}_-]{1,40}$/u;
const KEY = /^[\w-]{16,64}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it matches
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/;

export function room(value) {
  if (typeof value === 'string' && ROOM.test(value)) return value;
  throw new Refusal('A room name is 1 to 40 letters, digits, emoji, - or _.');
}

export function name(value) {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text !== '' && text.length <= 40 && isClean(text) && !/[\n\u2028\u2029]/.test(text))
    return text;
  throw new Refusal('A name is one line of 1 to 40 characters.');
}

/** The secret that identifies a client across connections. */
export function key(value) {
  if (typeof value === 'string' && KEY.test(value)) return value;
  throw new Refusal('A key is 16 to 64 letters, digits, - or _.');
}

export function text(value, most) {
  if (typeof value !== 'string' || value.trim() === '') throw new Refusal('The message is empty.');
  if (value.length > most)
    throw new Refusal(`The message has ${value.length} characters; the maximum is ${most}.`);
  if (!isClean(value))
    throw new Refusal('The message contains control characters or invalid Unicode.');
  return value;
}

export function string(value) {
  if (typeof value === 'string') return value;
  throw new Refusal('A field must be a string, or is missing.');
}

/** A message number of the client: its own, or the last it received. */
export function count(value) {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Refusal('A field must be a non-negative integer, or is missing.');
}

function isClean(value) {
  return value.isWellFormed() && !CONTROL.test(value);
}
