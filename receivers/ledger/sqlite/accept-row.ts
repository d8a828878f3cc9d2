import type { NewDelivery, NewEvent } from '../../contract/event.ts';

/**
 * An event on its way into the writing thread, as lists: lists are copied between threads in a third of the time
 * that objects take. The body travels separately, as bytes.
 */
export type AcceptRow = [
  columns: [
    key: string,
    source: string,
    origin: string,
    action: string | null,
    experienceId: string | null,
    experienceName: string | null,
    organizationId: string | null,
    occurredAt: number | null,
    receivedAt: number,
    problem: string | null,
  ],
  headers: string,
  deliveries: DeliveryRow[],
];

export type DeliveryRow = [destination: string, route: string, dueAt: number, quietMs: number | null];

export function deliveryRow({ destination, route, dueAt, quietMs }: NewDelivery): DeliveryRow {
  return [destination, route, dueAt, quietMs];
}

export function acceptRow(event: NewEvent): AcceptRow {
  return [
    [
      event.key,
      event.source,
      event.origin,
      event.action,
      event.experienceId,
      event.experienceName,
      event.organizationId,
      event.occurredAt,
      event.receivedAt,
      event.problem,
    ],
    JSON.stringify(event.headers),
    event.deliveries.map(deliveryRow),
  ];
}
