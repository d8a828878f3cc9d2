import type { Bundle } from 'zapier-platform-core';

/** What a person entered when the app was connected; what was left empty is null. */
export interface Connection {
  accessToken: string;
  webhookSecret: string | null;
  receiverUrl: string | null;
  receiverKey: string | null;
}

/** Reads the connection of a run. */
export function connectionOf({ authData }: Pick<Bundle, 'authData'>): Connection {
  const field = (name: string): string | null => authData[name]?.trim() || null;
  return {
    accessToken: field('access_token') ?? '',
    webhookSecret: field('webhook_secret'),
    receiverUrl: field('receiver_url')?.replace(/\/+$/, '') ?? null,
    receiverKey: field('receiver_key'),
  };
}
