// `npm run docs`: writes the pages that are made from the code.
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { referencePages } from './reference-pages.ts'

const root = resolve(import.meta.dirname, '../..')
for (const [path, content] of Object.entries(referencePages())) {
  await writeFile(join(root, path), content)
  console.log(path)
}
