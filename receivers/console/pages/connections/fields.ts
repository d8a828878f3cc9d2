import { isRecord } from '../../../../shared/events.ts';
import type { Choice } from '../../../contract/destination.ts';
import type { DraftFault, Field } from '../../../operations/connections.ts';
import { type Content, type Html, html, when } from '../html.ts';
import { inputName, removeName } from './draft.ts';
import { textsOf } from './words.ts';

/** What a form shows in its fields. */
export interface Filled {
  values: Readonly<Record<string, unknown>>;
  /** Secret fields that have a value. */
  secrets: readonly string[];
  /** Fields that the environment sets. */
  fixed: Readonly<Record<string, string>>;
  faults: readonly DraftFault[];
  /** Values that can be picked, by field. */
  options: Readonly<Record<string, readonly Choice[]>>;
  /** Help of the page for a field, such as a button. */
  extras: Readonly<Record<string, Content>>;
}

/** The fields of a form: those that matter first, the others behind “More”. */
export function fieldList(fields: readonly Field[], filled: Filled, parents: readonly string[] = []): Html {
  const isMain = (field: Field): boolean => field.main || hasSecret([...parents, field.name], filled);
  const main = fields.filter(isMain);
  if (main.length === 0) {
    return html`${fields.map((field) => inputOf(field, parents, filled))}`;
  }
  const more = fields.filter((field) => !isMain(field));
  const opened = more.some(({ name }) => needsAttention([...parents, name], filled));
  return html`${main.map((field) => inputOf(field, parents, filled))}
${when(more.length > 0, () => html`<details class="more"${when(opened, () => ' open')}><summary>More</summary>${more.map((field) => inputOf(field, parents, filled))}</details>`)}`;
}

/** Whether a field behind “More” has a value or a fault. */
function needsAttention(path: readonly string[], { values, faults }: Filled): boolean {
  const name = path.join('.');
  return (
    valueAt(path, values) !== undefined ||
    faults.some(({ field }) => field === name || field.startsWith(`${name}.`))
  );
}

/** The id of a field’s input, for labels and messages. */
const idOf = (path: readonly string[]): string => `field-${path.join('-')}`;

function inputOf(field: Field, parents: readonly string[], filled: Filled): Html {
  const path = [...parents, field.name];
  const variable = parents.length === 0 ? filled.fixed[field.name] : undefined;
  if (variable !== undefined) {
    return html`<div class="field"><span class="label">${field.label}</span><p class="help">Set by ${variable}. Change it there and restart the receiver.</p></div>`;
  }
  if (field.input === 'group') {
    return html`<fieldset class="field group"><legend>${field.label}</legend><p class="help">${field.description}</p>
${fieldList(field.fields, filled, path)}${faultOf(path, filled)}</fieldset>`;
  }
  const options = optionsOf(field, path, filled);
  return options.length > 0 ? tickList(field, path, options, filled) : singleInput(field, path, filled);
}

function singleInput(field: Field, path: readonly string[], filled: Filled): Html {
  const id = idOf(path);
  const fault = faultAt(path, filled);
  const described = html`id="${id}" name="${inputName(path)}" aria-describedby="${id}-help ${id}-fault"${when(field.required && !hasSecret(path, filled), () => ' required')}${when(fault, () => ' aria-invalid="true"')}`;
  return html`<div class="field"><label class="label" for="${id}">${field.label}${when(!field.required, () => html` <span class="optional">optional</span>`)}</label>
${control(field, path, filled, described)}
<p class="help" id="${id}-help">${field.description}</p>${faultOf(path, filled)}${extraOf(path, filled)}
${when(hasSecret(path, filled) && !field.required, () => html`<label class="tick"><input type="checkbox" name="${removeName(path)}" value="yes"> Remove the value that is saved</label>`)}</div>`;
}

const parentsNone = (path: readonly string[]): boolean => path.length === 1;

function hasSecret(path: readonly string[], { secrets }: Filled): boolean {
  return parentsNone(path) && secrets.includes(path[0] as string);
}

