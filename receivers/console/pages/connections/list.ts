import type { Connection, Connections, Form, RemovedDestination } from '../../../operations/connections.ts';
import type { ExplainedEvent } from '../../../operations/routes.ts';
import { SAMPLES } from '../../../operations/samples.ts';
import { count } from '../../../operations/words.ts';
import { type Content, type Html, html, when } from '../html.ts';
import type { Page, PageContext } from '../layout.ts';
import { copyable } from '../parts.ts';
import { routeSentence, setElsewhere } from './words.ts';

export interface ListFacts {
  connections: Connections;
  /** One for each type of destination. */
  forms: readonly Form[];
  /** Where Intelligems posts to, by source. */
  addresses: Readonly<Record<string, string>>;
  /** What would happen to a sample event, and which one; null before anybody asked. */
  explained: { sample: string; event: ExplainedEvent } | null;
}

const SAMPLE_WORDS: Readonly<Record<(typeof SAMPLES)[number], string>> = {
  create: 'a price test that is created',
  start: 'a price test that starts',
  update: 'a price test that changes',
  pause: 'a price test that is paused',
  end: 'a price test that ends',
  delete: 'a price test that is deleted',
};

/** Everything that is connected, and where it is set. */
export function listPage(facts: ListFacts, context: PageContext): Page {
  const { connections } = facts;
  const canChange = context.role === 'editor';
  return {
    title: 'Connections',
    content: html`
<h1>Connections</h1>
<p class="lead">What is saved here works at once. What a settings file or the environment sets is shown too, and is changed there.</p>
${connections.warnings.map((warning) => html`<p class="notice bad" role="alert">${warning}</p>`)}
${destinationsSection(facts, canChange)}
${routesSection(facts, canChange)}
${sourcesSection(facts, canChange)}
${when(connections.removed.length > 0, () => removedSection(connections, canChange))}
<p class="tools"><a href="/console/connections/changes">Who changed what</a> <a href="/console/connections/yaml">Copy as YAML</a> <a href="/console/zapier">Keys for Zapier</a></p>`,
  };
}

function destinationsSection({ connections, forms }: ListFacts, canChange: boolean): Html {
  const types = forms.filter(({ kind }) => kind === 'destination');
  return html`<section aria-labelledby="destinations-title"><h2 id="destinations-title">Destinations</h2>
<ul class="connections">${connections.destinations.map((each) => line(each, null, canChange))}</ul>
${when(canChange, () => html`<h3>Connect</h3><ul class="choices">${types.map(({ type, title }) => html`<li><a class="button secondary" href="/console/connections/new/destination/${type}">${title}</a></li>`)}</ul>`)}
</section>`;
}

function routesSection({ connections, explained }: ListFacts, canChange: boolean): Html {
  const titles = new Map(
    [...connections.destinations, ...connections.sources].map(({ name, title }) => [name, title]),
  );
  const own = connections.routes.filter(({ setBy }) => setBy.by === 'console');
  return html`<section aria-labelledby="routes-title"><h2 id="routes-title">Routes</h2>
<p class="help">${connections.routing === 'all' ? 'An event goes wherever a matching route says.' : 'Only the first matching route counts.'}</p>
<ol class="connections">${connections.routes.map((route) => {
    const place = own.indexOf(route);
    const order =
      place >= 0 && own.length > 1 && canChange ? orderButtons(own, place, connections.version) : null;
    return line({ ...route, title: routeSentence(route.values, titles) }, order, canChange, route.title);
  })}</ol>
${when(canChange, () => html`<p><a class="button secondary" href="/console/connections/new/route">New route</a></p>`)}
<form class="filter" method="get" action="/console/connections#explained"><div class="fields"><label>What would happen to <select name="sample">${SAMPLES.map((sample) => html`<option value="${sample}"${when(explained?.sample === sample, () => ' selected')}>${SAMPLE_WORDS[sample]}</option>`)}</select></label><button class="secondary">Show</button></div></form>
<div id="explained">${when(explained, () => explanation((explained as NonNullable<typeof explained>).event, titles))}</div>
</section>`;
}

function explanation({ outcomes }: ExplainedEvent, titles: ReadonlyMap<string, string>): Html {
  return html`<ul class="checks">${outcomes.map(
    ({ sources, destinations, routes }) =>
      html`<li>${when(outcomes.length > 1, () => html`From ${sources.map((name) => titles.get(name) ?? name).join(', ')}: `)}${destinations.length === 0 ? 'It goes nowhere.' : html`It goes to <strong>${destinations.map((name) => titles.get(name) ?? name).join(', ')}</strong>.`} <span class="help">${routes.map(({ words }) => words).join(' ')}</span></li>`,
  )}</ul>`;
}

