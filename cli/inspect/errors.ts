// What makes an input unreadable: said in one line, with exit status 2.

/** The input cannot be read, or what was asked for cannot be done; nothing is wrong with the program. */
export class UserError extends Error {}
