import { PRODUCT } from '../base/product.ts';

/** The User-Agent of everything outgoing: product and version (RFC 9110, section 10.1.5). */
export const USER_AGENT = `${PRODUCT.name}/${PRODUCT.version}`;
