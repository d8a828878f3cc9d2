import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadConfiguration } from '../../../receivers/config/load.ts';
import { KINDS } from './kinds.ts';
import { faultsOf, load, loaded } from './loaded.ts';

const TWO_DESTINATIONS = `
destinations:
  - {name: team, type: chat, token: tok-1, channel: general}
  - {type: table, sheet: one}
`;

describe('receivers.yaml', () => {
  test('receivers.yaml sets the same settings as the environment, and the environment wins', () => {
    const configuration = loaded(
      { PORT: '9000', DIGEST_TO: 'table' },
      `${TWO_DESTINATIONS}
server:
  port: 8000
  publicUrl: https://hooks.example.com
delivery:
  maxAttempts: 3
digest:
  to: [team, table]
  hour: 9
`,
    );
    expect(configuration).toMatchObject({
      file: 'receivers.yaml',
      server: { port: 9000, publicUrl: 'https://hooks.example.com' },
      delivery: { retry: { maxAttempts: 3, factor: 5 } },
      digest: { to: ['table'], hour: 9 },
      destinations: [{ name: 'team' }, { name: 'table' }],
    });
  });

  test('receivers.yaml may be empty or contain only comments', () => {
    expect(loaded({}, '')).toMatchObject({ file: 'receivers.yaml', server: { port: 8787 } });
    expect(loaded({}, '# nothing yet\n')).toMatchObject({ destinations: [{ name: 'preview' }] });
  });

  test('a section of receivers.yaml may be empty', () => {
    expect(loaded({}, 'server:\nroutes:\n')).toMatchObject({ server: { port: 8787 } });
  });

  test('a missing settings file is an error only if CONFIG_FILE names it', () => {
    expect(faultsOf({ CONFIG_FILE: 'etc/mine.yaml', PORT: 'x' })).toEqual([
      'CONFIG_FILE: There is no file “etc/mine.yaml”. Write the path of your settings file, or remove CONFIG_FILE.',
      'PORT: It is the text "x". Write a whole number from 0 to 65535, such as 8787.',
    ]);
  });

  test('receivers.yaml is read from the given folder', () => {
    const asked: string[] = [];
    loadConfiguration({
      environment: {},
      cwd: '/srv/app',
      kinds: KINDS,
      readFile: (path) => String(asked.push(path)),
    });
    loadConfiguration({
      environment: { CONFIG_FILE: '/etc/mine.yaml' },
      cwd: '/srv/app',
      kinds: KINDS,
      readFile: (path) => String(asked.push(path)),
    });
    expect(asked).toEqual(['/srv/app/receivers.yaml', '/etc/mine.yaml']);
  });

  test('an unreadable receivers.yaml says why it cannot be read', () => {
    const result = loadConfiguration({
      environment: {},
      kinds: KINDS,
      readFile: () => {
        throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
      },
    });
    expect(result).toEqual({
      ok: false,
      faults: [
        {
          where: 'receivers.yaml',
          message: 'The file “receivers.yaml” cannot be read (EACCES: permission denied).',
        },
      ],
    });
  });
});

