// How tenants' webhooks differ.
export const webhookDimensions = {
  webhooks: {
    v2: 'version 2, which names ids and fields alone',
    'v2-without-version': 'version 2 without the `version` key',
    v1: 'version 1, which also holds values',
  },
  webhookText: {
    plain: 'compact JSON',
    bom: 'after a UTF-8 byte order mark, which is signed too',
    spread: 'spread over lines, with blanks',
  },
  webhookIds: {
    'number-for-company': 'the company’s id is a number, all others are texts',
    texts: 'texts everywhere',
    numbers: 'numbers everywhere, with every digit',
    'in-lists': 'each in a list of one',
  },
  fieldUpdates: {
    objects: '`fieldUpdates: [{"id"}]`',
    texts: '`fieldUpdates: ["…"]`',
    'other-key': '`fieldUpdatesIds: [{"id"}]`',
    absent: 'changed fields are not named',
  },
} as const
