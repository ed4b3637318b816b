// How answers differ whatever they hold: headers, encodings, the way there, and when a change shows.
export const transportDimensions = {
  encoding: {
    plain: 'UTF-8',
    bom: 'UTF-8 after a byte order mark',
    gzip: 'gzip, though the request does not ask for it',
    brotli: 'brotli, though the request does not ask for it',
    'utf-16': 'UTF-16, little-endian, after a byte order mark. An import fails and names the encoding.',
  },
  contentType: {
    'with-charset': '`application/json;charset=utf-8`',
    plain: '`application/json`',
    capitals: '`Application/JSON; Charset=UTF-8`',
    vendor: '`application/vnd.hibob+json`',
  },
  redirect: {
    none: 'no redirect',
    temporary: '307 to a path of the same server',
    permanent: '308 to a URL of the same server',
  },
  rateHeaders: {
    'unix-seconds': '`X-RateLimit-Limit`, `-Remaining` and `-Reset` (Unix seconds)',
    'unix-ms': '`X-RateLimit-Reset` in Unix ms',
    'seconds-to-go': '`X-RateLimit-Reset` in seconds from now',
    date: '`X-RateLimit-Reset` as an HTTP date',
    ietf: '`RateLimit-Limit`, `-Remaining` and `-Reset` (seconds from now) instead',
    none: 'no header tells of limits',
  },
  retryAfter: {
    none: 'a 429 has no `Retry-After`',
    seconds: '`Retry-After` in seconds',
    fraction: 'in seconds with a fraction',
    date: 'as an HTTP date',
    sign: 'in seconds after a plus sign, which may count or not',
    negative: '-1, which counts as unreadable',
  },
  clock: {
    right: 'the `Date` header is right, and reset times go by it',
    ahead: 'HiBob’s clock is five minutes ahead',
    behind: 'HiBob’s clock is five minutes behind',
  },
  errorBodies: {
    key: 'errors are `{"key", "error", "args"}`',
    message: 'errors are `{"error", "message", "statusCode", "timestamp"}`',
    empty: 'errors have no body',
  },
  settling: {
    'at-once': 'a change shows in answers at once',
    late: 'answers show what held `settlingMs` ago (15 s; HiBob: up to 20 s)',
  },
} as const
