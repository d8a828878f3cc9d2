import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { addEnvFile } from '../../../receivers/cli/env-file.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';

let home: ReturnType<typeof temporaryFolder>;
let file: string;

beforeEach(() => {
  home = temporaryFolder();
  file = join(home.folder, '.env');
});
afterEach(() => home.remove());

test('the variables of .env are added, and what the environment sets stays', () => {
  writeFileSync(file, 'PORT=9000\n# a comment\nLOCALE="de-CH"\nTIME_ZONE=Europe/Zurich\nHOST=\n');
  const environment = { PORT: '8000', TIME_ZONE: '' };
  expect(addEnvFile(environment, home.folder)).toEqual({ name: '.env', variables: ['LOCALE', 'TIME_ZONE'] });
  expect(environment).toEqual({ PORT: '8000', LOCALE: 'de-CH', TIME_ZONE: 'Europe/Zurich' });
});

test('without a .env, or with a folder of that name, nothing is added', () => {
  expect(addEnvFile({}, home.folder)).toBeNull();
  mkdirSync(file);
  expect(addEnvFile({}, home.folder)).toBeNull();
});

test('ENV_FILE names another file, which must exist', () => {
  writeFileSync(join(home.folder, 'production.env'), 'PORT=9000');
  const environment = { ENV_FILE: 'production.env' };
  expect(addEnvFile(environment, home.folder)).toEqual({ name: 'production.env', variables: ['PORT'] });
  expect(() => addEnvFile({ ENV_FILE: 'missing.env' }, home.folder)).toThrow(
    'There is no file “missing.env”. Write the path of your file with variables, or remove ENV_FILE.',
  );
});

test('a byte order mark is not part of the first name, and a file that is not UTF-8 is refused', () => {
  writeFileSync(file, '\uFEFFPORT=9000\r\nHOST=localhost\r\n');
  const environment = {};
  addEnvFile(environment, home.folder);
  expect(environment).toEqual({ PORT: '9000', HOST: 'localhost' });
  writeFileSync(file, '\uFEFFPORT=9000\r\n', 'utf16le');
  expect(() => addEnvFile({}, home.folder)).toThrow(
    'The file “.env” is not UTF-8 text. Save it with the encoding UTF-8.',
  );
});
