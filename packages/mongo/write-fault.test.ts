import { MongoError, MongoInvalidArgumentError, MongoNetworkError, MongoServerError } from 'mongodb'
import t from 'tap'
import { writeFaultName, writeFaultOf } from './write-fault.ts'

const answered = (code: number, labels: string[] = [], more: object = {}) => {
  const error = new MongoServerError({ message: 'Ada Example', code, ...more })
  for (const label of labels) error.addErrorLabel(label)
  return error
}

t.test('what the data explain lasts; what a server or the network passes through does not', async t => {
  for (const code of [10334, 17419, 17420, 388, 11000, 55]) t.equal(writeFaultOf(answered(code)), 'data', `${code}`)
  t.equal(writeFaultOf(new MongoInvalidArgumentError('Document is larger than the maximum size 16777216')), 'data')
  for (const code of [91, 189, 10107, 11600, 112, 251, 50, 64, 13, 18, 14031])
    t.equal(writeFaultOf(answered(code)), 'passes', `${code}`)
  t.equal(writeFaultOf(new MongoNetworkError('closed')), 'passes')
  t.equal(writeFaultOf(new MongoError('anything of the driver')), 'passes')
  t.equal(writeFaultOf(new TypeError('our own')), 'passes')
  t.equal(writeFaultOf(answered(424242)), 'unknown')
})

t.test('what MongoDB itself calls transient passes, whatever its code', async t => {
  for (const label of ['TransientTransactionError', 'UnknownTransactionCommitResult', 'RetryableWriteError'])
    t.equal(writeFaultOf(answered(11000, [label])), 'passes')
})

t.test('a fault is named by class and code, never by its text', async t => {
  t.equal(
    writeFaultName(answered(10334, [], { codeName: 'BSONObjectTooLarge' })),
    'MongoServerError 10334 (BSONObjectTooLarge)',
  )
  t.equal(writeFaultName(answered(11000, [], { codeName: 'Ada Example' })), 'MongoServerError 11000')
  t.equal(writeFaultName('Ada Example'), 'Error')
})
