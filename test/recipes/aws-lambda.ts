import { verifyWebhook } from '../../shared/verifier.ts';
import { onEvent } from './on-event.ts';

/** What API Gateway (both formats), a function URL and a load balancer hand over: some have headers of one kind only. */
interface HttpEvent {
  headers?: Record<string, string | undefined> | null;
  multiValueHeaders?: Record<string, string[] | undefined> | null;
  body?: string | null;
  isBase64Encoded: boolean;
}

/** AWS Lambda: the body comes as text or as base64, and header names in any case. */
export async function handler(event: HttpEvent): Promise<{ statusCode: number }> {
  const secret = process.env.INTELLIGEMS_WEBHOOK_SECRET ?? '';
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  const headers = { ...event.headers, ...event.multiValueHeaders };
  const name = Object.keys(headers).find((each) => each.toLowerCase() === 'x-intelligems-signature');
  const verdict = verifyWebhook(body, name && headers[name]?.toString(), secret);
  if (!verdict.ok) {
    console.warn(`Webhook refused (${verdict.reason}). ${verdict.hint}`);
    return { statusCode: 401 };
  }
  onEvent(JSON.parse(new TextDecoder().decode(body)));
  return { statusCode: 200 };
}
