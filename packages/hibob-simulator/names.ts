// Names that nobody bears: whoever sees them knows that they were generated.
import type { Random } from './random.ts'

const firstNames =
  'Ada Bo Cleo Dev Elin Farid Gwen Hugo Ines Jude Kaya Liam Mina Noor Otis Pia Quin Rosa Sami Tess Uma Vito Wren Xena Yuri Zoe Åsa Björn Chloé Дана'.split(
    ' ',
  )
const surnameStarts = 'Sample Test Mock Dummy Demo Place Fixture Pseudo Stub Example Proto Trial'.split(' ')
const surnameEnds = 'son well ridge berg holder ton field man wick by stone ley'.split(' ')

export interface GeneratedName {
  firstName: string
  surname: string
  email: string
}

/** The number makes the address unique in its company. */
export function generatedName(number: number, random: Random): GeneratedName {
  const firstName = random.pick(firstNames)
  const surname = random.pick(surnameStarts) + random.pick(surnameEnds)
  return { firstName, surname, email: `person.${number}.${surname.toLowerCase()}@company.example` }
}
