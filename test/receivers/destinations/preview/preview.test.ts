import { expect, jest, test } from '@jest/globals';
import { sampleBody } from '../../../fixtures/messages.ts';
import { SECRET, temporaryFolder } from '../../../fixtures/receiver.ts';
import { ReceiverHere } from '../../../fixtures/receiver-here.ts';

test('what the preview prints has no secrets and no characters that steer a terminal', async () => {
  const data = temporaryFolder();
  const receiver = await ReceiverHere.start({ DATA_DIR: data.folder });
  const printing = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const payload = JSON.parse(sampleBody('start').toString());
    payload.experience.name = `Price \u009b31m\u007f\u202etest ${SECRET}`;
    await receiver.post(JSON.stringify(payload));
    await receiver.printed(/"msg":"delivered"/);
    const printed = printing.mock.calls.map(([text]) => String(text)).join('');
    expect(printed).toContain('[U+009B]31m[U+007F][U+202E]test [secret]');
    expect(printed).not.toContain(SECRET);
    expect(printed).not.toMatch(/[\u007f-\u009f\u202e]/);
  } finally {
    printing.mockRestore();
    await receiver.stop();
    data.remove();
  }
});
