import type { Bundle, PlainInputField, PlainOutputField, Trigger, ZObject } from 'zapier-platform-core';
import type { ZapierFilter } from '../../shared/zapier-filter.ts';
import { isFirstTime } from '../first-time.ts';
import { headerOf } from '../headers.ts';
import { knownOrganization } from '../organization.ts';
import { receiver, type Subject } from '../receiver.ts';

/** How many recent events the editor offers as samples: it shows three. */
const SAMPLES = 3;

/** What an instant trigger gives: at least an ID, by which Zapier recognizes it. */
export interface Given {
  id: string;
}

export interface HookTrigger<Output extends Given> {
  key: string;
  noun: string;
  label: string;
  description: string;
  subject: Subject;
  fields: PlainInputField[];
  outputFields: PlainOutputField[];
  /** What the editor shows if there is nothing real yet. */
  sample: Output;
  /** The filter in the trigger's fields. Throws an error for the person if it can never match. */
  filterOf(z: ZObject, bundle: Bundle): ZapierFilter;
  /** Those of the receiver's objects that the Zap runs for. */
  read(candidates: unknown[], filter: ZapierFilter): Output[];
  /** What the External API offers as samples while the receiver has none. May throw: then there are none. */
  fromApi(z: ZObject, bundle: Bundle, filter: ZapierFilter): Promise<Output[]>;
}

/**
 * An instant trigger: the team's receiver sends each event once, verified, and in the form that the Zap gets.
 */
export function hookTrigger<Output extends Given>(settings: HookTrigger<Output>): Trigger {
  const { key, noun, label, description, subject, fields, outputFields, filterOf, read } = settings;

  const wanted = async (z: ZObject, bundle: Bundle) => ({
    subject,
    filter: filterOf(z, bundle),
    organization: await knownOrganization(z, bundle),
  });

  /** A sample is not worth an error: there is always the static one. */
  const fromApi = async (z: ZObject, bundle: Bundle, filter: ZapierFilter): Promise<Output[]> => {
    try {
      return await settings.fromApi(z, bundle, filter);
    } catch {
      return [];
    }
  };

  return {
    key,
    noun,
    display: { label, description },
    operation: {
      type: 'hook',
      inputFields: fields,
      outputFields,
      sample: { ...(settings.sample as object) },

      async performSubscribe(z: ZObject, bundle: Bundle) {
        const to = receiver(z, bundle);
        const zap = { trigger: key, zap: bundle.meta.zap?.id ?? null };
        return { id: await to.subscribe(bundle.targetUrl ?? '', await wanted(z, bundle), zap) };
      },

      async performUnsubscribe(z: ZObject, bundle: Bundle) {
        const id = bundle.subscribeData?.id;
        if (id !== undefined) {
          await receiver(z, bundle).unsubscribe(id);
        }
        return {};
      },

      async perform(z: ZObject, bundle: Bundle): Promise<Output[]> {
        const events = read([bundle.cleanedRequest], filterOf(z, bundle));
        // The receiver sends an event again, under the same ID, if it cannot know whether it arrived.
        const id = headerOf(bundle.rawRequest?.headers, 'webhook-id');
        const isNew =
          id === undefined || events.length === 0 || (await isFirstTime(z, bundle, `delivery ${id}`));
        return isNew ? events : [];
      },

      async performList(z: ZObject, bundle: Bundle): Promise<Output[]> {
        const from = receiver(z, bundle);
        const query = await wanted(z, bundle);
        const recent = read(await from.recent(query, SAMPLES), query.filter).slice(0, SAMPLES);
        if (recent.length > 0) {
          return recent;
        }
        const offered = await fromApi(z, bundle, query.filter);
        return offered.length > 0 ? offered.slice(0, SAMPLES) : [settings.sample];
      },
    },
  };
}
