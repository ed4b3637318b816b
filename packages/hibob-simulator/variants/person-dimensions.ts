// How tenants' people answers differ.
export const personDimensions = {
  peopleAnswer: {
    employees: '`{"employees": […]}`',
    'more-keys': 'other keys stand before and after `employees`',
    array: 'a bare array of people',
  },
  oddRows: {
    none: 'every row is a person',
    some: 'null, a number, a text, an empty object and a row without an id stand between the people. They cost nobody anything.',
  },
  rowForm: {
    both: 'nested objects, and a slash key for each value that is not null',
    nested: 'nested objects alone',
    slashes: 'slash keys alone. A value that is cleared is then not shown, and keeps its last value.',
  },
  humanReadable: {
    copies: 'a `humanReadable` object with a text for each value',
    'in-lists': 'each of its texts in a list of one',
    null: '`humanReadable` is null',
    absent: 'no `humanReadable`',
  },
  personIds: {
    texts: 'the id of a person is a text',
    numbers: 'a number beyond 2^53, with every digit',
    'in-list': 'a text in a list of one',
  },
  references: {
    object: '`work.reportsTo` is an object with id, names and email',
    id: 'the manager’s id',
    number: 'the manager’s id as a number beyond 2^53, with every digit',
    'in-list': 'the object in a list of one',
    manager: 'left out: `work.manager` alone holds the id',
  },
  itemReferences: {
    'number-for-site': 'list items by id: a number for `work.siteId`, texts elsewhere',
    texts: 'texts everywhere',
    numbers: 'a number wherever the id has digits alone',
  },
  values: {
    plain: 'a standard field holds its value',
    'in-list': 'a list of one, with its value',
    numbers: 'a number where a text has digits alone, such as the name “7”',
    'blanks-around': 'blanks around email addresses and lifecycle words. They are no part of them.',
  },
  unreadable: {
    nothing: 'every value can be read',
    title:
      'every `work.title` is a list of two items. New people have no title, known people keep theirs; all else is followed.',
  },
  empties: {
    null: 'an empty field is null',
    blank: 'a text of blanks',
    list: 'an empty list',
    absent: 'left out. A value that is cleared is then not shown, and keeps its last value.',
  },
  spelling: {
    mixed: 'lifecycle words as they were entered: `Employed`, `garden leave`',
    lower: 'in small letters',
    upper: 'in capital letters',
  },
  unicode: {
    composed: 'letters with marks are one sign each (NFC)',
    decomposed: 'they are a letter and a mark (NFD), in people and in lists',
    'decomposed-people': 'they are a letter and a mark in people alone, so that ids differ from those in the lists',
  },
  dates: {
    days: 'dates are `YYYY-MM-DD`',
    times: 'dates have a time: `YYYY-MM-DDT00:00:00`',
  },
  hidden: {
    nothing: 'the service user sees every category',
    work: 'nothing of Work. New people have no team, title, location, manager and hire date; known people keep theirs.',
    lifecycle:
      'nothing of Lifecycle. An import fails and names the permission; a new person waits; known people keep their status.',
  },
} as const
