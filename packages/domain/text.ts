// How texts from HiBob are compared, wherever they are: in one Unicode form, since the same name comes composed from one system and
// decomposed from another. Stored and published values keep the form in which they came.

const ascii = /^\p{ASCII}*$/u

/** Unicode NFC, in which equal texts have equal letters. */
export const inOneForm = (text: string): string => (ascii.test(text) ? text : text.normalize('NFC'))

/** For texts whose case does not count. */
export const inOneCase = (text: string): string => inOneForm(text.toLowerCase())

export const isBlank = (text: string): boolean => text.trim() === ''
