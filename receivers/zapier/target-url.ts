/**
 * Why events may not be sent to a URL, in a sentence for people; null if they may. It must be encrypted
 * and lead to one of the hosts; only this machine itself, if the settings name it, may use plain HTTP.
 *
 * @param hosts names of hosts in lower case
 */
export function targetUrlProblem(targetUrl: string, hosts: readonly string[]): string | null {
  const url = URL.parse(targetUrl);
  if (url === null) {
    return 'targetUrl is not a URL.';
  }
  if (!hosts.includes(url.hostname)) {
    return `targetUrl leads to ${url.hostname}, and events go only to ${hosts.join(', ')}. ZAPIER_TARGET_HOSTS names the hosts that are allowed.`;
  }
  const own = ['127.0.0.1', 'localhost'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(own && url.protocol === 'http:')) {
    return 'targetUrl does not begin with https://.';
  }
  return url.username === '' && url.password === '' ? null : 'targetUrl holds a name or a password.';
}
