import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { composeEmail, escapeHtml } from '../../../core/notifications/email.ts';
import { DEFAULT_SUBJECT, DEFAULT_TEXT, VARIABLES, type Variables } from '../../../core/notifications/message.ts';

const VALUES = Object.fromEntries(VARIABLES.map((name) => [name, `value of ${name}`])) as Variables;

function email(values: Partial<Variables>, text = '{{memberName}}: {{tierStatus}}', subject = '{{memberName}}') {
  return composeEmail({
    to: 'ana@mail.example',
    subject,
    text,
    variables: { ...VALUES, brandName: 'Acme', ...values },
    language: 'es-MX',
  });
}

test('an email says its text in plain and in HTML, with the name of the brand below', () => {
  const { to, subject, text, html } = email({ tierStatus: 'Silver' }, DEFAULT_TEXT, DEFAULT_SUBJECT);
  expect(to).toBe('ana@mail.example');
  expect(subject).toBe("You're now Silver");
  expect(text).toBe("Your status level has changed, you're now Silver\n\nAcme\n");
  expect(html).toContain('<html lang="es-MX">');
  expect(html).toContain('>Your status level has changed, you&#39;re now Silver</td>');
  expect(html).toContain('<title>Acme</title>');
});

test('an email is a whole page: the brand above the words, and every tag closed that was opened', () => {
  const { html } = email({ tierStatus: 'Silver' }, 'You are {{tierStatus}}');
  // Without a doctype, it is drawn as pages of the nineties were.
  expect(html).toMatch(/^<!doctype html>\n<html /);
  expect(html.match(/<\/?[a-z]+/g)?.join(' ')).toBe(
    [
      '<html <head <meta <title </title </head <body',
      '<table <tr <td <table <tr <td </td </tr <tr <td </td </tr </table </td </tr </table',
      '</body </html',
    ].join(' '),
  );
  const body = html.slice(html.indexOf('<body'));
  expect(
    body
      .replace(/<[^>]*>/g, '')
      .trim()
      .split('\n'),
  ).toEqual(['Acme', 'You are Silver']);
});

describe('what people are called', () => {
  test('is no markup', () => {
    const { subject, text, html } = email({ memberName: `<script>alert("x&y'z")</script>` });
    expect(html).toContain('&lt;script&gt;alert(&quot;x&amp;y&#39;z&quot;)&lt;/script&gt;: value of tierStatus');
    expect(html).not.toContain('<script');
    expect(subject).toBe(`<script>alert("x&y'z")</script>`);
    expect(text).toContain(`<script>alert("x&y'z")</script>: value of tierStatus`);
  });

  test.each([
    ['a line break', 'Ana\r\nBcc: all@evil.example', 'Ana Bcc: all@evil.example'],
    ['a bare line feed', 'Ana\nX', 'Ana X'],
    ['a bare carriage return', 'Ana\rX', 'Ana X'],
    ['a next-line character', 'Ana\u0085X', 'Ana X'],
    ['a zero byte', 'Ana\u0000X', 'Ana X'],
    ['a line break at its end', 'Ana\r\n', 'Ana'],
  ])('starts no other header by %s', (_, memberName, subject) => {
    expect(email({ memberName }).subject).toBe(subject);
  });

  test('is no template', () => {
    expect(email({ memberName: '{{points}} $& $1' }).text).toMatch(/^\{\{points\}\} \$& \$1: /);
  });
});

test('whatever the values are, the subject is one line, and the markup is the one of the layout', () => {
  const tagsOf = (html: string) => html.match(/<[^>]*>/g);
  const expected = tagsOf(email({}).html);
  const hostile = fc.array(
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('<', '>', '"', "'", '&', '\r\n', '<b>', '</td>')),
  );
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, tier, brand) => {
      const { subject, html } = email({
        memberName: name.join(''),
        tierStatus: tier.join(''),
        brandName: brand.join(''),
      });
      expect(subject).not.toMatch(/\p{Cc}/u);
      expect(tagsOf(html)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test("the brand's own text is words as well, not markup", () => {
  expect(email({}, 'Tom & Jerry <b>{{memberName}}</b>').html).toContain(
    'Tom &amp; Jerry &lt;b&gt;value of memberName&lt;/b&gt;',
  );
});

test.each([
  ['&lt;', '&amp;lt;'],
  [`<>&"'`, '&lt;&gt;&amp;&quot;&#39;'],
  ['plain, ünïcode 你好', 'plain, ünïcode 你好'],
])('%j is escaped to %j', (text, escaped) => {
  expect(escapeHtml(text)).toBe(escaped);
});
