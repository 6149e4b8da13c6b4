// What a command of a person may hold. What is not so is refused, in words for them.

/** Why something is not done, for the person who wished it. */
export class Refusal extends Error {
  /** `retryIn`: milliseconds after which the same may be tried again. */
  constructor(why, retryIn) {
    super(why);
    this.retryIn = retryIn;
  }
}

const ROOM =
  /^[\p{L}\p{N}\p{M}\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\p{Join_Control}_-]{1,40}$/u;
const KEY = /^[\w-]{16,64}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/;

export function room(value) {
  if (typeof value === 'string' && ROOM.test(value)) return value;
  throw new Refusal('A room has a name of 1 to 40 letters, digits, emoji, - or _.');
}

export function name(value) {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text !== '' && text.length <= 40 && isClean(text) && !/[\n\u2028\u2029]/.test(text))
    return text;
  throw new Refusal('A name is one line of 1 to 40 characters.');
}

/** The secret by which a client that comes back is known to be the same. */
export function key(value) {
  if (typeof value === 'string' && KEY.test(value)) return value;
  throw new Refusal('A key is 16 to 64 letters, digits, - or _.');
}

export function text(value, most) {
  if (typeof value !== 'string' || value.trim() === '')
    throw new Refusal('There is nothing to say.');
  if (value.length > most)
    throw new Refusal(`That is ${value.length} characters long; ${most} is the most.`);
  if (!isClean(value)) throw new Refusal('That holds characters that are no text.');
  return value;
}

export function string(value) {
  if (typeof value === 'string') return value;
  throw new Refusal('A text is missing, or is none.');
}

/** A count of the client's: of its messages, or the last it has seen. */
export function count(value) {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Refusal('A number is missing, or is not one.');
}

function isClean(value) {
  return value.isWellFormed() && !CONTROL.test(value);
}
