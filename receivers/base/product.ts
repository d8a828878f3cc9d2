import settings from '../../package.json' with { type: 'json' };

/** The product's name and version, as its package.json has them. */
export const PRODUCT = { name: settings.name, version: settings.version };
