import { afterEach, describe, expect, test } from '@jest/globals';
import { isPublicAddress } from '../../../../receivers/outgoing/addresses.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../../../fakes/own-api.ts';
import { sampleMessage } from '../../../fixtures/messages.ts';
import { attempt } from '../common/opened.ts';
import { opened } from './opened.ts';

let api: FakeOwnApi | undefined;

afterEach(async () => {
  await api?.close();
  api = undefined;
});

describe('which addresses are public', () => {
  test.each(['8.8.8.8', '1.1.1.1', '2606:4700::1111', '::ffff:8.8.8.8'])(
    '%s is a public address',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  test.each([
    '127.0.0.1',
    '10.1.1.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '192.0.0.1',
    '198.18.0.1',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1%eth0',
    'ff02::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'not an address',
  ])('%s is not a public address', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a URL that leads into the private network', () => {
  test.each([
    ['127.0.0.1', (port: string) => `http://127.0.0.1:${port}/`],
    ['a name of this machine', (port: string) => `http://localhost:${port}/`],
    ['a number', (port: string) => `http://2130706433:${port}/`],
    ['an octal address', (port: string) => `http://0177.0.0.1:${port}/`],
    ['a short address', (port: string) => `http://127.1:${port}/`],
    ['any address', (port: string) => `http://0.0.0.0:${port}/`],
    ['IPv6', (port: string) => `http://[::1]:${port}/`],
    ['IPv4 in IPv6', (port: string) => `http://[::ffff:127.0.0.1]:${port}/`],
    ['the metadata of a cloud', () => 'http://169.254.169.254/latest/meta-data/'],
    ['the metadata of a cloud over TLS', () => 'https://169.254.169.254/latest/meta-data/'],
  ])('%s: nothing is sent, and the error names the setting that allows it', async (_, url) => {
    api = await startFakeOwnApi();
    const { port } = new URL(api.url);
    const destination = await opened({ url: url(port), allowPrivate: false });
    const outcome = await destination.send(sampleMessage('start'), attempt());
    const checks = await destination.check();
    await destination.close();
    expect(outcome).toMatchObject({ type: 'dead' });
    expect((outcome as { reason: string }).reason).toContain('FORWARD_ALLOW_PRIVATE=true');
    expect(checks).toContainEqual(expect.objectContaining({ what: 'Your API', state: 'fault' }));
    expect(api.requests).toEqual([]);
    expect(api.connections()).toBe(0);
  });
});
