import type { DestinationKind } from '../contract/destination.ts';
import { discord } from './discord/definition.ts';
import { email } from './email/definition.ts';
import { http } from './http/definition.ts';
import { preview } from './preview/definition.ts';
import { sheets } from './sheets/definition.ts';
import { slack } from './slack/definition.ts';
import { teams } from './teams/definition.ts';

/** All kinds of destinations, in the order in which people are shown them. */
export const DESTINATION_KINDS: readonly DestinationKind[] = [
  slack,
  sheets,
  email,
  http,
  teams,
  discord,
  preview,
];
