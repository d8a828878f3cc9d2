import { expect, test } from '@jest/globals';
import { settings } from '../../receivers/config/settings/settings.ts';
import { experienceLink } from '../../shared/experience-link.ts';

const id = '7c0d9a54-3b1e-4f3a-9d27-52f0c9a1b6e8';

test('an experience links to the vendor’s page for its category', () => {
  expect(experienceLink({ id, category: 'experiment' })).toBe(`https://app.intelligems.io/experiment/${id}`);
  expect(experienceLink({ id, category: 'personalization' })).toBe(
    `https://app.intelligems.io/personalization/${id}`,
  );
});

test('an experience without a category links by its type', () => {
  expect(experienceLink({ id, type: 'personalization' })).toContain('/personalization/');
  expect(experienceLink({ id })).toContain('/experiment/');
});

test('an id is encoded in a link, and never read as a replacement pattern', () => {
  expect(experienceLink({ id: 'a/b?c' })).toBe('https://app.intelligems.io/experiment/a%2Fb%3Fc');
});

test('each category has its own setting, and one setting replaces both', () => {
  const experimentUrlTemplate = 'https://a.example/{id}';
  const own = settings.parse({ intelligems: { experimentUrlTemplate } }).intelligems.addresses;
  expect(own).toEqual({
    experiment: experimentUrlTemplate,
    personalization: 'https://app.intelligems.io/personalization/{id}',
  });
  const experienceUrlTemplate = 'https://b.example/{id}';
  const both = settings.parse({ intelligems: { experienceUrlTemplate } }).intelligems.addresses;
  expect(both).toEqual({ experiment: experienceUrlTemplate, personalization: experienceUrlTemplate });
});
