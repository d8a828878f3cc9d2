import { expect, test } from '@jest/globals';
import { exact, html, when } from '../../../receivers/console/pages/html.ts';

test('the html template escapes text in content and attributes, and leaves markup alone', () => {
  const name = `"><script>alert('x')</script>&amp;`;
  expect(html`<a title="${name}">${[html`<b>${1}</b>`, null, false, undefined, name]}</a>`.markup).toBe(
    '<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;"><b>1</b>&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;</a>',
  );
  expect(html`${when(0, () => 'never')}${when('yes', () => 'shown')}`.markup).toBe('shown');
});

test('the html template writes control characters out', () => {
  expect(html`<p>${'a\u202Eb\u007F\u009B'}</p>`.markup).toBe('<p>a[U+202E]b[U+007F][U+009B]</p>');
});

test('a text for a copy button stays exactly as it was, but for markup', () => {
  expect(exact('a\r\n\u202E"<').markup).toBe('a&#13;\n\u202E&quot;&lt;');
});