function control(field: Field, path: readonly string[], filled: Filled, described: Html): Html {
  const value = valueAt(path, filled.values);
  if (field.secret) {
    return secretControl(field, hasSecret(path, filled), described);
  }
  switch (field.input) {
    case 'yes-no':
      return selectOf(['true', 'false'], { true: 'Yes', false: 'No' }, value, field, described);
    case 'choice':
      return selectOf(field.choices, {}, value, field, described);
    case 'number':
      return html`<input type="text" inputmode="decimal" ${described} value="${textOf(value)}" placeholder="${textOf(field.default)}">`;
    case 'list':
      return html`<textarea ${described} rows="${Math.max(2, textsOf(value).length)}" placeholder="One per line">${textsOf(value).join('\n')}</textarea>`;
    case 'map':
      return html`<textarea ${described} rows="3" placeholder="{&quot;Name&quot;: &quot;value&quot;}">${isRecord(value) ? JSON.stringify(value, null, 2) : textOf(value)}</textarea>`;
    default:
      return html`<input type="text" ${described} value="${textOf(value)}" placeholder="${textOf(field.default)}" spellcheck="false">`;
  }
}

/** A secret is written and never shown again: neither what is saved, nor what was just sent. */
function secretControl(field: Field, isSaved: boolean, described: Html): Html {
  const hint = isSaved ? 'Saved. Leave empty to keep it, or enter a new one.' : '';
  return field.input === 'text' && !/key/i.test(field.name)
    ? html`<input type="password" autocomplete="off" ${described} placeholder="${hint}">`
    : html`<textarea ${described} rows="2" autocomplete="off" spellcheck="false" placeholder="${hint}" data-drop></textarea>`;
}

function selectOf(
  choices: readonly string[],
  words: Readonly<Record<string, string>>,
  value: unknown,
  field: Field,
  described: Html,
): Html {
  const byDefault = textOf(field.default);
  const none = byDefault === '' ? 'Default' : `Default: ${words[byDefault] ?? byDefault}`;
  return html`<select ${described}><option value="">${none}</option>${choices.map((choice) => html`<option value="${choice}"${when(textOf(value) === choice, () => ' selected')}>${words[choice] ?? choice}</option>`)}</select>`;
}

/** What can be ticked: what the other side or this receiver knows, and examples. */
function optionsOf(field: Field, path: readonly string[], { options }: Filled): readonly Choice[] {
  const known = options[path.join('.')];
  if (known !== undefined || field.input !== 'list' || field.secret) {
    return known ?? [];
  }
  const values = field.choices.length > 0 ? field.choices : field.examples;
  return values.map((value) => ({ value, label: value, note: null }));
}

function tickList(field: Field, path: readonly string[], options: readonly Choice[], filled: Filled): Html {
  const chosen = textsOf(valueAt(path, filled.values));
  const others = chosen.filter((value) => !options.some((option) => option.value === value));
  const id = idOf(path);
  const isLong = options.length > 12;
  return html`<fieldset class="field ticks" aria-describedby="${id}-fault"><legend>${field.label}</legend><p class="help">${field.description}</p>
${when(isLong, () => html`<input type="search" data-narrow="${id}" aria-label="Search ${field.label}" placeholder="Search">`)}
<ul id="${id}" class="options${when(isLong, () => ' long')}">${options.map(({ value, label, note }) => html`<li><label class="tick"><input type="checkbox" name="${inputName(path)}" value="${value}"${when(chosen.includes(value), () => ' checked')}> <bdi>${label}</bdi>${when(note, () => html` <span class="help">${note}</span>`)}</label></li>`)}</ul>
${when(!field.closed || others.length > 0, () => html`<details class="others"${when(others.length > 0, () => ' open')}><summary>Other values</summary><textarea aria-label="${field.label}: other values, one per line" name="${inputName(path)}" rows="2" placeholder="One per line">${others.join('\n')}</textarea></details>`)}
${faultOf(path, filled)}</fieldset>`;
}

/** Help for a field that a draft makes possible, such as the address in a key. */
function extraOf(path: readonly string[], { extras }: Filled): Content {
  const [name = ''] = path;
  return when(
    path.length === 1 && name in extras,
    () => html`<div class="extra" id="${idOf(path)}-extra">${extras[name]}</div>`,
  );
}

function faultAt(path: readonly string[], { faults }: Filled): DraftFault | undefined {
  return faults.find(({ field }) => field === path.join('.'));
}

/** Where a fault of the field appears. It is there without one too, so that a script can put it there. */
function faultOf(path: readonly string[], filled: Filled): Html {
  return html`<p class="fault" id="${idOf(path)}-fault" data-answer>${faultAt(path, filled)?.message}</p>`;
}

function valueAt(path: readonly string[], values: unknown): unknown {
  return path.reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), values);
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) {
    return '';
  }
  return typeof value === 'object' ? (Array.isArray(value) ? value.join(', ') : '') : String(value);
}
