// Journeys of residents, the public and staff, at a quarter of the crisis profile by default. Run against a city of your own, never against another's:
//   k6 run -e BASE=http://127.0.0.1:8080 -e SHARE=0.25 -e MINUTES=5 scripts/k6/journeys.js
// With LOGIN and PASSWORD of an operator, staff are at work too. The crisis profile of a city of 20 million: 80 submissions a second for five minutes,
// 560 reads of the board a second with bursts of 5,000, 300 staff at work. Each resident comes from an address of their own (X-Forwarded-For is believed
// from loopback only), so that rate limits hold as they would.
import http from 'k6/http';
import { check, sleep } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import exec from 'k6/execution';

const base = __ENV.BASE || 'http://127.0.0.1:8080';
const share = Number(__ENV.SHARE || 0.25);
const minutes = Number(__ENV.MINUTES || 5);
const seconds = Math.max(1, Math.round(minutes * 60));
const rate = (n) => Math.max(1, Math.round(n * share));

const queued = new Counter('queued'); // residents who got the queue page
const filing = new Trend('filing_ms', true);
const steady = (n, exec, many) => ({ executor: 'constant-arrival-rate', exec, rate: rate(n), timeUnit: '1s', duration: `${seconds}s`, preAllocatedVUs: rate(many), maxVUs: rate(many) * 4 });

export const options = {
  discardResponseBodies: false,
  scenarios: Object.assign({
    forms: steady(30, 'form', 120),
    programs: steady(50, 'program', 100),
    board: steady(560, 'board', 120),
    burst: { executor: 'ramping-arrival-rate', exec: 'board', startRate: rate(560), timeUnit: '1s', preAllocatedVUs: rate(400), maxVUs: rate(1600), startTime: `${Math.round(seconds / 2)}s`,
      stages: [{ target: rate(5000), duration: '5s' }, { target: rate(5000), duration: '10s' }, { target: rate(560), duration: '5s' }] },
    follow: steady(20, 'follow', 40),
  }, __ENV.LOGIN ? { staff: { executor: 'constant-vus', exec: 'staff', vus: rate(300), duration: `${seconds}s` } } : {}),
  thresholds: {
    'http_req_failed{kind:board}': ['rate<0.001'],
    'http_req_duration{kind:board}': ['p(95)<200'],
    'http_req_duration{kind:staff}': ['p(95)<500'],
    'checks': ['rate>0.999'],
  },
};

// someone is an address that belongs to one resident for one journey.
function someone() {
  const n = exec.scenario.iterationInTest;
  return { 'X-Forwarded-For': `198.${18 + (n >> 16) % 2}.${(n >> 8) & 255}.${n & 255}` };
}

function field(page, name) {
  const m = new RegExp(`name="${name}" value="([^"]*)"`).exec(page.body || '');
  return m ? m[1] : '';
}

// send posts a form; who gets the queue page sends it again as that page would, with what it kept.
function send(path, values, params) {
  for (let i = 0; i < 5; i++) {
    const page = http.post(base + path, values, Object.assign({ redirects: 0 }, params));
    if (page.status !== 503) return page;
    queued.add(1);
    values = Object.assign({}, values, { _waited: field(page, '_waited'), _token: field(page, '_token') || values._token });
    sleep(2);
  }
  return { status: 503, headers: {}, body: '' };
}

// form is the web form of three pages, as a phone without scripts sends it.
export function form() {
  const params = { headers: someone(), tags: { kind: 'form' } };
  const begun = Date.now();
  const steps = [
    ['/report/1', { text: `The street lamp at our gate is out, and the road is dark at night. Number ${exec.scenario.iterationInTest}.` }],
    ['/report/2', { unclear: 'yes', district: 'unknown' }],
    ['/report/3', { name: '', phone: '', email: '' }],
  ];
  for (const [path, values] of steps) {
    const page = http.get(base + path, params);
    const next = send(path, Object.assign({ _token: field(page, '_token') }, values), params);
    if (!check(next, { 'form goes on': (r) => r.status === 303 })) return;
    if ((next.headers.Location || '').includes('/report/near')) http.get(base + next.headers.Location, params);
  }
  filing.add(Date.now() - begun);
  http.cookieJar().clear(base);
}

// program files by the API; the same key again is the same case.
export function program() {
  const n = exec.scenario.iterationInTest;
  const params = { headers: Object.assign({ 'Content-Type': 'application/json', 'Idempotency-Key': `k6-${exec.test.options.scenarios ? Date.now() : 0}-${exec.vu.idInTest}-${n}` }, someone()), tags: { kind: 'program' } };
  const body = JSON.stringify({ kind: 'complaint', title: `Lamp ${n}`, text: `The street lamp at our gate is out. Number ${n}.` });
  let answer;
  for (let i = 0; i < 5; i++) {
    answer = http.post(`${base}/api/v1/cases`, body, params);
    if (answer.status !== 503) break;
    queued.add(1);
    sleep(Number(answer.headers['Retry-After'] || 2));
  }
  check(answer, { 'case filed': (r) => r.status === 201 });
}

const pages = ['/board', '/board.json', '/', '/topics', '/data-use', '/cases'];

export function board() {
  const page = http.get(base + pages[exec.scenario.iterationInTest % pages.length], { headers: someone(), tags: { kind: 'board' } });
  check(page, { 'page shown': (r) => r.status === 200 });
}

// follow types a code that does not exist, each from an address of its own.
export function follow() {
  const params = { headers: someone(), tags: { kind: 'follow' } };
  check(http.get(`${base}/t`, params), { 'code asked for': (r) => r.status === 200 });
}

// setup signs the operator in once; everybody at work shares the session, as sign-ins of one account are braked.
export function setup() {
  if (!__ENV.LOGIN) return {};
  const page = http.get(`${base}/login`);
  const come = http.post(`${base}/login`, { _token: field(page, '_token'), login: __ENV.LOGIN, password: __ENV.PASSWORD }, { redirects: 0 });
  const session = (come.cookies.hy_staff || [{}])[0].value;
  check(session, { 'signed in': (s) => !!s });
  return { session };
}

// staff look through the queue.
export function staff(data) {
  if (exec.vu.iterationInScenario === 0) sleep(Math.random() * 7); // they are at work when the crisis comes, each at a moment of their own
  const params = { tags: { kind: 'staff' }, cookies: { hy_staff: data.session || '' } };
  check(http.get(`${base}/console`, params), { 'queue shown': (r) => r.status === 200 && !r.url.includes('/login') });
  sleep(3 + Math.random() * 4);
}
