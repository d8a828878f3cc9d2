import settings from '../../package.json' with { type: 'json' };

/** The User-Agent of everything outgoing: product and version (RFC 9110, section 10.1.5). */
export const USER_AGENT = `${settings.name}/${settings.version}`;
