// What was found as JSON. Bytes are left out: the preview beside them has their hex, up to --preview.

/** The report as JSON, indented. */
export function toJson(report: unknown): string {
  return JSON.stringify(
    report,
    (_key, value) => (value instanceof Uint8Array ? undefined : value),
    1,
  );
}