describe('the faults of receivers.yaml', () => {
  test('all errors in receivers.yaml are reported at once, each with its line', () => {
    const yaml = `server:
  prot: 8080
  bodyLimitBytes: many
sources:
  - name: not a name
  - name: shop
    secrets: s
  - name: shop
    secrets: [t]
destinations:
  - name: team
    type: chatt
  - name: log
    type: chat
    token: xoxb
    colour: red
alerts:
  destination: tem
digest: daily
rutes: []
routes:
  - name: one
    to: [team, nowhere]
    when:
      actions: [start, begin]
      statuses: startd
      type: pricing
      sources: shp
  - name: one
    to: log
    quietHours: {from: 22:00, to: 22:00, timeZone: Mars}
  - when: {share: {atLeast: 60, atMost: 40}}
`;
    expect(faultsOf({ PORT: '-1' }, yaml)).toEqual([
      'PORT: It is the text "-1". Write a whole number from 0 to 65535, such as 8787.',
      'receivers.yaml:2 server.prot: There is no such setting. Did you mean “port”?',
      'receivers.yaml:3 server.bodyLimitBytes: It is the text "many". Write a whole number from 1024 to 104857600, such as 1048576.',
      'receivers.yaml:5 sources[0].name: It is the text "not a name". Write 1 to 64 letters, digits, - and _. The name is part of the webhook URL.',
      `receivers.yaml:5 sources[0].secrets: It is missing. Write the webhook secret of this source, preferably as \${NAME} of an environment variable.`,
      'receivers.yaml:8 sources[2].name: The name “shop” is already taken. Give each its own `name`.',
      'receivers.yaml:12 destinations[0].type: There is no destination of the type “chatt”. Did you mean “chat”?',
      'receivers.yaml:13 destinations[1].channel: It is missing. The channel.',
      'receivers.yaml:15 destinations[1].token: It is a text of 4 characters. Write the token, which begins with tok-.',
      'receivers.yaml:16 destinations[1].colour: There is no such setting. Known here: token, channel, rate.',
      'receivers.yaml:18 alerts.destination: There is no destination with this name. Did you mean “team”?',
      'receivers.yaml:19 digest: It is the text "daily". Write a map of names and values.',
      'receivers.yaml:20 rutes: There is no such setting. Did you mean “routes”?',
      'receivers.yaml:23 routes[0].to[1]: It is the text "nowhere". There is no destination with this name. Write one of team, log.',
      'receivers.yaml:25 routes[0].when.actions[1]: It is the text "begin". Write create, start, pause, end, update or delete.',
      'receivers.yaml:26 routes[0].when.statuses[0]: It is the text "startd". Intelligems does not document this value. Did you mean “started”?',
      'receivers.yaml:27 routes[0].when.type: There is no such setting. Did you mean “types”?',
      'receivers.yaml:28 routes[0].when.sources[0]: It is the text "shp". There is no source with this name. Did you mean “shop”?',
      'receivers.yaml:29 routes[1].name: The name “one” is already taken. Give each its own `name`.',
      'receivers.yaml:31 routes[1].quietHours.timeZone: It is the text "Mars". Write a time zone such as America/New_York, Europe/London or UTC.',
      'receivers.yaml:31 routes[1].quietHours.to: It is the text "22:00". Write a `to` that differs from `from`.',
      'receivers.yaml:32 routes[2].name: It is missing. Write a name for people.',
      'receivers.yaml:32 routes[2].when.share: It is a map of names and values. Write an atLeast that is not above atMost.',
      'receivers.yaml:32 routes[2].to: It is missing. Write the name of a destination, or several as a list.',
    ]);
  });

  test.each([
    ['a list at the top', '- one', 'receivers.yaml:1: The file has no settings.'],
    ['text at the top', 'hello', 'receivers.yaml:1: The file has no settings.'],
    ['a broken line', 'server:\n  port: "8080\n', 'receivers.yaml:'],
    [
      'a key given twice',
      'log:\n  level: info\n  level: debug\n',
      'receivers.yaml:3: Map keys must be unique',
    ],
    ['an unknown tag', 'server:\n  port: !!js/function 1\n', 'receivers.yaml:2: Unresolved tag'],
    ['two documents', 'log: {}\n---\nlog: {}\n', 'receivers.yaml:'],
    ['an unknown anchor', 'server: *nobody\n', 'receivers.yaml:1: There is no anchor &nobody before this.'],
    [
      'a map instead of a list',
      'routes: {}\n',
      'receivers.yaml:1 routes: It is a map of names and values. Write a list',
    ],
    [
      'a number instead of a map',
      'destinations: [7]\n',
      'receivers.yaml:1 destinations[0].type: It is missing.',
    ],
    [
      'a key that reaches for the prototype',
      '__proto__: {port: 1}\n',
      'receivers.yaml:1 __proto__: There is no such setting.',
    ],
    [
      'one deeper down',
      'server:\n  __proto__: {port: 1}\n  constructor: 1\n',
      'receivers.yaml:2 server.__proto__: There is no such setting.',
    ],
    ['too much of it', `# ${'x'.repeat(1_048_576)}`, 'receivers.yaml: The file is longer than 1 MiB.'],
    ['a thousand brackets', `server: ${'['.repeat(20_000)}`, 'receivers.yaml'],
  ])('%s', (_, yaml, expected) => {
    const faults = faultsOf({}, yaml);
    expect(faults[0]).toContain(expected);
    expect(Object.prototype).not.toHaveProperty('port');
  });

  test('a YAML file whose aliases expand exponentially is refused', () => {
    const levels = Array.from(
      { length: 20 },
      (_, level) => `  l${level + 1}: &l${level + 1} [${`*l${level}, `.repeat(9)}*l${level}]`,
    );
    expect(faultsOf({}, `server:\n  l0: &l0 [x]\n${levels.join('\n')}\n`)).toEqual([
      expect.stringContaining('receivers.yaml: The file cannot be read as YAML: Excessive alias count'),
    ]);
  });

  test('anchors and merges work, and errors in them have the right lines', () => {
    const yaml = `destinations:
  - &team {name: team, type: chat, token: tok-1, channel: general}
  - <<: *team
    name: second
    channel: other
`;
    expect(loaded({}, yaml).destinations).toMatchObject([
      { name: 'team', settings: { channel: 'general' } },
      { name: 'second', settings: { channel: 'other', token: 'tok-1' } },
    ]);
  });

  test('no text makes the parser of receivers.yaml throw', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            ...[
              'server',
              'routes',
              'destinations',
              ': ',
              '\n',
              '  ',
              '- ',
              '{',
              '}',
              '[',
              ']',
              '"',
              `\${A}`,
              `\${`,
              '&a ',
              '*a ',
            ],
            ...[
              '<<',
              '? ',
              '|',
              '>',
              '!!',
              '%',
              'to',
              'when',
              'name',
              'type',
              'chat',
              '1',
              'null',
              '\t',
              '\u0000',
              '😀',
            ],
          ),
          { maxLength: 40 },
        ),
        (parts) => {
          expect(typeof load({ A: 'x' }, parts.join('')).ok).toBe('boolean');
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe(`\${NAME}`, () => {
  test(`\${NAME} stands for an environment variable, and $\${ for a literal one`, () => {
    const yaml = `
server:
  port: \${MY_PORT}
destinations:
  - {name: team, type: chat, token: 'tok-\${FIRST}-\${SECOND}', channel: '$\${literal} \${FIRST}'}
`;
    const configuration = loaded({ MY_PORT: '81', FIRST: `a: "b" \${SECOND}`, SECOND: 'c' }, yaml);
    expect(configuration.server.port).toBe(81);
    expect(configuration.destinations[0]?.settings).toMatchObject({
      token: `tok-a: "b" \${SECOND}-c`,
      channel: `\${literal} a: "b" \${SECOND}`,
    });
  });

  test('a variable that is not set is an error anywhere in the file', () => {
    const yaml = `
server:
  port: \${MY_PROT}
destinations:
  - name: team
    type: chat
    token: \${TOKEN}
    channel: \${EMPTY}\${}
`;
    expect(faultsOf({ MY_PORT: '1', EMPTY: '' }, yaml)).toEqual([
      `receivers.yaml:3 server.port: The environment variable MY_PROT is not set. Did you mean “MY_PORT”? Set it, or write $\${MY_PROT} for the characters themselves.`,
      `receivers.yaml:7 destinations[0].token: The environment variable TOKEN is not set. Set it, or write $\${TOKEN} for the characters themselves.`,
      `receivers.yaml:8 destinations[0].channel: The environment variable EMPTY is not set. Set it, or write $\${EMPTY} for the characters themselves.`,
      `receivers.yaml:8 destinations[0].channel: It has a “\${” without the name of an environment variable. Write \${NAME}, or $\${ for the characters themselves.`,
    ]);
  });

  test('a variable inside brackets has to be quoted, and the error says so', () => {
    expect(faultsOf({}, `destinations:\n  - {name: team, token: \${TOKEN}, type: chat}\n`)).toEqual([
      expect.stringMatching(/^receivers\.yaml:2: .* Inside \[ \] and \{ \}, write "\$\{NAME\}" in quotes\.$/),
    ]);
  });

  test('the value of a variable is never shown, even for settings that are not secret', () => {
    const yaml = `
server:
  publicUrl: \${SECRET}
destinations:
  - {name: team, type: chat, token: '\${SECRET}', channel: x, rate: '\${SECRET}'}
`;
    const faults = faultsOf({ SECRET: 'hunter2-hunter2' }, yaml);
    expect(faults).toHaveLength(3);
    expect(faults.join('\n')).not.toContain('hunter2');
  });
});

describe('destinations of receivers.yaml', () => {
  test('destinations in receivers.yaml replace those of the environment, with a notice', () => {
    const configuration = loaded(
      { CHAT_TOKEN: 'tok-9', CHAT_CHANNEL: 'general' },
      `destinations:\n  - {name: team, type: chat, token: '\${CHAT_TOKEN}', channel: other}\n`,
    );
    expect(configuration.destinations).toMatchObject([{ name: 'team', settings: { channel: 'other' } }]);
    expect(configuration.notices).toEqual([
      `CHAT_CHANNEL has no effect, because receivers.yaml lists the destinations. Use \${NAME} there, or remove the variable.`,
    ]);
  });

  test('a notice names destinations that no route leads to', () => {
    const routes = 'routes:\n  - {name: one, to: team}\n';
    expect(loaded({}, TWO_DESTINATIONS + routes).notices).toEqual([
      'No route uses the destination table, so it gets no events.',
    ]);
  });
});

describe('what acts on experiences', () => {
  const POLICY = { AUTO_PAUSE_CHECKS: 'guardrail, no_visitors' };

  test('a notice says that the receiver pauses by itself, and what keeps it from it', () => {
    expect(loaded({}, '').notices).toEqual([]);
    const on = { ...POLICY, INTELLIGEMS_ACCESS_TOKEN: 'an-access-token', HEALTH_CHECKS: 'guardrail' };
    expect(loaded(on, '').notices).toEqual([
      expect.stringContaining('the receiver itself pauses experiences when an alarm of guardrail begins'),
      expect.stringContaining('no effect for no_visitors'),
    ]);
    expect(loaded(POLICY, '').notices).toEqual([
      expect.stringContaining('no effect for guardrail, no_visitors'),
    ]);
  });
});

describe('a role that needs other processes', () => {
  test('a role that needs other processes gets a warning if the storage allows only one process', () => {
    const alone = 'no other process can deliver from its embedded ledger';
    expect(loaded({ RECEIVER_ROLE: 'accept' }, '').notices).toEqual([expect.stringContaining(alone)]);
    const shared = { RECEIVER_ROLE: 'accept', DATABASE_URL: 'postgres://receiver:pw@db/ledger' };
    expect(loaded(shared, '').notices).toEqual([]);
  });
});

describe('sources of receivers.yaml', () => {
  test('sources in receivers.yaml replace the source without a name', () => {
    const yaml = `
sources:
  - name: alpine-goods
    title: Alpine Goods
    secrets: \${ALPINE}
    organizationId: org-1
  - name: bikes
    secrets: [one, two]
`;
    expect(loaded({ ALPINE: 'a, b' }, yaml).sources).toEqual([
      {
        name: 'alpine-goods',
        title: 'Alpine Goods',
        secrets: ['a', 'b'],
        previousSecrets: [],
        organizationId: 'org-1',
        accessToken: null,
      },
      {
        name: 'bikes',
        title: 'bikes',
        secrets: ['one', 'two'],
        previousSecrets: [],
        organizationId: null,
        accessToken: null,
      },
    ]);
  });

  test('sources in receivers.yaml add to the source without a name if the environment gives it a secret', () => {
    const yaml = 'sources:\n  - {name: bikes, secrets: b}\n';
    const names = loaded({ INTELLIGEMS_WEBHOOK_SECRET: 's' }, yaml).sources.map(({ name }) => name);
    expect(names).toEqual(['default', 'bikes']);
  });

  test('receivers.yaml may name the default source, which the environment then completes', () => {
    const yaml = 'sources:\n  - {name: default, title: My shop, secrets: from-file}\n';
    expect(loaded({ INTELLIGEMS_WEBHOOK_SECRET: 'from-environment' }, yaml).sources).toEqual([
      {
        name: 'default',
        title: 'My shop',
        secrets: ['from-environment'],
        previousSecrets: [],
        organizationId: null,
        accessToken: null,
      },
    ]);
  });
});

test('no error in settings contains a secret', () => {
  const secret = fc.string({ minLength: 6, unit: 'grapheme-ascii' }).map((filling) => `§${filling}§`);
  fc.assert(
    fc.property(secret, (value) => {
      const yaml = `
sources:
  - {name: shop, secrets: {a: ${JSON.stringify(value)}}}
destinations:
  - {name: a, type: chat, token: ${JSON.stringify(value)}, channel: 1}
console:
  token: [${JSON.stringify(value)}]
`;
      const environment = { CHAT_TOKEN: value, DATABASE_URL: value, ZAPIER_API_KEY: value.slice(0, 8) };
      const faults = [...faultsOf(environment), ...faultsOf(environment, yaml)].join('\n');
      expect(faults).toContain('DATABASE_URL');
      expect(faults).toContain('destinations[0].token');
      expect(faults).not.toContain('§');
    }),
    { numRuns: 50 },
  );
});
