// How tenants' company lists and field catalogues differ.
export const listDimensions = {
  lists: {
    keyed: '`GET /company/named-lists` is one object, keyed by list name',
    'keyed-without-names': 'keyed, and the lists themselves have no `name`',
    'name-last': 'keyed, and `name` follows the items',
    array: 'a bare array of lists',
    wrapped: '`{"lists": […]}`',
  },
  singleLists: {
    served: '`GET /company/named-lists/{name}` is the list: `{"name", "values", "items"}`',
    'without-name': 'the list without its `name`',
    keyed: 'one object with the list under its name',
    array: 'an array of one list',
    items: 'an array of its items',
    'not-found': '404 for every list. All lists at once can still be had.',
    html: '200 and a login page for every list. All lists at once can still be had.',
  },
  listItems: {
    both: 'every item stands twice, in `values` and in `items`',
    items: 'in `items` alone',
    values: 'in `values` alone',
  },
  itemIds: {
    'numbers-for-sites': 'integers for sites, texts elsewhere',
    texts: 'texts everywhere',
    numbers: 'a number wherever the id has digits alone',
  },
  itemNames: {
    both: 'the name stands in `name` and in `value`',
    value: 'in `value` alone',
    name: 'in `name` alone',
  },
  itemDetails: {
    whole: '`archived` and `children` stand in every item',
    sparse: '`archived` stands only where it is true, `children` only where there are some',
    nulls: '`archived` and `children` are null where they are false or empty',
  },
  oddItems: {
    none: 'every item has an id and a name',
    some: 'each list has further items that nobody refers to: null, without an id, with a null, a number or an object for a name. They cost nobody anything.',
  },
  foreignLists: {
    none: 'only the company’s own lists',
    odd: 'lists that nobody uses: null, a text, a number, without items, with an object for items. They cost nobody anything.',
    huge: 'a list that nobody uses, of 40 MB. It costs time alone.',
  },
  fieldCatalogue: {
    array: '`GET /company/people/fields` is a bare array',
    wrapped: '`{"fields": […]}`',
    keyed: 'one object, keyed by field id',
  },
} as const
