/** A text is not a pattern that can be searched for; the message says what to do. */
export class PatternError extends Error {}
