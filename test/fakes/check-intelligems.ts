/**
 * Checks the fake Intelligems against the vendor's published OpenAPI file:
 * `npm exec -- node test/fakes/check-intelligems.ts path/to/openapi.json`
 */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { startFakeIntelligems } from './intelligems.ts';

interface Operation {
  responses: Record<string, { content: Record<string, { schema: object }> }>;
}

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error("Name the vendor's OpenAPI file: node test/fakes/check-intelligems.ts openapi.json");
  process.exit(2);
}
const specification = JSON.parse(readFileSync(path, 'utf8')) as {
  components: object;
  paths: Record<string, Record<string, Operation>>;
};
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });

const fake = await startFakeIntelligems({ now: () => 1_788_271_331_000 });
const experience = fake.create({ type: 'pricing' });
fake.update(experience.id, { name: 'Backpack price test' });
fake.measure(experience.id, {
  verdict: 'directional_win',
  runtimeDays: 14,
  measured: [
    { visitors: 4000, orders: 120, revenue: 9600, profit: 3100 },
    { visitors: 4100, orders: 140, revenue: 11_000, profit: 3600 },
  ],
  monthlyRevenueIncrease: 2400,
});
const charts = {
  view: 'overview',
  testResult: true,
  graphs: { ids: ['conversion_rate'], outputFormat: 'png' },
};
const one = `/experiences/${experience.id}`;
const calls: [string, string, string, object?][] = [
  ['/experiences/{experienceId}/actions/{action}', 'POST', `${one}/actions/start`, {}],
  ['/experiences-list', 'GET', '/experiences-list?limit=5'],
  ['/experiences/{experienceId}', 'GET', one],
  ['/experiences/{experienceId}', 'GET', `${one}?includeChangeLog=true`],
  ['/analytics/resource/{experienceId}', 'POST', `/analytics/resource/${experience.id}`, charts],
];
let faults = 0;
for (const verdict of ['not_ready', 'error'] as const) {
  const other = fake.create();
  fake.measure(other.id, { verdict });
  const body = { view: 'overview', testResult: true };
  calls.push(['/analytics/resource/{experienceId}', 'POST', `/analytics/resource/${other.id}`, body]);
}
for (const [operation, method, target, body] of calls) {
  const found = Object.entries(specification.paths).find(([name]) => name.endsWith(`-beta${operation}`));
  const schema = found?.[1][method.toLowerCase()]?.responses['200']?.content['application/json']?.schema;
  if (schema === undefined) {
    console.error(`${method} ${operation}: the file describes no such operation`);
    faults += 1;
    continue;
  }
  const response = await fetch(`${fake.url}/v25-10-beta${target}`, {
    method,
    headers: { 'intelligems-access-token': fake.token, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const valid = ajv.validate({ ...schema, components: specification.components }, await response.json());
  console.log(`${method} ${operation}: ${response.status === 200 && valid ? 'as documented' : 'differs'}`);
  for (const error of (valid ? [] : ajv.errors) ?? []) {
    console.log(`  ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
    faults += 1;
  }
}
await fake.close();
process.exit(faults === 0 ? 0 : 1);
