import t from 'tap'
import { mongodbUrlProblem, withoutPassword } from './mongodb-url.ts'

t.test('URLs that the driver takes pass', async t => {
  for (const url of [
    'mongodb://127.0.0.1:27017/sync?replicaSet=rs0',
    'mongodb://bob:p%40ss%2Fw%23rd@a:1,b:2/sync?replicaSet=rs0&authSource=admin',
    'mongodb://bob:pässwörd~!$&()*+,;=-._@a/sync',
    'mongodb://bob@a/sync?authMechanism=MONGODB-X509&appName=a@b',
    'mongodb://bob:secret@a/sync?appName=a@b',
    'mongodb+srv://bob:secret@cluster.example.com/sync?retryWrites=true',
    'mongodb://[::1]:27017/sync',
    'mongodb://%2Ftmp%2Fmongodb-27017.sock/sync',
  ])
    t.equal(mongodbUrlProblem(url), null, url)
})

t.test('what is wrong is named by its part, with what to write', async t => {
  for (const [url, problem] of [
    ['mongodb://bob:hunter2@2@h/d', /the password contains “@”: write it as %40$/],
    ['mongodb://bob:hunter2/2@h/d', /the password contains “\/”: write it as %2F$/],
    ['mongodb://bob:123/hunter2@h:27017/d', /the password contains “\/”: write it as %2F$/],
    ['mongodb://bob:hunter2#2@h/d', /the password contains “#”: write it as %23$/],
    ['mongodb://bob:hunter2?2@h/d', /the password contains “\?”: write it as %3F$/],
    ['mongodb://bob:hunter2:2@h/d', /the password contains “:”: write it as %3A$/],
    ['mongodb://bob:hunter2%@h/d', /the password contains “%”: write it as %25$/],
    ['mongodb://bob:hunter2%zz@h/d', /the password contains “%”/],
    ['mongodb://bob:hunter2%FF@h/d', /the password contains percent codes that are not UTF-8/],
    ['mongodb://bob:p@ss/w#rd@127.0.0.1:27017/sync?replicaSet=rs0', /password contains “@”.*%40, “\/”.*%2F, “#”.*%23$/],
    ['mongodb://bob:p@ss/w?rd@127.0.0.1/sync?replicaSet=rs0', /password contains “@”.*“\/”.*“\?”/],
    ['mongodb://hunter2@example.com:secret@h/d', /the user name contains “@”|the password contains|user name/],
    ['mongodb://bob:@h/d', /empty password/],
    ['mongodb://:hunter2@h/d', /no user/],
    ['mongodb://bob:hunter2/d', /host 1 .*before an “@”/],
    ['mongodb://h', /no database/],
    ['mongodb://bob:hunter2@h/?replicaSet=rs0', /no database/],
    ['mongodb://h/d/e', /name of its database/],
    ['mongodb:///d', /no host/],
    ['mongodb://a:1;b:2/d', /hosts by “;”/],
    ['mongodb://a:99999/d', /host 1/],
    ['mongodb://a,/d', /host 2/],
    ['mongodb://h/d?replicaSet', /options/],
    ['mongodb+srv://h:27017/d', /mongodb\+srv/],
    ['h:27017/d', /does not begin with mongodb:\/\//],
    ['postgres://bob:hunter2@h/d', /does not begin with mongodb:\/\//],
  ] as [string, RegExp][]) {
    const found = mongodbUrlProblem(url)
    t.match(found, problem, url)
    t.notMatch(found, /hunter|\bbob|secret|p@ss/, url)
  }
})

t.test('a URL that is shown to people has no user and no password', async t => {
  t.equal(withoutPassword('mongodb://bob:hunter2@h:1/d?x=y'), 'mongodb://…@h:1/d?x=y')
  t.equal(withoutPassword('mongodb://h:1/d'), 'mongodb://h:1/d')
})