function orderButtons(own: readonly Connection[], place: number, version: number): Html {
  const ids = own.map(({ setBy }) => (setBy.by === 'console' ? setBy.id : ''));
  const moved = (to: number): string => {
    const [id] = ids.slice(place, place + 1);
    const others = ids.filter((_, index) => index !== place);
    return [...others.slice(0, to), id, ...others.slice(to)].join(',');
  };
  const button = (to: number, mark: string, words: string): Html =>
    html`<form method="post" action="/console/connections/order"><input type="hidden" name="version" value="${version}"><input type="hidden" name="ids" value="${moved(to)}"><button class="quiet" aria-label="${words}"${when(to < 0 || to >= own.length, () => ' disabled')}>${mark}</button></form>`;
  return html`${button(place - 1, '↑', 'Move up')}${button(place + 1, '↓', 'Move down')}`;
}

function sourcesSection({ connections, addresses }: ListFacts, canChange: boolean): Html {
  return html`<section aria-labelledby="sources-title"><h2 id="sources-title">Sources</h2>
<p class="help">An organization at Intelligems that posts here, with its secret and access token.</p>
<ul class="connections">${connections.sources.map((source) => line(source, html`<div class="value">${copyable(addresses[source.name] ?? '', `the URL of ${source.title}`)}</div>`, canChange))}</ul>
${when(canChange, () => html`<p><a class="button secondary" href="/console/connections/new/source">New source</a></p>`)}
</section>`;
}

function line(
  { kind, title, setBy, problem, name }: Connection,
  more: Content,
  canChange: boolean,
  called = '',
): Html {
  const where = setElsewhere(setBy);
  const path = setBy.by === 'console' ? `/console/connections/${kind}/${encodeURIComponent(setBy.id)}` : null;
  const canTake = canChange && kind === 'source' && setBy.by === 'receiver';
  return html`<li class="connection"><span class="what"><bdi>${title}</bdi>${when(called, () => html` <span class="tag"><bdi>${called}</bdi></span>`)}${when(problem, () => html` <span class="tag warning">does not work</span>`)}</span>
${when(where, () => html`<span class="help">${where}</span>`)}${when(problem, () => html`<span class="fault">${problem}</span>`)}
${more}
<span class="tools">${when(path !== null && canChange, () => html`<a class="button small secondary" href="${path}">Change</a><a class="button small secondary" href="${path}/remove">Remove …</a>`)}${when(canTake, () => html`<a class="button small secondary" href="/console/connections/new/source?name=${encodeURIComponent(name)}">Set its secret or access token</a>`)}</span></li>`;
}

function removedSection({ removed, destinations }: Connections, canChange: boolean): Html {
  return html`<section aria-labelledby="removed-title"><h2 id="removed-title">Removed destinations</h2>
<ul class="connections">${removed.map(
    (each) =>
      html`<li class="connection"><span class="what"><bdi>${each.name}</bdi></span> <span class="help">${removedWords(each)}</span>${when(
        canChange && each.open > 0,
        () =>
          html`<details class="hint"><summary>Decide again …</summary><form method="post" action="/console/connections/removed/${encodeURIComponent(each.name)}">${openDeliveriesChoice(
            destinations.map(({ name }) => name),
            each.deliveries.choice,
          )}<button class="small">Save</button></form></details>`,
      )}</li>`,
  )}</ul></section>`;
}

function removedWords({ open, deliveries }: RemovedDestination): string {
  const what = count(open, 'open delivery', 'open deliveries');
  switch (deliveries.choice) {
    case 'move':
      return `${what}. They go to ${deliveries.to} instead.`;
    case 'dead':
      return `${what}. They become dead letters.`;
    default:
      return `${what}. They wait until a destination has this name again.`;
  }
}

/** What can happen to open deliveries. Waiting is chosen, since nothing is lost by it. */
export function openDeliveriesChoice(couldMoveTo: readonly string[], chosen = 'wait'): Html {
  const choice = (value: string, words: Content): Html =>
    html`<label class="tick"><input type="radio" name="choice" value="${value}"${when(value === chosen, () => ' checked')}> ${words}</label>`;
  return html`<fieldset class="field"><legend>Its open deliveries</legend>
${choice('wait', 'wait until a destination has this name again')}
${when(couldMoveTo.length > 0, () => choice('move', html`go to <select name="to" aria-label="the other destination">${couldMoveTo.map((name) => html`<option>${name}</option>`)}</select> instead, unless it has the event already`))}
${choice('dead', 'become dead letters, which you can replay later')}</fieldset>`;
}
