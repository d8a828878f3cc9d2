import type { TestExperience } from '../../contract/ledger-reader.ts';
import { count } from '../../operations/words.ts';
import { html, when } from './html.ts';
import type { Page, PageContext } from './layout.ts';
import { experienceUrl, named } from './parts.ts';

/** Says which test experiences will be removed before they are. */
export function testExperiencesPage(tests: readonly TestExperience[], { role }: PageContext): Page {
  const removable = tests.filter(({ settled }) => settled);
  const open = tests.length - removable.length;
  return {
    title: 'Remove test experiences',
    content: html`
<p class="trail"><a href="/console/experiences">Experiences</a></p>
<h1>Remove test experiences</h1>
${
  tests.length === 0
    ? html`<p class="empty">There are no test experiences.</p>`
    : html`<p class="lead">These experiences have only test events. Removing them also deletes their events and dead letters, which cannot be undone. Messages that were already sent stay.</p>
<ul class="steps">${tests.map(
        (test) =>
          html`<li><a href="${experienceUrl(test)}">${named(test.name)}</a>: ${count(test.events, 'event')}${when(!test.settled, () => ', stays for now because a delivery is not finished')}</li>`,
      )}</ul>
${when(open > 0 && removable.length === 0, () => html`<p class="remark">None of them can be removed yet. Wait until their deliveries are finished, then reload this page.</p>`)}
<form method="post" action="/console/test-experiences" class="decide">${when(role === 'editor' && removable.length > 0, () => html`<button>Remove ${count(removable.length, 'experience')}</button> `)}<a role="button" class="secondary" href="/console/experiences">Cancel</a></form>`
}`,
  };
}
