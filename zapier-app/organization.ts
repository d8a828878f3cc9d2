import type { Bundle, ZObject } from 'zapier-platform-core';
import type { ApiExperience } from '../shared/intelligems-experiences.ts';
import { succeeded } from './failures.ts';
import { intelligems } from './intelligems.ts';

/** The organization of an access token, as far as the External API names it. */
export interface TokenOrganization {
  /** Null if it has no experience yet, since only experiences name it. */
  id: string | null;
  /** The domain of its store. */
  store: string | null;
}

/** Asks for the organization of the connection's access token. Throws the error for the person if that fails. */
export async function organizationOf(z: ZObject, bundle: Bundle): Promise<TokenOrganization> {
  const { experiences } = succeeded(z, await intelligems(z, bundle).listExperiences({ limit: 1 }));
  const [experience] = experiences;
  return { id: experience?.organizationId ?? null, store: experience ? storeDomain(experience) : null };
}

/** The same as an ID, for requests that work without it too; null if it cannot be found out now. */
export async function knownOrganization(z: ZObject, bundle: Bundle): Promise<string | null> {
  try {
    return (await organizationOf(z, bundle)).id;
  } catch {
    return null;
  }
}

function storeDomain({ linkBaseUrl }: ApiExperience): string | null {
  const address = linkBaseUrl?.includes('://') ? linkBaseUrl : `https://${linkBaseUrl ?? ''}`;
  return URL.parse(address)?.hostname || null;
}
