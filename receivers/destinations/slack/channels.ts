/** Whether a channel is set by its ID, not by its name. */
export function isChannelId(channel: string): boolean {
  return /^[CGD][A-Z0-9]{7,}$/.test(channel);
}

/** How people read a channel: `#name`, or its ID. */
export function channelWords(channel: string): string {
  return isChannelId(channel) ? channel : `#${channel}`;
}
