import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { type FakeSmtp, parseMail, startFakeSmtp } from '../../fakes/smtp.ts';
import { sampleBody } from '../../fixtures/messages.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

let data: ReturnType<typeof temporaryFolder>;
let api: FakeOwnApi;
let smtp: FakeSmtp;
let receiver: ReceiverHere;

beforeAll(async () => {
  data = temporaryFolder();
  [api, smtp] = await Promise.all([startFakeOwnApi(), startFakeSmtp()]);
  receiver = await ReceiverHere.start({
    DATA_DIR: data.folder,
    FORWARD_URL: api.url,
    FORWARD_ALLOW_PRIVATE: 'true',
    SMTP_URL: smtp.url,
    EMAIL_FROM: 'experiments@example.com',
    EMAIL_TO: 'team@example.com',
    ALERT_DESTINATION: 'email',
    ALERT_AFTER_MINUTES: '0',
    FIRST_RETRY_SECONDS: '0.05',
    RETRY_FACTOR: '1',
    FIRST_PAUSE_SECONDS: '0.05',
    LONGEST_PAUSE_SECONDS: '0.05',
    GIVE_UP_AFTER_HOURS: '1',
    LOG_PRETTY: 'false',
  });
});

afterAll(async () => {
  await receiver.stop();
  await Promise.all([api.close(), smtp.close()]);
  data.remove();
});

test('a destination that keeps failing raises one alert through another destination, and one report when it works again', async () => {
  api.faults.draw(() => ({ kind: 'status', status: 500 }));
  await receiver.post(sampleBody('start'));
  await receiver.printed(/"destination":"http","to":"email".*has been failing for less than a minute/);
  await receiver.printed(/"event":"report_alert_http_\d+","destination":"email".*"delivered"/);
  await receiver.printedTimes('"will try again"', api.requests.length + 20);
  const mails = await Promise.all(smtp.mails.map(parseMail));
  const alerts = mails.filter(({ subject }) => subject?.includes('has been failing'));
  expect(alerts).toHaveLength(1);
  expect(alerts[0]?.text).toMatch(/Last error.*500.*npm run replay/s);

  api.faults.clear();
  await receiver.printed(/"destination":"http".*"delivered"/);
  await receiver.printed(/"event":"report_recovery_http_\d+","destination":"email".*"delivered"/);
  const recovered = (await Promise.all(smtp.mails.map(parseMail))).filter(({ subject }) =>
    subject?.includes('works again'),
  );
  expect(recovered).toHaveLength(1);
  expect(recovered[0]?.text).toMatch(/It had been failing for/);
});
