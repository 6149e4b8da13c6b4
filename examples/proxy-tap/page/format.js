// Formats numbers and frames for the page.

export function bytes(count) {
  if (count < 1024) return `${count} B`;
  if (count < 1 << 20) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / (1 << 20)).toFixed(1)} MiB`;
}

export function milliseconds(time) {
  return time === undefined ? '–' : `${time < 10 ? time.toFixed(2) : Math.round(time)} ms`;
}

/** Bytes shown of a payload that is not text. */
const MOST_HEX = 32;

/** The frame's type and size: "text, 12 B". */
export function kindOf({ violation, name, fin, compressed, length, inflated }) {
  if (violation) return 'violation';
  const fragment = fin ? '' : ' …';
  const packed = compressed ? ` (deflated${inflated ? ` ${bytes(inflated)}` : ''})` : '';
  return `${name}${fragment}, ${bytes(length)}${packed}`;
}

/** The frame's content. */
export function contentOf({ sender, violation, close, preview }) {
  if (violation) {
    const where = violation.offset === undefined ? '' : `, byte ${violation.offset}`;
    return `${sender}: ${violation.rule} (RFC 6455 §${violation.section}${where}). Forwarded unchanged; decoding of this direction stopped.`;
  }
  if (close) return `${close.code} ${close.name}${close.reason ? `: ${close.reason}` : ''}`;
  if (preview.text !== undefined) return preview.text + (preview.bytesLeft > 0 ? ' …' : '');
  const shown = preview.hex.slice(0, 2 * MOST_HEX).replace(/../g, '$& ');
  return shown + (preview.bytesLeft > 0 || preview.hex.length > 2 * MOST_HEX ? '…' : '');
}
