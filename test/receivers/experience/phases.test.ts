import { expect, test } from '@jest/globals';
import { phases } from '../../../receivers/experience/phases.ts';
import { eventOf, type SampleName, samplePayload } from '../../fixtures/messages.ts';

const event = (name: SampleName, timestamp: number, fields = {}) => {
  const sample = samplePayload(name);
  const plain = { id: 'x', status: 'pending', ...fields };
  return eventOf({ ...sample, timestamp, experience: plain });
};

test('the phases of an experience follow event time, whatever the order of arrival', () => {
  const events = [
    event('end', 50),
    event('create', 10),
    event('pause', 30),
    event('start', 40),
    event('start', 20),
  ];
  expect(phases(events)).toEqual([
    { state: 'created', from: 10, to: 20 },
    { state: 'running', from: 20, to: 30 },
    { state: 'paused', from: 30, to: 40 },
    { state: 'running', from: 40, to: 50 },
  ]);
});

test('the last phase is open until the experience ends, and the first begins at the creation time in the document', () => {
  expect(phases([event('update', 90, { createdAtTs: 10, startedAtTs: 20 })])).toEqual([
    { state: 'created', from: 10, to: 20 },
    { state: 'running', from: 20, to: null },
  ]);
});
