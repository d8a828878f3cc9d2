/**
 * Who an app is built for. Zapier allows no hook whose URL is pasted by hand in a public app: there
 * “Catch Intelligems Webhook” is left out, with the secret that only it needs.
 */
export type Audience = 'private' | 'public';
