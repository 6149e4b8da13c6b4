// The error of a command that its user can correct.

/** The input or an argument is invalid, and the program is not at fault: reported in one line, exit status 2. */
export class UserError extends Error {}
