import { fillIn, type Variables } from './message.ts';

export interface Email {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** An email in plain text and in HTML from one text of the brand. Every value is escaped. */
export function composeEmail(mail: {
  to: string;
  subject: string;
  text: string;
  variables: Variables;
  language: string;
}): Email {
  const { variables } = mail;
  const text = fillIn(mail.text, variables, plain);
  const brandName = plain(variables.brandName);
  return {
    to: mail.to,
    subject: fillIn(mail.subject, variables, plain).trim(),
    text: `${text}\n\n${brandName}\n`,
    html: layout({
      language: mail.language,
      brandName: escapeHtml(brandName),
      message: fillIn(escapeHtml(mail.text), variables, (value) => escapeHtml(plain(value))),
    }),
  };
}

/** Tables and inline styles, which mail programs of any age support. */
function layout({ language, brandName, message }: Record<'language' | 'brandName' | 'message', string>): string {
  return [
    '<!doctype html>',
    `<html lang="${escapeHtml(language)}"><head><meta charset="utf-8"><title>${brandName}</title></head>`,
    '<body style="margin:0;background:#f4f1ec;font-family:Georgia,serif;color:#2b2622">',
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:40px 16px">',
    '<table role="presentation" width="480" cellpadding="0" cellspacing="0" style="max-width:480px;background:#ffffff;border-radius:12px">',
    `<tr><td style="padding:32px 32px 0;font-size:14px;letter-spacing:2px;text-transform:uppercase;color:#8a6d3b">${brandName}</td></tr>`,
    `<tr><td style="padding:16px 32px 40px;font-size:22px;line-height:1.4">${message}</td></tr>`,
    '</table></td></tr></table></body></html>',
  ].join('\n');
}

/** Without line breaks: a value must not start another header or paragraph. */
function plain(value: string): string {
  return value.replace(/\p{Cc}+/gu, ' ');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
