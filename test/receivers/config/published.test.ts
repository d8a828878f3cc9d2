import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { describeFaults, loadConfiguration } from '../../../receivers/config/load.ts';
import { receiversSchema } from '../../../receivers/config/published/json-schema.ts';
import { settingsTable } from '../../../receivers/config/published/settings-table.ts';
import { SETTING_LINES } from '../../../receivers/config/settings/table.ts';
import { DESTINATION_KINDS } from '../../../receivers/destinations/index.ts';
import { SERVICE_ACCOUNT_KEY } from '../../fakes/google-sheets/tokens.ts';

function published(name: string): string {
  return readFileSync(new URL(`../../../receivers/config/published/${name}`, import.meta.url), 'utf8');
}

const example = published('receivers.example.yaml');
const schema = JSON.parse(published('receivers.schema.json'));
const fits = new Ajv({ strict: false, validateFormats: false }).compile(schema);

describe('receivers.schema.json', () => {
  test('receivers.schema.json is what `npm run schema` writes', () => {
    const current = isDeepStrictEqual(schema, JSON.parse(JSON.stringify(receiversSchema(DESTINATION_KINDS))));
    expect(current ? 'current' : 'out of date: run `npm run schema`').toBe('current');
  });

  test('receivers.schema.json describes every setting', () => {
    for (const { path, description } of SETTING_LINES) {
      const found = path.reduce((at, key) => at?.properties?.[key], schema);
      expect({ path, description: found?.description }).toEqual({ path, description });
    }
  });

  test('receivers.schema.json accepts the example', () => {
    fits(parse(example));
    expect(fits.errors).toBeNull();
  });

  test.each([
    ['a misspelt section', { sever: {} }],
    ['a misspelt setting', { server: { prot: 1 } }],
    ['a port that is not a number', { server: { port: 'many' } }],
    ['a number out of bounds', { server: { port: 70_000 } }],
    ['an unknown type of destination', { destinations: [{ type: 'slak' }] }],
    ['a misspelt setting of a destination', { destinations: [{ type: 'slack', chanel: '#x' }] }],
    ['a route with an unknown condition', { routes: [{ name: 'a', to: 'b', when: { action: 'start' } }] }],
    ['an unknown word', { routing: 'last' }],
  ])('receivers.schema.json refuses %s', (_, document) => {
    expect(fits(document)).toBe(false);
  });

  test.each([
    ['a variable instead of a number', { server: { port: `\${PORT}` } }],
    ['a variable instead of a word', { log: { level: `\${LEVEL}` } }],
    ['nothing', {}],
  ])('receivers.schema.json accepts %s', (_, document) => {
    expect(fits(document)).toBe(true);
  });
});

describe('receivers.example.yaml', () => {
  test('receivers.example.yaml begins with a reference to its schema, for editors', () => {
    const [, file] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(example) ?? [];
    expect(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')).toBe(
      published('receivers.schema.json'),
    );
  });

  test('receivers.example.yaml is valid once its variables are set', () => {
    const environment: Record<string, string> = {
      ALPINE_WEBHOOK_SECRET: 'a',
      ALPINE_ACCESS_TOKEN: 'b',
      BIKES_WEBHOOK_SECRET: 'c',
      BIKES_OLD_WEBHOOK_SECRET: 'd',
      SLACK_BOT_TOKEN: 'xoxb-1-2-three',
      GOOGLE_SERVICE_ACCOUNT_KEY: SERVICE_ACCOUNT_KEY,
      SMTP_URL: 'smtps://user:password@mail.example.com:465',
    };
    const used = [...example.matchAll(/(?<!\$)\$\{([A-Z_]+)\}/g)].map(([, name]) => String(name));
    expect(new Set(used)).toEqual(new Set([...Object.keys(environment), 'NAME']));
    const result = loadConfiguration({ environment, readFile: () => example });
    expect(result.ok ? '' : describeFaults(result.faults)).toBe('');
    expect(result).toMatchObject({ configuration: { notices: [] } });
  });
});

describe('the table of settings', () => {
  const table = settingsTable(DESTINATION_KINDS);

  test('the table of settings has a line for each environment variable', () => {
    const names = [
      'CONFIG_FILE',
      'INTELLIGEMS_WEBHOOK_SECRET',
      ...SETTING_LINES.map(({ environment }) => environment),
      ...DESTINATION_KINDS.flatMap(({ environment }) => Object.keys(environment)),
    ];
    for (const name of names) {
      expect(table.match(new RegExp(`^\\| \`${name}\` \\| .* \\| .* \\| \\S.* \\|$`, 'gm'))).toHaveLength(1);
    }
  });
});
