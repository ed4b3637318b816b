import t from 'tap'
import { hostProblem, webUrlListProblem, webUrlProblem, withoutSlash } from './web-url.ts'

t.test('a web address is taken, whatever slashes end it', async t => {
  for (const url of [
    'https://hooks.example.com',
    'https://hooks.example.com//',
    'http://localhost:8080',
    'https://[::1]:1/a',
  ])
    t.equal(webUrlProblem(url), null, url)
  t.equal(withoutSlash('https://hooks.example.com//'), 'https://hooks.example.com')
  t.equal(withoutSlash('https://Hooks.example.com:443/sync/'), 'https://hooks.example.com/sync')
})

t.test('what is none is refused with why', async t => {
  for (const [url, problem] of [
    ['hooks.example.com', /begin with https:\/\/.*write https:\/\/hooks\.example\.com$/],
    ['hooks.example.com:8080/x', /write https:\/\/hooks\.example\.com:8080\/x$/],
    ['//hooks.example.com', /write https:\/\/hooks\.example\.com$/],
    ['https:/hooks.example.com', /write https:\/\/hooks\.example\.com$/],
    ['ftp://hooks.example.com', /must begin with https/],
    ['https://hooks.example.com?x=1', /query/],
    ['https://hooks.example.com/#x', /fragment/],
    ['https://hooks example.com', /blank/],
    ['https://"hooks.example.com"', /quote/],
    ['https://', /not a URL/],
    ['https:///hooks', /not a URL/],
    ['https://hooks.example.com:99999', /not a URL/],
  ] as [string, RegExp][])
    t.match(webUrlProblem(url), problem, url)
  const withPassword = webUrlProblem('https://bob:hunter2@hooks.example.com')
  t.match(withPassword, /“@”/)
  t.notMatch(withPassword, 'hunter2')
})

t.test('each part of a list is looked at', async t => {
  t.equal(webUrlListProblem('https://a.example/v1, http://127.0.0.1:8090/v1/'), null)
  t.match(webUrlListProblem('https://a.example/v1,b.example/v1'), /part 2 .*b\.example/)
  t.match(webUrlListProblem('https://a.example/v1;https://b.example/v1'), /“;”/)
})

t.test('an address to listen on has no scheme and no port', async t => {
  for (const host of ['0.0.0.0', '::', 'localhost', 'fe80::1%eth0']) t.equal(hostProblem(host), null, host)
  for (const host of ['127.0.0.1:8080', 'http://localhost', '[::]', 'a b'])
    t.match(hostProblem(host), /must be a host/, host)
})
